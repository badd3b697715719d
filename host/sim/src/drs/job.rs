//! DRS jobs: status, participants and log, each a question of time.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// A server to launch.
#[derive(Debug, Clone)]
pub(crate) struct LaunchRequest {
    /// Index of the server.
    pub(crate) server: usize,
    /// The moment of the recovery point that the caller chose; `None` for the newest data.
    pub(crate) recovery_point: Option<Timestamp>,
}

/// A job, with its whole future.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) kind: JobKind,
    pub(crate) created: Timestamp,
    /// STARTED from here.
    pub(crate) starts: Timestamp,
    /// COMPLETED from here.
    pub(crate) ends: Timestamp,
    /// `DescribeJobs` shows it from here.
    pub(crate) visible: Timestamp,
    pub(crate) participants: Vec<Participant>,
    pub(crate) tags: BTreeMap<String, String>,
    /// By time.
    pub(crate) log: Vec<LogItem>,
}

/// What a job does, and the request that asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobKind {
    Drill,
    Recovery,
    Terminate,
}

impl JobKind {
    pub(crate) fn of_launch(is_drill: bool) -> Self {
        if is_drill { Self::Drill } else { Self::Recovery }
    }

    /// `JobType` of the service model.
    pub(crate) fn job_type(self) -> &'static str {
        match self {
            Self::Drill | Self::Recovery => "LAUNCH",
            Self::Terminate => "TERMINATE",
        }
    }

    /// `InitiatedBy` of the service model.
    pub(crate) fn initiated_by(self) -> &'static str {
        match self {
            Self::Drill => "START_DRILL",
            Self::Recovery => "START_RECOVERY",
            Self::Terminate => "TERMINATE_RECOVERY_INSTANCES",
        }
    }
}

/// One server's part in a job.
#[derive(Debug)]
pub(crate) struct Participant {
    /// Index of the source server.
    pub(crate) server: usize,
    /// The instance that is launched or terminated; `None` if the launch fails.
    pub(crate) instance_id: Option<String>,
    /// When this server's part is over.
    pub(crate) ends: Timestamp,
    pub(crate) outcome: LaunchStatus,
}

/// `LaunchStatus` of the service model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LaunchStatus {
    Pending,
    InProgress,
    Launched,
    Failed,
    Terminated,
}

impl LaunchStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Launched => "LAUNCHED",
            Self::Failed => "FAILED",
            Self::Terminated => "TERMINATED",
        }
    }
}

/// One line of a job's log.
#[derive(Debug, Clone)]
pub(crate) struct LogItem {
    pub(crate) at: Timestamp,
    pub(crate) event: &'static str,
    /// Index of the source server, unless the event is the job's own.
    pub(crate) server: Option<usize>,
    pub(crate) conversion_server: Option<String>,
    pub(crate) target_instance: Option<String>,
    pub(crate) raw_error: Option<String>,
}

impl LogItem {
    /// An event of the job itself.
    pub(crate) fn of_job(at: Timestamp, event: &'static str) -> Self {
        Self {
            at,
            event,
            server: None,
            conversion_server: None,
            target_instance: None,
            raw_error: None,
        }
    }
}

impl Job {
    /// `JobStatus` of the service model. There is no failed job.
    pub(crate) fn status(&self, now: Timestamp) -> &'static str {
        if now >= self.ends {
            "COMPLETED"
        } else if now >= self.starts {
            "STARTED"
        } else {
            "PENDING"
        }
    }

    /// Whether it counts against the quotas.
    pub(crate) fn is_active(&self, now: Timestamp) -> bool {
        self.created <= now && now < self.ends
    }

    /// How far a participant is.
    pub(crate) fn launch_status(&self, participant: &Participant, now: Timestamp) -> LaunchStatus {
        if now >= participant.ends {
            participant.outcome
        } else if now >= self.starts {
            LaunchStatus::InProgress
        } else {
            LaunchStatus::Pending
        }
    }

    /// A server's part in this job.
    pub(crate) fn participant(&self, server: usize) -> Option<&Participant> {
        self.participants.iter().find(|participant| participant.server == server)
    }

    /// What has been logged so far.
    pub(crate) fn log_until(&self, now: Timestamp) -> &[LogItem] {
        &self.log[..self.log.partition_point(|item| item.at <= now)]
    }
}
