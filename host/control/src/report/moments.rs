//! The moments of an execution, read off its journal in one go: attempts, questions, and when a person was waited for.

use jiff::Timestamp;
use moontide_runtime::journal::{Body, Entry};
use moontide_runtime::scheduler::{
    Choice, Event, ExecutionStatus, Graph, Prompt, Signal, SignalKind, State, machine,
};

use crate::view::Record;
use crate::view::signal;
use crate::view::timeline::Timeline;
use crate::words;

/// When what happened.
pub(super) struct Moments {
    /// The whole, and each node of its plan.
    pub(super) timeline: Timeline,
    /// The attempts, in the order in which they began.
    pub(super) attempts: Vec<Attempt>,
    /// The questions to people, in the order in which they were opened.
    pub(super) questions: Vec<Question>,
    /// From when until when nothing ran, and a person was waited for.
    waits: Vec<(Timestamp, Timestamp)>,
}

/// An attempt of a node.
pub(super) struct Attempt {
    /// The node's place in the graph.
    pub(super) node: usize,
    /// Which one, from 1.
    pub(super) number: u32,
    /// When it began.
    pub(super) from: Timestamp,
    /// When it ended, if it has.
    pub(super) to: Option<Timestamp>,
}

/// A question to a person.
pub(super) struct Question {
    /// As it stood last.
    pub(super) prompt: Prompt,
    /// When it was opened.
    pub(super) from: Timestamp,
    /// What closed it, if it is closed.
    pub(super) closed: Option<Closed>,
    /// What people said to it.
    pub(super) voices: Vec<(Timestamp, Signal)>,
}

/// The end of a question.
pub(super) struct Closed {
    /// When.
    pub(super) at: Timestamp,
    /// The answer, unless something else settled it.
    pub(super) choice: Option<String>,
    /// What it was: `continue by ann`, `its time-out: abort`, `a cancel by bob`.
    pub(super) how: String,
    /// Whether no person had answered in time.
    pub(super) is_silence: bool,
}

impl Moments {
    /// Folds the journal's events once more.
    pub(super) fn of(record: &Record) -> Moments {
        let timeline = Timeline::of(&record.graph, &record.entries);
        let mut moments =
            Moments { timeline, attempts: Vec::new(), questions: Vec::new(), waits: Vec::new() };
        let mut state = State::new(&record.graph);
        let mut waiting_since = None;
        for entry in &record.entries {
            let Body::Event { event } = &entry.body else { continue };
            let applied = machine::apply(&record.graph, state.clone(), entry.at, event);
            let Ok((next, _)) = applied else { continue };
            moments.note_attempts(&record.graph, (&state, &next), entry.at, event);
            moments.note_questions((&state, &next), record, entry, event);
            let status = next.status();
            let waits = matches!(status, ExecutionStatus::Paused | ExecutionStatus::Waiting);
            match waiting_since {
                Some(since) if !waits => {
                    moments.waits.push((since, entry.at));
                    waiting_since = None;
                }
                None if waits => waiting_since = Some(entry.at),
                _ => {}
            }
            state = next;
        }
        if let (Some(since), Some(last)) = (waiting_since, record.entries.last()) {
            moments.waits.push((since, last.at));
        }
        moments
    }

    fn note_attempts(
        &mut self,
        graph: &Graph,
        (before, after): (&State, &State),
        at: Timestamp,
        event: &Event,
    ) {
        if let Event::Ended { wave, attempt, .. } = event
            && let Some(node) = graph.index(wave)
        {
            let is_it = |it: &&mut Attempt| it.node == node && it.number == *attempt;
            if let Some(attempt) = self.attempts.iter_mut().rev().find(is_it) {
                attempt.to.get_or_insert(at);
            }
        }
        for (node, (before, after)) in before.waves.iter().zip(&after.waves).enumerate() {
            if after.attempt > before.attempt {
                let number = after.attempt;
                self.attempts.push(Attempt { node, number, from: at, to: None });
            }
        }
    }

    fn note_questions(
        &mut self,
        (before, after): (&State, &State),
        record: &Record,
        entry: &Entry,
        event: &Event,
    ) {
        let is_refused = record.refused.contains_key(&entry.sequence);
        if let Event::Signalled { signal, .. } = event
            && let SignalKind::Answer { prompt, .. } = &signal.wish
            && !is_refused
            && let Some(question) = self.open(prompt)
        {
            question.voices.push((entry.at, signal.clone()));
        }
        for (id, prompt) in &before.prompts {
            let is_same = after.prompts.get(id).is_some_and(|it| it.opened_at == prompt.opened_at);
            if !is_same && let Some(question) = self.open(id) {
                question.closed = Some(closing(prompt, entry.at, event));
            }
        }
        for (id, prompt) in &after.prompts {
            match self.open(id) {
                Some(question) => question.prompt = prompt.clone(),
                None => self.questions.push(Question {
                    prompt: prompt.clone(),
                    from: entry.at,
                    closed: None,
                    voices: Vec::new(),
                }),
            }
        }
    }

    fn open(&mut self, id: &str) -> Option<&mut Question> {
        let is_it = |it: &&mut Question| it.prompt.id == id && it.closed.is_none();
        self.questions.iter_mut().rev().find(is_it)
    }

    /// For how long, between two moments, nothing ran and a person was waited for.
    pub(super) fn waited(&self, from: Timestamp, to: Timestamp) -> u64 {
        let within = self.waits.iter().map(|(since, until)| ((*since).max(from), (*until).min(to)));
        let lengths = within.filter(|(since, until)| since < until);
        lengths.map(|(since, until)| words::between(since, until).as_secs()).sum()
    }
}

/// What closed a question.
fn closing(prompt: &Prompt, at: Timestamp, event: &Event) -> Closed {
    let silence = || prompt.on_timeout.as_ref().map_or("", Choice::as_str).to_owned();
    let (choice, how) = match event {
        Event::Signalled { signal, .. } => match signal::answer_to(&prompt.id, signal) {
            Some((choice, _)) => {
                (Some(choice.to_owned()), format!("{choice} by {}", signal::by(signal)))
            }
            None => (None, format!("{} by {}", signal::wish(&signal.wish), signal::by(signal))),
        },
        Event::TimedOut { prompt: id } if *id == prompt.id => {
            (Some(silence()), format!("no person answered in time: {}", silence()))
        }
        Event::TimedOut { prompt: id } => (None, format!("the time-out of {id}")),
        Event::Withdrawn { .. } => (None, "it was found out, and asked no more".to_owned()),
        Event::Ended { wave, .. } => (None, format!("the end of {wave}")),
        Event::Started
        | Event::Asked { .. }
        | Event::Clock { .. }
        | Event::Limited { .. }
        | Event::Extended { .. } => (None, "what came after it".to_owned()),
    };
    let is_silence = matches!(event, Event::TimedOut { prompt: id } if *id == prompt.id);
    Closed { at, choice, how, is_silence }
}
