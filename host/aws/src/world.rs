//! The list of what a runbook may ask of AWS, one line each.

use std::rc::Rc;
use std::sync::Arc;

use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{Key, Operation, Sight, World};
use moontide_runtime::store::Pulse;

use crate::binding::{Binding, Changing, Looking};
use crate::services::{Services, Settings};
use crate::session::Session;
use crate::{drs, ec2, ssm, sts};

macro_rules! operations {
    (looks: $($looks:ty,)*; changes: $($changes:ty,)*) => {
        /// The names of all operations.
        pub const NAMES: &[&str] =
            &[$(<$looks as Binding>::NAME,)* $(<$changes as Binding>::NAME,)*];

        fn all(aws: &Rc<Services>) -> Vec<Box<dyn Operation>> {
            vec![$(Looking::<$looks>::operation(aws),)* $(Changing::<$changes>::operation(aws),)*]
        }
    };
}

operations! {
    looks:
        drs::await_jobs::AwaitJobs,
        drs::describe_job_log_items::DescribeJobLogItems,
        drs::describe_jobs::DescribeJobs,
        drs::describe_recovery_instances::DescribeRecoveryInstances,
        drs::describe_recovery_snapshots::DescribeRecoverySnapshots,
        drs::describe_source_servers::DescribeSourceServers,
        drs::find_launch::FindLaunch,
        ec2::await_running::AwaitRunning,
        ec2::describe_instance_status::DescribeInstanceStatus,
        ec2::describe_instances::DescribeInstances,
        ssm::await_command::AwaitCommand,
        ssm::describe_instance_information::DescribeInstanceInformation,
        ssm::get_automation_execution::GetAutomationExecution,
        sts::GetCallerIdentity,
    ;
    changes:
        drs::start_recovery::StartRecovery,
        drs::terminate_recovery_instances::TerminateRecoveryInstances,
        ec2::create_tags::CreateTags,
        ec2::reboot_instances::RebootInstances,
        ec2::terminate_instances::TerminateInstances,
        ssm::cancel_command::CancelCommand,
        ssm::send_command::SendCommand,
        ssm::start_automation_execution::StartAutomationExecution,
        ssm::stop_automation_execution::StopAutomationExecution,
}

/// AWS, as one execution reaches it.
pub struct AwsWorld {
    aws: Rc<Services>,
    operations: Vec<Box<dyn Operation>>,
}

impl AwsWorld {
    /// The world behind `session`. Calls that name no Region go to `region`, the execution's first;
    /// all waiting is done on `clock`.
    pub fn new(
        session: Session,
        region: impl Into<String>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> AwsWorld {
        let aws = Rc::new(Services::new(session, region.into(), clock, settings));
        AwsWorld { operations: all(&aws), aws }
    }
}

impl World for AwsWorld {
    fn operation(&self, name: &str) -> Option<&dyn Operation> {
        self.operations.iter().find(|it| it.name() == name).map(|it| &**it)
    }

    fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.operations.iter().map(|it| it.name()).collect();
        names.sort_unstable();
        names
    }

    fn sight(&self, key: &Key) -> Sight {
        self.aws.sights.open(key)
    }

    fn belongs_to(&self, account: &str) {
        self.aws.belong_to(account);
    }

    fn heed(&self, pulse: &Pulse) {
        self.aws.leaving.heed(pulse);
    }
}
