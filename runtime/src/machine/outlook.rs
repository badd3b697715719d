//! What lies ahead of an execution: what a pending signal will do, what silence has answered, what closed a prompt.
//!
//! [`outlook`] is one pure function over graph, entries and signals, for all who look at an execution. The driver takes
//! each signal by the same rules: [`comes_late`] and [`take`].

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Graph, Refusal, Request, State, apply};
use crate::history::{Body, Choice, Entry, Event, Format, Prompt, Signal};

/// So far the clocks of two machines may be apart that are both right.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// Where an execution stands, and where it will stand once a runner has taken what waits for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// Where it stands: what its entries add up to.
    pub state: State,
    /// Which of the journaled signals were refused, and why, by the entry's sequence.
    pub refused: BTreeMap<u64, Refusal>,
    /// The signals that no runner has taken yet, in the order in which one will.
    pub pending: Vec<Pending>,
    /// Where the next signal finds it: behind those that are pending, and where it has not begun, before it does.
    pub behind: State,
    /// Where it will stand once the pending signals are taken, silence has answered what is overdue, and it has begun.
    pub ahead: State,
    /// What closed each prompt that was open at some time, or will, unless it is open at the end.
    pub closings: BTreeMap<String, Closing>,
}

/// A signal that waits for a runner.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// Its number in the store.
    pub number: u64,
    /// What it wants.
    pub signal: Signal,
    /// Why it will be refused.
    pub refusal: Option<Refusal>,
}

/// The event after which a prompt was open no more.
#[derive(Clone, Debug, PartialEq)]
pub struct Closing {
    /// Its entry's sequence in the journal; `None` if it waits for a runner.
    pub entry: Option<u64>,
    /// What happened.
    pub event: Event,
    /// What silence meant, after a time-out.
    pub silence: Option<Choice>,
}

/// When a runner comes.
#[derive(Clone, Copy, Debug)]
pub struct Moments {
    /// When an execution begins that has not begun.
    pub begins: Timestamp,
    /// Until when silence has answered; `None`: a runner has the last word on that.
    pub silence: Option<Timestamp>,
}

/// What becomes of an execution with these entries, for which these signals wait.
pub fn outlook(
    graph: &Graph,
    entries: &[Entry],
    signals: Vec<(u64, Signal)>,
    moments: Moments,
) -> Outlook {
    let mut looking = Looking::new(graph);
    looking.read(entries);
    let (state, refused) = (looking.state.clone(), std::mem::take(&mut looking.refused));
    // What is not open yet gets its time from the runner that opens it, and a clock that goes ahead ends nothing earlier.
    let is_over = |prompt: &Prompt| {
        let journaled = state.prompts.get(&prompt.id).and_then(|prompt| prompt.deadline);
        let end = journaled.filter(|_| journaled == prompt.deadline);
        end.is_some_and(|end| moments.silence.is_some_and(|now| end <= now))
    };
    let mut pending = Vec::new();
    for (number, signal) in signals {
        let is_late = |prompt: &Prompt| {
            comes_late(&signal, prompt, state.prompts.contains_key(&prompt.id)) && is_over(prompt)
        };
        looking.time_out(signal.at, is_late);
        let refusal = looking.take(signal.clone(), number);
        pending.push(Pending { number, signal, refusal });
    }
    if let Some(now) = moments.silence {
        looking.time_out(now, is_over);
    }
    // A runner takes what waits before it begins.
    let behind = looking.state.clone();
    let _ = looking.tell(&Event::Started, moments.begins, None);
    let Looking { state: ahead, mut closings, .. } = looking;
    closings.retain(|prompt, _| !ahead.prompts.contains_key(prompt));
    Outlook { state, refused, pending, behind, ahead, closings }
}

/// What becomes of one more signal, where the next one finds an execution `behind` those that wait.
pub fn would_take(graph: &Graph, behind: &State, signal: &Signal) -> Result<(), Refusal> {
    // As one that comes through the store, whatever its number.
    take(graph, behind, signal.at, signal.clone(), Some(0)).applied.map(drop)
}

