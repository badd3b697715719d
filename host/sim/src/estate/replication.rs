//! How fresh a server's data is, and which recovery points it has.

use jiff::{SignedDuration, Timestamp};

use super::Estate;
use crate::world::Replication;

impl Estate {
    /// How far a server's replicated data is behind `now`. While replication is CONTINUOUS the lag
    /// stays what the world says; otherwise it grows with time.
    pub(crate) fn lag(&self, server: usize, now: Timestamp) -> SignedDuration {
        let facts = self.server(server);
        match facts.replication {
            Replication::Continuous => facts.lag,
            _ => facts.lag + self.elapsed(now).max(SignedDuration::ZERO),
        }
    }

    /// The moments of a server's recovery points, newest first.
    pub(crate) fn snapshots(&self, server: usize, now: Timestamp) -> Vec<Timestamp> {
        let spacing = self.world.timing.snapshot_every.as_secs().max(1);
        let newest_data = now - self.lag(server, now);
        let newest = newest_data.as_second().div_euclid(spacing);
        (0..i64::from(self.server(server).snapshots))
            .map_while(|back| Timestamp::from_second((newest - back) * spacing).ok())
            .collect()
    }

    /// The moment of the newest recovery point.
    pub(crate) fn newest_snapshot(&self, server: usize, now: Timestamp) -> Option<Timestamp> {
        self.snapshots(server, now).first().copied()
    }

    /// The id of a recovery point.
    pub(crate) fn snapshot_id(&self, server: usize, moment: Timestamp) -> String {
        self.seed.id("pit-", &format!("{}/{moment}", self.server(server).id))
    }
}
