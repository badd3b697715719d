//! Why a store did not do as asked.

use super::Seal;
use crate::history::version::FormatError;
use crate::retry_budget::in_words;

/// Why a store did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no such execution.
    #[error("there is no execution `{0}` in this store")]
    NotFound(String),
    /// There is one of that id already.
    #[error("an execution `{0}` exists already")]
    Exists(String),
    /// Another runner has taken over, or the lease was given back; this one must stop and write nothing
    /// more.
    #[error(
        "the lease is lost: another runner may have taken over (epoch {current}, ours was {ours})"
    )]
    Fenced {
        /// The epoch we wrote under.
        ours: u64,
        /// The epoch in force.
        current: u64,
    },
    /// The entries do not go on where the journal ends, or name another epoch than the lease's. A defect
    /// of the caller, or an earlier append that was reported as failed and is durable.
    #[error("entry {found} of epoch {epoch} does not follow entry {last} of the journal")]
    Misplaced {
        /// The journal's last sequence.
        last: u64,
        /// The sequence of the first entry that does not fit.
        found: u64,
        /// Its epoch.
        epoch: u64,
    },
    /// Another runner holds the lease.
    #[error("`{holder}` is driving it")]
    Held {
        /// The other runner.
        holder: String,
    },
    /// The lease could not be renewed for as long as the operator's patience lasts; this runner stops.
    #[error(
        "the lease could not be renewed for {}, and another runner may have taken over: {message}",
        in_words(*.after)
    )]
    Lapsed {
        /// How long.
        after: std::time::Duration,
        /// What kept it from being renewed, as far as it is known.
        message: String,
    },
    /// It has come to its end here: no runner drives it, and nothing is sent to it.
    #[error("the execution `{execution}` {seal}")]
    Sealed {
        /// The execution.
        execution: String,
        /// What has become of it.
        seal: Box<Seal>,
    },
    /// It was written by a newer release.
    #[error("{place}: {source}")]
    Format {
        /// The store or the execution.
        place: String,
        /// Which format.
        #[source]
        source: FormatError,
    },
    /// The place cannot be used: no such directory, no permission, disk full, busy.
    #[error("{place}: {message}")]
    Unusable {
        /// The store.
        place: String,
        /// What the system or the database said.
        message: String,
        /// Whether trying again later may help: busy, throttled.
        transient: bool,
    },
    /// A document is not as the condition of a change wants it.
    #[error("the {kind} `{name}` {}", in_force(*.version))]
    Conflict {
        /// What it is.
        kind: String,
        /// Which one of them.
        name: String,
        /// The version in force; 0 if there is none.
        version: u64,
    },
    /// A document cannot be kept.
    #[error("the {kind} `{name}` cannot be kept: {message}")]
    Refused {
        /// What it is.
        kind: String,
        /// Which one of them.
        name: String,
        /// Why not.
        message: String,
    },
    /// What is stored is not what was written.
    #[error("{place}: {message}")]
    Damaged {
        /// The store.
        place: String,
        /// What is damaged, and how that shows.
        message: String,
    },
}

/// What there is of a document whose change has come too late.
fn in_force(version: u64) -> String {
    match version {
        0 => "is not there".to_owned(),
        version => format!("is at version {version} by now"),
    }
}