/// Whether silence has answered a prompt before this signal does, if the time of the prompt is over at all. A moment
/// before the question was asked comes from a wrong clock and says nothing. It is known of questions that were open
/// before the signal was looked at: other ones were not there when it was sent.
pub fn comes_late(signal: &Signal, prompt: &Prompt, was_open: bool) -> bool {
    let is_wrong = was_open && signal.at < prompt.opened_at - SKEW;
    let is_over = prompt.deadline.is_some_and(|end| is_wrong || end <= signal.at);
    is_over && signal.wish.answers(prompt)
}

/// A signal that is taken, or refused.
#[derive(Debug)]
pub struct Taken {
    /// What is journaled of it.
    pub event: Event,
    /// Where the execution stands behind it, and what is to be done about that; or why it is refused.
    pub applied: Result<(State, Vec<Request>), Refusal>,
}

/// Takes a signal. One that is refused is journaled as refused: no later release takes it after all.
pub fn take(
    graph: &Graph,
    state: &State,
    at: Timestamp,
    signal: Signal,
    number: Option<u64>,
) -> Taken {
    let event = Event::Signalled { signal, number, refused: None };
    let applied = apply(graph, state.clone(), at, &event);
    let why = applied.as_ref().err().filter(|_| graph.rules >= Format(2)).map(ToString::to_string);
    let event = match event {
        Event::Signalled { signal, number, .. } => {
            Event::Signalled { signal, number, refused: why }
        }
        other => other,
    };
    Taken { event, applied }
}

/// An execution on its way from its first entry to what lies ahead.
struct Looking<'g> {
    graph: &'g Graph,
    state: State,
    refused: BTreeMap<u64, Refusal>,
    closings: BTreeMap<String, Closing>,
}

