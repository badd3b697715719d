//! What a test stages in a rehearsal: answers and signals of people at a moment, and deaths of its runner.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use moontide_runtime::clock::Clock;
use moontide_runtime::plan::suggest;
use moontide_runtime::scheduler::{Answers, Choice, Given, Graph, Prompt, PromptKind};
use moontide_runtime::store::{Signal, SignalKind, Store};

use crate::answers::people::{bar, stand_in};
use crate::answers::{choices, flags};
use crate::error::{CommandError, Result, code};
use crate::words;

/// What happens in a rehearsal besides what the runbook and its world say.
#[derive(Clone, Debug, Default)]
pub struct Staged {
    /// What people answer; each is given once.
    pub answers: Vec<StagedAnswer>,
    /// What operators want.
    pub signals: Vec<StagedSignal>,
    /// The journal entries behind which the runner is killed, and another one goes on.
    pub kills: Vec<u64>,
}

/// An answer of a person.
#[derive(Clone, Debug)]
pub struct StagedAnswer {
    /// The prompt's wave, or its id.
    pub prompt: String,
    /// The answer.
    pub choice: String,
    /// The person; `None`: those who may give it, as many as it takes.
    pub by: Option<String>,
    /// How long after the question.
    pub after: Duration,
}

/// A signal of an operator.
#[derive(Clone, Debug)]
pub struct StagedSignal {
    /// What is wanted.
    pub wish: SignalKind,
    /// How long after the beginning.
    pub at: Duration,
    /// The operator.
    pub by: String,
    /// The reason.
    pub comment: String,
}

/// Something that was staged, and met nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// What it was.
    pub what: What,
    /// That it met nothing, in a sentence.
    pub message: String,
}

/// One thing of what is staged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The answer at this place of the list.
    Answer(usize),
    /// The signal at this place of the list.
    Signal(usize),
    /// The death at this place of the list.
    Kill(usize),
}

/// The answers of a test, and what answers otherwise.
pub(super) struct Cast {
    answers: Vec<(StagedAnswer, RefCell<Option<String>>)>,
    people: Rc<Graph>,
    clock: Arc<dyn Clock>,
    otherwise: Rc<dyn Answers>,
    /// Whether an operator lifts a pause later on.
    resumes: bool,
    /// The signals that were sent.
    sent: Cell<usize>,
    /// The first thing that no test can mean.
    wrong: RefCell<Option<CommandError>>,
    /// The prompts that an answer named, and that did not take it, by the answer's place.
    misfits: RefCell<BTreeMap<usize, Prompt>>,
}

impl Cast {
    pub(super) fn new(
        staged: &Staged,
        people: Rc<Graph>,
        clock: Arc<dyn Clock>,
        otherwise: Rc<dyn Answers>,
    ) -> Cast {
        Cast {
            answers: staged.answers.iter().map(|it| (it.clone(), RefCell::default())).collect(),
            resumes: staged.signals.iter().any(|it| it.wish == SignalKind::Resume),
            people,
            clock,
            otherwise,
            sent: Cell::default(),
            wrong: RefCell::default(),
            misfits: RefCell::default(),
        }
    }

    /// The answer that was meant for this prompt: one that names its id before one that names its wave. An answer
    /// without a name is given by as many people as the prompt takes.
    fn find(&self, prompt: &Prompt) -> Option<&StagedAnswer> {
        let is_meant = |it: &StagedAnswer| it.prompt == prompt.id || it.prompt == prompt.wave;
        let takes = |it: &StagedAnswer| prompt.choices.iter().any(|c| c.as_str() == it.choice);
        let mut best: Option<&(StagedAnswer, RefCell<Option<String>>)> = None;
        for (place, pair @ (answer, used)) in self.answers.iter().enumerate() {
            if !is_meant(answer) {
                continue;
            }
            if !takes(answer) {
                self.misfits.borrow_mut().entry(place).or_insert_with(|| prompt.clone());
                continue;
            }
            let is_left = match &*used.borrow() {
                None => true,
                Some(id) => *id == prompt.id && answer.by.is_none(),
            };
            let is_closer =
                |best: &StagedAnswer| best.prompt != prompt.id && answer.prompt == prompt.id;
            if is_left && best.is_none_or(|(best, _)| is_closer(best)) {
                best = Some(pair);
            }
        }
        let (answer, used) = best?;
        used.replace(Some(prompt.id.clone()));
        Some(answer)
    }

