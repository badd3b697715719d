//! The next step that an operator can take, as data. A face says how: the command line as something to type, a
//! dashboard as something to press.

use moontide_runtime::journal::Execution;
use moontide_runtime::plan::Mode;
use serde::Serialize;

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "next", rename_all = "snake_case")]
pub enum Next {
    /// Look where an execution stands.
    Status {
        /// The execution's id.
        execution: String,
    },
    /// Look where an execution stands, as it goes on.
    Follow {
        /// The execution's id.
        execution: String,
    },
    /// Look at everything that is known of an execution.
    Show {
        /// The execution's id.
        execution: String,
    },
    /// Start a runbook.
    Start {
        /// Drill or recovery.
        mode: Mode,
        /// The servers whose instances are given up, by the servers' ids.
        replace: Vec<String>,
    },
    /// Go on with an execution that no runner drives.
    Resume {
        /// The execution's id.
        execution: String,
    },
    /// Go on with a session that no runner drives.
    Session {
        /// The execution's id.
        execution: String,
    },
    /// Go on with an execution that another person has paused, and lift that pause.
    LiftPause {
        /// The execution's id.
        execution: String,
    },
    /// Go on with an execution that has failed of a limit, with more of it.
    RaiseLimit {
        /// The execution's id.
        execution: String,
        /// The limit and what it is raised to, as settings write it: `cpu_time=40s`.
        limit: String,
    },
    /// Give the value of a secret param once more, and go on.
    GiveSecret {
        /// The execution's id.
        execution: String,
        /// The param's name.
        param: String,
    },
    /// Answer a prompt.
    Answer {
        /// The execution's id.
        execution: String,
        /// The prompt's id.
        prompt: String,
        /// The answers that make sense, the likeliest first.
        choices: Vec<String>,
        /// The shape of what the effect returned, as JSON, where an answer has to say it.
        returns: Option<String>,
    },
    /// Attempt a wave once more.
    Retry {
        /// The execution's id.
        execution: String,
        /// The wave's name; `None`: one that has failed.
        wave: Option<String>,
    },
    /// Attempt a wave once more, from sources that were mended.
    RetryMended {
        /// The execution's id.
        execution: String,
        /// The wave's name; `None`: one that has failed.
        wave: Option<String>,
        /// Where the sources are; `None`: where the operator keeps them.
        runbook: Option<String>,
    },
    /// Leave a wave out.
    Skip {
        /// The execution's id.
        execution: String,
        /// The wave's name.
        wave: String,
    },
    /// Stop an execution at its next effect.
    Cancel {
        /// The execution's id.
        execution: String,
    },
    /// Terminate what a drill has launched.
    CleanUp {
        /// The drill's id.
        execution: String,
    },
    /// Look at what a runbook, or an execution, remembers in the store.
    State {
        /// The runbook's name, or the execution's id.
        of: String,
        /// Which of them it is.
        is_execution: bool,
    },
    /// Delete what a runbook remembers under a key, if it is still at this version.
    DeleteState {
        /// The runbook's name.
        of: String,
        /// The key.
        key: String,
        /// Its version.
        version: u64,
    },
    /// Look at what is owed for executions that are over.
    Obligations {
        /// Also at what was owed, and is not any more.
        all: bool,
    },
    /// Carry out all that is owed for executions that are over.
    CarryOut,
    /// Say that what is owed for an execution is not wanted.
    DropObligation {
        /// The execution's id.
        execution: String,
        /// Why.
        reason: String,
    },
    /// Look at which executions are at work on a plan or a server.
    Claims,
    /// Say that an execution holds its claims no more.
    DropClaims {
        /// The execution's id.
        execution: String,
    },
    /// Lift a claim that cannot be read.
    DropClaim {
        /// The claim's name.
        claim: String,
    },
    /// Look at what receivers of notifications were not told yet.
    Untold,
    /// Tell it.
    TellOthers,
    /// Look for executions whose store is lost.
    FindLost,
    /// Take up what an execution has launched whose store is lost.
    Adopt {
        /// The execution's id.
        execution: String,
        /// The Regions to look in; empty: that of the session.
        regions: Vec<String>,
        /// Whether a Region is named, too, that was not looked in before.
        elsewhere: bool,
    },
    /// Let an execution go on here that was to be moved, and never arrived.
    TakeBack {
        /// The execution's id.
        execution: String,
        /// Where it was moved to.
        from: String,
    },
    /// Make a store.
    MakeStore {
        /// Its address.
        store: String,
    },
    /// Let an execution leave one store for another, and go on there.
    Move {
        /// The execution's id.
        execution: String,
        /// The store that it is in.
        from: String,
        /// The store that it is to be in.
        to: String,
    },
    /// Take an execution in from a file, into this store.
    TakeIn {
        /// The file.
        file: String,
    },
    /// Remove what is left of an import that is never to end.
    GiveUpImport {
        /// The execution's id.
        execution: String,
    },
    /// Take in what is on its way from another store.
    Import {
        /// Where it is.
        from: String,
    },
    /// Look at the schedules of the store.
    Schedules,
    /// Look at the times to come.
    ScheduleTimes {
        /// The schedule's name; `None`: of all of them.
        schedule: Option<String>,
    },
    /// Look at what became of the times of a schedule.
    ScheduleHistory {
        /// The schedule's name.
        schedule: String,
    },
    /// Let a schedule go on.
    ResumeSchedule {
        /// The schedule's name.
        schedule: String,
    },
    /// Start what is due of a schedule.
    RunSchedule {
        /// The schedule's name.
        schedule: String,
    },
    /// Serve the schedules of the store.
    ServeSchedules,
    /// Go on with what schedules have begun and no runner drives, and carry out what is owed.
    FinishSchedules,
    /// Do in another store, to which an execution has moved, what was asked of this one, or this step.
    There {
        /// The store's address.
        store: String,
        /// The step; `None`: what was asked.
        step: Option<Box<Next>>,
    },
}

