//! Which recovery points a server has.

use jiff::{SignedDuration, Timestamp};

use super::replication::lag;
use super::silence::{at, gaps};
use crate::estate::Estate;
use crate::scenario::Replication;

/// The moments of a server's recovery points, newest first.
pub(super) fn all(estate: &Estate, server: usize, now: Timestamp) -> Vec<Timestamp> {
    let facts = estate.server(server);
    let spacing = estate.scenario.timing.snapshot_every.as_secs().max(1);
    let gaps = match facts.replication {
        Replication::Continuous => gaps(estate, server),
        _ => Vec::new(),
    };
    let mut newest_data = now - lag(estate, server, now);
    let mut found = Vec::new();
    while found.len() < facts.snapshots as usize {
        let on_the_grid = newest_data.as_second().div_euclid(spacing) * spacing;
        let Ok(moment) = Timestamp::from_second(on_the_grid) else { break };
        // Data of this moment would have come while there was none.
        if let Some(gap) = at(&gaps, estate.elapsed(moment + facts.lag)) {
            let last_data = estate.start + gap.from - facts.lag;
            if moment > last_data {
                newest_data = last_data;
                continue;
            }
        }
        found.push(moment);
        let Ok(before) = moment.checked_sub(SignedDuration::from_secs(1)) else { break };
        newest_data = before;
    }
    found
}

/// The moment of the newest recovery point.
pub(super) fn newest(estate: &Estate, server: usize, now: Timestamp) -> Option<Timestamp> {
    all(estate, server, now).first().copied()
}

/// The id of a recovery point.
pub(super) fn id(estate: &Estate, server: usize, moment: Timestamp) -> String {
    estate.seed.id("pit-", &format!("{}/{moment}", estate.server(server).id))
}