    /// The person who gives it, if that person may.
    fn person(&self, answer: &StagedAnswer, prompt: &Prompt) -> Option<String> {
        let Some(by) = &answer.by else { return stand_in(&self.people, prompt, "the test") };
        let Some(why) = bar(&self.people, prompt, by) else { return Some(by.clone()) };
        let message = format!("`{}` of {by} for `{}`: {why}", answer.choice, prompt.id);
        self.wrong.borrow_mut().get_or_insert(CommandError::new(code::BAD_ANSWER, message));
        None
    }

    /// Sends the signals, each at its moment.
    pub(super) async fn signal(&self, staged: &Staged, store: &dyn Store, id: &str) -> Result<()> {
        let begun = self.clock.monotonic();
        for (_, StagedSignal { wish, at, by, comment }) in in_time(staged) {
            let elapsed = self.clock.monotonic().saturating_sub(begun);
            self.clock.sleep(at.saturating_sub(elapsed)).await;
            let (wish, by, comment) = (wish.clone(), by.clone(), comment.clone());
            let at = self.clock.now();
            store.send(id, &Signal { wish, by, sender: String::new(), comment, at }).await?;
            self.sent.set(self.sent.get() + 1);
        }
        Ok(())
    }

    /// Refuses what no prompt takes; says what was staged and met nothing. The journal has `entries`.
    pub(super) fn end(&self, staged: &Staged, entries: u64) -> Result<Vec<Unmet>> {
        if let Some(wrong) = self.wrong.take() {
            return Err(wrong);
        }
        let mut unmet = Vec::new();
        for (place, (answer, used)) in self.answers.iter().enumerate() {
            if used.borrow().is_some() {
                continue;
            }
            if let Some(prompt) = self.misfits.borrow().get(&place) {
                refuse(answer, prompt)?;
            }
            let message =
                format!("no prompt met the answer `{}` for `{}`", answer.choice, answer.prompt);
            unmet.push(Unmet { what: What::Answer(place), message });
        }
        for (place, signal) in in_time(staged).into_iter().skip(self.sent.get()) {
            let at = words::duration(signal.at);
            let message = format!("a signal came too late: the rehearsal was over before {at}");
            unmet.push(Unmet { what: What::Signal(place), message });
        }
        for (place, at) in staged.kills.iter().enumerate().filter(|(_, at)| **at > entries) {
            let all = words::count(usize::try_from(entries).unwrap_or(usize::MAX), "entry");
            let all = all.replace("entrys", "entries");
            let message =
                format!("the runner was not killed behind entry {at}: the journal has {all}");
            unmet.push(Unmet { what: What::Kill(place), message });
        }
        Ok(unmet)
    }
}

/// The signals with their places in the list, in the order in which they are sent.
fn in_time(staged: &Staged) -> Vec<(usize, &StagedSignal)> {
    let mut signals: Vec<_> = staged.signals.iter().enumerate().collect();
    signals.sort_by_key(|(_, signal)| signal.at);
    signals
}

/// The complaint about an answer that its prompt does not take. What another question of the engine about the same
/// wave would take was not needed, and is not wrong.
fn refuse(answer: &StagedAnswer, prompt: &Prompt) -> Result<()> {
    let StagedAnswer { prompt: named, choice, .. } = answer;
    if flags::is_word(choice) {
        return Ok(());
    }
    let message =
        format!("the answer `{choice}` for `{named}`: `{}` takes {}", prompt.id, choices(prompt));
    let near = suggest::nearest(choice, prompt.choices.iter().map(Choice::as_str));
    let message = match near {
        Some(near) => format!("{message}: did you mean `{near}`?"),
        None => message,
    };
    Err(CommandError::new(code::BAD_ANSWER, message))
}

#[async_trait(?Send)]
impl Answers for Cast {
    async fn answer(&self, prompt: &Prompt) -> Option<Given> {
        if prompt.kind == PromptKind::Hold && self.resumes {
            return std::future::pending().await;
        }
        let Some(answer) = self.find(prompt) else { return self.otherwise.answer(prompt).await };
        self.clock.sleep(answer.after).await;
        let by = self.person(answer, prompt)?;
        Some(Given { choice: answer.choice.clone(), by, ..Given::default() })
    }
}