impl Next {
    /// The retry of this wave.
    pub fn retry(execution: &str, wave: &str) -> Next {
        Next::Retry { execution: execution.to_owned(), wave: Some(wave.to_owned()) }
    }

    /// How this execution goes on that no runner drives.
    pub fn go_on(execution: &Execution) -> Next {
        let id = &execution.id;
        if execution.is_session() { Next::session(id) } else { Next::resume(id) }
    }

    /// The move of this execution from one store to another.
    pub fn to_move(execution: &str, from: &str, to: &str) -> Next {
        let [execution, from, to] = [execution, from, to].map(str::to_owned);
        Next::Move { execution, from, to }
    }

    /// [`Next::TakeIn`] of this file.
    pub fn take_in(file: &str) -> Next {
        Next::TakeIn { file: file.to_owned() }
    }

    /// This step, in the store at this address.
    #[must_use]
    pub fn there(self, store: &str) -> Next {
        Next::There { store: store.to_owned(), step: Some(Box::new(self)) }
    }
}

/// The steps that need nothing but the execution's id.
macro_rules! of_an_execution {
    ($($(#[$docs:meta])* $name:ident: $step:ident,)*) => {
        impl Next {
            $(
                $(#[$docs])*
                pub fn $name(execution: &str) -> Next {
                    Next::$step { execution: execution.to_owned() }
                }
            )*
        }
    };
}

of_an_execution! {
    /// [`Next::Status`] of this execution.
    status: Status,
    /// [`Next::Follow`] of this execution.
    follow: Follow,
    /// [`Next::Show`] of this execution.
    show: Show,
    /// [`Next::Resume`] of this execution.
    resume: Resume,
    /// [`Next::Session`] of this execution.
    session: Session,
    /// [`Next::LiftPause`] of this execution.
    lift_pause: LiftPause,
    /// [`Next::Cancel`] of this execution.
    cancel: Cancel,
    /// [`Next::CleanUp`] of this drill.
    clean_up: CleanUp,
    /// [`Next::DropClaims`] of this execution.
    drop_claims: DropClaims,
}