impl<'g> Looking<'g> {
    fn new(graph: &'g Graph) -> Looking<'g> {
        let (refused, closings) = (BTreeMap::new(), BTreeMap::new());
        Looking { graph, state: State::new(graph), refused, closings }
    }

    /// Goes through the journal.
    fn read(&mut self, entries: &[Entry]) {
        for entry in entries {
            let Body::Event { event } = &entry.body else { continue };
            if let Err(refusal) = self.tell(event, entry.at, Some(entry.sequence)) {
                self.refused.insert(entry.sequence, refusal);
            }
        }
    }

    /// One event, and which prompts it closes.
    fn tell(&mut self, event: &Event, at: Timestamp, entry: Option<u64>) -> Result<(), Refusal> {
        let (next, _) = apply(self.graph, self.state.clone(), at, event)?;
        self.go(next, event, entry);
        Ok(())
    }

    fn go(&mut self, next: State, event: &Event, entry: Option<u64>) {
        let closed = self.state.prompts.keys().filter(|id| !next.prompts.contains_key(*id));
        for id in closed {
            let silent = match event {
                Event::TimedOut { prompt } => self.state.prompts.get(prompt),
                _ => None,
            };
            let silence = silent.and_then(|prompt| prompt.on_timeout.clone());
            self.closings.insert(id.clone(), Closing { entry, event: event.clone(), silence });
        }
        self.state = next;
    }

    /// Takes a signal that waits; returns why it will be refused.
    fn take(&mut self, signal: Signal, number: u64) -> Option<Refusal> {
        let at = signal.at;
        let Taken { event, applied } = take(self.graph, &self.state, at, signal, Some(number));
        match applied {
            Ok((next, _)) => {
                self.go(next, &event, None);
                None
            }
            Err(refusal) => Some(refusal),
        }
    }

    /// Silence answers those of these prompts that take an answer.
    fn time_out(&mut self, at: Timestamp, is_over: impl Fn(&Prompt) -> bool) {
        let over = self.state.prompts.values().filter(|prompt| is_over(prompt));
        for prompt in over.map(|prompt| prompt.id.clone()).collect::<Vec<_>>() {
            // The one before it may have ended everything.
            let _ = self.tell(&Event::TimedOut { prompt }, at, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::SignalKind;
    use crate::machine::WaveStatus;
    use crate::machine::graph::Node;
    use crate::plan::{Pause, PromptTimeout};

    /// Minutes after the pause points were opened.
    fn minute(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(60 + minutes)
    }

    /// Two waves that are asked about, for five minutes.
    fn graph() -> Graph {
        let pause = Pause {
            message: "?".into(),
            approvers: Vec::new(),
            approvals: 1,
            timeout: Some(std::time::Duration::from_mins(5)),
            on_timeout: PromptTimeout::Skip,
        };
        let node = |name| Node { pause: Some(pause.clone()), ..Node::plain(name) };
        Graph::of_nodes(["db", "web"].map(node).into(), 9)
    }

    fn entry(sequence: u64, event: Event) -> Entry {
        Entry { sequence, epoch: 1, at: minute(0), body: Body::Event { event } }
    }

    fn answer(graph: &Graph, choice: &str, at: Timestamp) -> Signal {
        let (prompt, fingerprint) = ("db".to_owned(), graph.fingerprint_of("db"));
        let wish = SignalKind::Answer {
            prompt,
            choice: choice.into(),
            fingerprint,
            value: serde_json::Value::Null,
        };
        Signal { wish, by: "ann".into(), sender: String::new(), comment: String::new(), at }
    }

    /// The outlook for an answer that was sent then, by a clock that says `now`.
    fn look(sent: Timestamp, now: Option<Timestamp>) -> Outlook {
        let graph = graph();
        let moments = Moments { begins: minute(0), silence: now };
        let signals = vec![(1, answer(&graph, "continue", sent))];
        outlook(&graph, &[entry(1, Event::Started)], signals, moments)
    }

    #[test]
    fn an_answer_counts_unless_silence_has_answered_before_it() {
        let is_taken = |outlook: &Outlook| outlook.pending[0].refusal.is_none();
        // In time, however late it is looked at; or only a runner says that the time is over.
        assert!(is_taken(&look(minute(4), Some(minute(9)))));
        assert!(is_taken(&look(minute(6), Some(minute(4)))));
        assert!(is_taken(&look(minute(6), None)));
        let late = look(minute(6), Some(minute(7)));
        assert_eq!(late.pending[0].refusal, Some(Refusal::NoPrompt("db".into())));
        assert_eq!(late.closings["db"].silence, Some(Choice::new("skip")));
        // A clock that is an hour behind says nothing: the time is over.
        assert!(!is_taken(&look(minute(-60), Some(minute(6)))));
        assert!(is_taken(&look(minute(-60), Some(minute(4)))));
    }

    #[test]
    fn what_closed_a_prompt_is_known_and_what_is_open_was_closed_by_nothing() {
        let graph = graph();
        let abort = answer(&graph, "abort", minute(1));
        let moments = Moments { begins: minute(0), silence: Some(minute(1)) };
        let begun = [entry(1, Event::Started)];
        let open = outlook(&graph, &begun, Vec::new(), moments);
        assert!(open.closings.is_empty() && open.ahead.prompts.len() == 2);
        let ahead = outlook(&graph, &begun, vec![(1, abort.clone())], moments);
        let event = Event::Signalled { signal: abort, number: Some(1), refused: None };
        let closed = |entry| {
            let closing = Closing { entry, event: event.clone(), silence: None };
            BTreeMap::from(["db", "web"].map(|prompt| (prompt.to_owned(), closing.clone())))
        };
        assert_eq!(ahead.closings, closed(None));
        assert_eq!(ahead.state.waves[0].status, WaveStatus::Paused);
        let [first] = begun;
        let past = outlook(&graph, &[first, entry(2, event.clone())], Vec::new(), moments);
        assert_eq!(past.closings, closed(Some(2)));
        assert_eq!((past.state, &past.ahead), (ahead.ahead.clone(), &ahead.ahead));
    }
}
