//! How fresh the data of a server is.
//!
//! DRS hears a source server through the agent on it. While the source is down it hears nothing: the data and the
//! recovery points stay what they were, and only time goes on.

use jiff::{SignedDuration, Timestamp};

use super::silence::{at, gaps, silences};
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::scenario::Replication;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "drs.replication.states",
        "DRS has the states STALLED and DISCONNECTED for the replication of a server, and the error AGENT_NOT_SEEN.",
        source::DRS_MODEL,
    ),
    Fact::documented(
        "drs.replication.lag",
        "The lag is the time since replication was last continuous.",
        "the AWS Elastic Disaster Recovery user guide, in its answers to questions about replication",
    ),
    Fact::assumed(
        "drs.replication.source-down",
        "A server whose source is down is STALLED at once and DISCONNECTED after a quarter of an hour; \
         lastSeenByServiceDateTime is the moment at which the source went down.",
        "the order of the states and their times are not documented; a caller that asks for CONTINUOUS should hear \
         of it at once",
    ),
    Fact::assumed(
        "drs.replication.points-kept",
        "While a source is down no recovery point is added, and those that are there are kept.",
        "a recovery point is a snapshot of data that has arrived; whether DRS thins out the last ones is not documented",
    ),
    Fact::assumed(
        "drs.replication.rescan",
        "When a source is heard again its replication is RESCAN for ten minutes, and the lag goes on growing; then it \
         is CONTINUOUS.",
        "the agent compares the disks after an interruption; how long that takes depends on them",
    ),
];

/// The state of a server's replication.
pub(super) fn state(estate: &Estate, server: usize, now: Timestamp) -> Replication {
    let facts = estate.server(server);
    let (own, elapsed) = (facts.replication, estate.elapsed(now));
    if matches!(own, Replication::Stopped | Replication::Disconnected) {
        return own;
    }
    if let Some(silence) = at(&silences(estate, server), elapsed) {
        let silent = elapsed - silence.from;
        return if silent < estate.scenario.timing.disconnected_after {
            Replication::Stalled
        } else {
            Replication::Disconnected
        };
    }
    match at(&gaps(estate, server), elapsed) {
        Some(_) if own == Replication::Continuous => Replication::Rescan,
        _ => own,
    }
}

/// When DRS last heard the agent of a server.
pub(super) fn last_seen(estate: &Estate, server: usize, now: Timestamp) -> Timestamp {
    if let Some(silence) = at(&silences(estate, server), estate.elapsed(now)) {
        return estate.start + silence.from;
    }
    match estate.server(server).replication {
        Replication::Stalled | Replication::Disconnected => now - lag(estate, server, now),
        _ => now,
    }
}

/// How far a server's replicated data is behind `now`. While replication is CONTINUOUS the lag
/// stays what the world says; otherwise it grows with time.
pub(super) fn lag(estate: &Estate, server: usize, now: Timestamp) -> SignedDuration {
    let (facts, elapsed) = (estate.server(server), estate.elapsed(now));
    match facts.replication {
        Replication::Continuous => {
            let gap = at(&gaps(estate, server), elapsed);
            facts.lag + gap.map_or(SignedDuration::ZERO, |gap| elapsed - gap.from)
        }
        _ => facts.lag + elapsed.max(SignedDuration::ZERO),
    }
}
