//! What an operator should know while a call is at work: it changes nothing of what the call returns.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;

use crate::error::{CommandError, Hint};

/// Something that an operator should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// A runner seems to drive an execution; whether it lives is seen by watching.
    Watching {
        /// The execution's id.
        execution: String,
        /// The runner.
        holder: String,
    },
    /// The machine's clock is wrong: moments are those of AWS.
    WrongClock {
        /// How far the machine is ahead.
        ahead: SignedDuration,
    },
    /// An execution that no runner drives goes on here.
    TakesUp {
        /// The execution's id.
        execution: String,
    },
    /// An execution goes on beside another one that has claimed the same.
    Beside {
        /// The other one's id.
        execution: String,
        /// The person who has begun it.
        by: String,
        /// How it stands, for a sentence: `is running`.
        stands: String,
    },
    /// What an execution is to go on beside was never begun in this store.
    UnknownBeside {
        /// The id that was given for it.
        execution: String,
        /// How that is known.
        why: String,
        /// What else may be meant.
        hints: Vec<Hint>,
    },
    /// What a new execution gives up of a server: its instances may be deleted.
    GivenUp {
        /// The server's id.
        server: String,
        /// The instances that it has now.
        instances: Vec<String>,
    },
    /// A limit that is fixed when an execution starts, and that the operator wants to change on the way.
    FixedLimit {
        /// The limit.
        limit: String,
        /// What the operator wants.
        asked: String,
        /// What it is; `None`: as much as the execution lets.
        has: Option<String>,
    },
    /// A limit that the operator changes on the way.
    ChangedLimit {
        /// The limit.
        limit: String,
        /// What it was; `None`: as usual.
        was: Option<String>,
        /// What it is from here on.
        now: String,
        /// For what.
        scope: Scope,
    },
    /// A drive was stopped before its end: it can go on.
    Stopped {
        /// The execution's id.
        execution: String,
    },
    /// A pause of another person stays: no further wave starts before it is lifted.
    StaysPaused {
        /// The execution's id.
        execution: String,
        /// The person who has paused it, and the reason.
        by: String,
    },
    /// A drill goes on while it is cleaned up: what it launches from now on stays.
    GoesOn {
        /// The drill's id.
        drill: String,
    },
    /// A cleanup has terminated what a drill had launched of which a wave is attempted once more, or is at it.
    CleanedUp {
        /// The cleanup's id.
        cleanup: String,
    },
    /// The cleanup that is owed for a drill is carried out now.
    CleaningUp {
        /// The drill's id.
        drill: String,
    },
    /// What is owed for an execution was not carried out now.
    NotCarriedOut {
        /// The execution's id.
        execution: String,
        /// Why not.
        why: Hint,
    },
    /// A carrier that stays has done all that is due, and looks again later.
    LooksAgain {
        /// How many obligations are left.
        open: usize,
        /// In how long.
        pause: Duration,
    },
    /// A part of a call has failed: the call goes on with the others.
    Failed {
        /// What is wrong.
        error: CommandError,
    },
    /// A file from which a store has taken an execution in keeps its name: another store might take it in too.
    KeepsName {
        /// Why.
        why: String,
    },
    /// A resume that was to lift a pause, or gave a reason for that, lifts none.
    NoPauseLifted,
    /// AWS does not name the person who answers here: what an execution asks is left to others.
    Unanswering {
        /// Why not.
        why: String,
    },
    /// Others than its owner get at the executions in a store: they name servers, accounts and people.
    LooseStore {
        /// The store's file.
        path: PathBuf,
        /// What others may do with it: `read` or `change`.
        verb: &'static str,
    },
    /// The store lives in the very Region that the runbook recovers from.
    DoomedStore {
        /// The store's address.
        store: String,
        /// The Region.
        region: String,
    },
    /// A file could not be read by what looks for mistakes that Luau takes without a word.
    UnreadSyntax {
        /// The file, as its author knows it.
        file: String,
    },
    /// The value of a secret param was given so that the list of processes shows it.
    ShownSecret {
        /// The param's name.
        param: String,
    },
    /// A secret param is given another value than the execution was started with.
    OtherSecret {
        /// The execution's id.
        execution: String,
        /// The param's name.
        param: String,
    },
    /// An approver that looks like a misspelt group.
    MisspeltApprover {
        /// The approver.
        name: String,
        /// The group that is probably meant.
        group: String,
    },
    /// No setting names the members of a group: approvers are the people of these names.
    NoGroups {
        /// One of the approvers.
        approver: String,
    },
    /// An answer that was given beforehand, and that no prompt has asked for.
    UnusedAnswer {
        /// The prompt or the wave that it is for; `None`: every prompt that takes it.
        prompt: Option<String>,
        /// The answer.
        choice: String,
    },
    /// An answer that was given beforehand, and does not count: another person has to give it.
    BarredAnswer {
        /// The prompt's id.
        prompt: String,
        /// The answer.
        choice: String,
        /// Whose answer it takes.
        why: String,
    },
    /// Something could not be looked at, and a call goes on without it.
    NotLookedAt {
        /// What, and why.
        what: String,
    },
    /// Receivers of notifications have not taken all of them: they stay in the queue.
    Untold {
        /// How many.
        left: usize,
        /// The receivers.
        receivers: Vec<String>,
    },
    /// The store does not answer, and is asked until it does.
    StoreAway {
        /// What it, or what is in its place, says.
        message: String,
    },
    /// The store answers again.
    StoreBack {
        /// For how long it was away.
        waited: Duration,
    },
}

/// For what a changed limit holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// For this runner, also for what has begun: an earlier release began the execution, which keeps no change.
    Runner,
    /// For the whole execution, also for what has begun.
    Execution,
    /// For attempts that start from here on.
    NewAttempts,
}

/// A face that shows no remark, and writes nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Listener for Silent {
    fn hear(&self, _remark: &Remark) {}

    fn keep_secret(&self, _values: &BTreeMap<String, Value>) {}
}

/// A face that hears remarks.
pub trait Listener {
    /// Hears one.
    fn hear(&self, remark: &Remark);

    /// Learns the values of secret params: nothing that the face writes may show them from now on.
    fn keep_secret(&self, values: &BTreeMap<String, Value>);
}
