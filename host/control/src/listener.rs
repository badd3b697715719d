//! What an operator should know while a call is at work: it changes nothing of what the call returns.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

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
    /// AWS does not say who answers here: what an execution asks is left to others.
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
    /// Nothing says who belongs to a group: approvers are the people of these names.
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
        /// Who has to give it.
        why: String,
    },
    /// Something could not be looked at, and a call goes on without it.
    NotLookedAt {
        /// What, and why.
        what: String,
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
