//! When DRS does not hear the agent of a source server.

use jiff::SignedDuration;

use crate::estate::Estate;
use crate::scenario::Window;

/// From the first word of an agent that is back to continuous replication.
const RESCAN: SignedDuration = SignedDuration::from_mins(10);

/// A time that ends, or goes on for ever, counted from the start of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: SignedDuration,
    pub(super) until: Option<SignedDuration>,
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

/// When DRS does not hear a server's agent, because its source is down.
pub(super) fn silences(estate: &Estate, server: usize) -> Vec<Span> {
    let windows = estate.faults.source_outages(estate.server(server));
    let span = |window: Window| Span { from: window.after, until: window.end() };
    Span::join(windows.map(span).collect())
}

/// When no data of a server becomes current: while its source is down, and until it has caught up.
pub(super) fn gaps(estate: &Estate, server: usize) -> Vec<Span> {
    let caught_up =
        |span: Span| Span { until: span.until.map(|until| until.saturating_add(RESCAN)), ..span };
    Span::join(silences(estate, server).into_iter().map(caught_up).collect())
}

/// The one span that covers this time.
pub(super) fn at(spans: &[Span], elapsed: SignedDuration) -> Option<Span> {
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
