//! How fresh a server's data is, and which recovery points it has.
//!
//! DRS hears a source server through the agent on it. While the source is down it hears nothing: the data and the
//! recovery points stay what they were, and only time goes on.

use jiff::{SignedDuration, Timestamp};

use super::Estate;
use crate::fact::{Fact, source};
use crate::scenario::{Replication, Window};

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

/// From the first word of an agent that is back to continuous replication.
const RESCAN: SignedDuration = SignedDuration::from_mins(10);

/// A time that ends, or goes on for ever, counted from the start of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    from: SignedDuration,
    until: Option<SignedDuration>,
}

impl Span {
    fn contains(&self, at: SignedDuration) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// What begins within another or where it ends continues it.
    fn join(mut spans: Vec<Span>) -> Vec<Span> {
        spans.sort_by_key(|span| span.from);
        let mut joined: Vec<Span> = Vec::new();
        for span in spans {
            match joined.last_mut() {
                Some(last) if last.until.is_none_or(|until| span.from <= until) => {
                    last.until = last.until.zip(span.until).map(|(a, b)| a.max(b));
                }
                _ => joined.push(span),
            }
        }
        joined
    }
}

impl Estate {
    /// The state of a server's replication.
    pub(crate) fn replication(&self, server: usize, now: Timestamp) -> Replication {
        let facts = self.server(server);
        let (own, elapsed) = (facts.replication, self.elapsed(now));
        if matches!(own, Replication::Stopped | Replication::Disconnected) {
            return own;
        }
        if let Some(silence) = at(&self.silences(server), elapsed) {
            let silent = elapsed - silence.from;
            return if silent < self.scenario.timing.disconnected_after {
                Replication::Stalled
            } else {
                Replication::Disconnected
            };
        }
        match at(&self.gaps(server), elapsed) {
            Some(_) if own == Replication::Continuous => Replication::Rescan,
            _ => own,
        }
    }

    /// When DRS last heard the agent of a server.
    pub(crate) fn last_seen(&self, server: usize, now: Timestamp) -> Timestamp {
        if let Some(silence) = at(&self.silences(server), self.elapsed(now)) {
            return self.start + silence.from;
        }
        match self.server(server).replication {
            Replication::Stalled | Replication::Disconnected => now - self.lag(server, now),
            _ => now,
        }
    }

    /// How far a server's replicated data is behind `now`. While replication is CONTINUOUS the lag
    /// stays what the world says; otherwise it grows with time.
    pub(crate) fn lag(&self, server: usize, now: Timestamp) -> SignedDuration {
        let (facts, elapsed) = (self.server(server), self.elapsed(now));
        match facts.replication {
            Replication::Continuous => {
                let gap = at(&self.gaps(server), elapsed);
                facts.lag + gap.map_or(SignedDuration::ZERO, |gap| elapsed - gap.from)
            }
            _ => facts.lag + elapsed.max(SignedDuration::ZERO),
        }
    }

    /// The moments of a server's recovery points, newest first.
    pub(crate) fn snapshots(&self, server: usize, now: Timestamp) -> Vec<Timestamp> {
        let facts = self.server(server);
        let spacing = self.scenario.timing.snapshot_every.as_secs().max(1);
        let gaps = match facts.replication {
            Replication::Continuous => self.gaps(server),
            _ => Vec::new(),
        };
        let mut newest_data = now - self.lag(server, now);
        let mut found = Vec::new();
        while found.len() < facts.snapshots as usize {
            let on_the_grid = newest_data.as_second().div_euclid(spacing) * spacing;
            let Ok(moment) = Timestamp::from_second(on_the_grid) else { break };
            // Data of this moment would have come while there was none.
            if let Some(gap) = at(&gaps, self.elapsed(moment + facts.lag)) {
                let last_data = self.start + gap.from - facts.lag;
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
    pub(crate) fn newest_snapshot(&self, server: usize, now: Timestamp) -> Option<Timestamp> {
        self.snapshots(server, now).first().copied()
    }

    /// The id of a recovery point.
    pub(crate) fn snapshot_id(&self, server: usize, moment: Timestamp) -> String {
        self.seed.id("pit-", &format!("{}/{moment}", self.server(server).id))
    }

    /// When DRS does not hear a server's agent, because its source is down.
    fn silences(&self, server: usize) -> Vec<Span> {
        let windows = self.faults.source_outages(self.server(server));
        let span = |window: Window| Span { from: window.after, until: window.end() };
        Span::join(windows.map(span).collect())
    }

    /// When no data of a server becomes current: while its source is down, and until it has caught up.
    fn gaps(&self, server: usize) -> Vec<Span> {
        let caught_up = |span: Span| Span {
            until: span.until.map(|until| until.saturating_add(RESCAN)),
            ..span
        };
        Span::join(self.silences(server).into_iter().map(caught_up).collect())
    }
}

/// The one span that covers this time.
fn at(spans: &[Span], elapsed: SignedDuration) -> Option<Span> {
    spans.iter().find(|span| span.contains(elapsed)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outages_that_touch_are_one_and_an_outage_for_ever_takes_in_all_later_ones() {
        let minutes = SignedDuration::from_mins;
        let span =
            |from, until: Option<i64>| Span { from: minutes(from), until: until.map(minutes) };
        let spans = vec![span(30, None), span(5, Some(9)), span(0, Some(5)), span(40, Some(50))];
        assert_eq!(Span::join(spans), [span(0, Some(9)), span(30, None)]);
    }
}
