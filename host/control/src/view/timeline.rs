//! When each wave began and ended, read off the journal's events.

use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::history::{Entry, events};
use moontide_runtime::scheduler::{Event, Graph, State, machine};

use crate::words;

/// The moments of one wave.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Span {
    /// When its first attempt began.
    pub started_at: Option<Timestamp>,
    /// When it came to its end.
    pub ended_at: Option<Timestamp>,
}

impl Span {
    /// How long it took, or has taken by `now`.
    pub fn took(&self, now: Option<Timestamp>) -> Option<Duration> {
        let end = self.ended_at.or(now)?;
        Some(words::between(self.started_at?, end))
    }
}

/// The moments of an execution.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// The whole of it.
    pub whole: Span,
    /// Each node of the graph.
    pub waves: Vec<Span>,
}

impl Timeline {
    /// Folds the journal's events once more, looking at the clock.
    pub fn of(graph: &Graph, entries: &[Entry]) -> Timeline {
        let waves = vec![Span::default(); graph.len()];
        let mut timeline = Timeline { whole: Span::default(), waves };
        let mut state = State::new(graph);
        for (at, event) in events(entries) {
            let Ok((next, _)) = machine::apply(graph, state.clone(), at, event) else { continue };
            timeline.note(at, event, &next);
            state = next;
        }
        timeline
    }

    fn note(&mut self, at: Timestamp, event: &Event, next: &State) {
        if *event == Event::Started {
            self.whole.started_at = Some(at);
        }
        for (span, wave) in self.waves.iter_mut().zip(&next.waves) {
            if wave.attempt > 0 {
                span.started_at.get_or_insert(at);
            }
            note_end(span, wave.status.is_terminal(), at);
        }
        note_end(&mut self.whole, next.status().is_terminal(), at);
    }
}

/// What was over and is taken up again ends later.
fn note_end(span: &mut Span, is_over: bool, at: Timestamp) {
    if is_over {
        span.ended_at.get_or_insert(at);
    } else {
        span.ended_at = None;
    }
}
