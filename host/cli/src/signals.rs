//! Sending a signal to an execution: what `answer`, `cancel`, `pause`, `resume`, `retry` and `skip` have
//! in common. Who sends it, whether the execution would take it, and what happens next.

mod silence;
pub(crate) mod waiting;

use std::sync::Arc;

use clap::Args;
use moontide_control::answers;
use moontide_control::clocks::SystemClock;
use moontide_control::error::{Code, CommandError, Result, code};
use moontide_control::next::Next;
use moontide_control::view::limits::beyond;
use moontide_control::view::next::cut_off;
use moontide_control::view::sent::Sent;
use moontide_control::view::time::now;
use moontide_control::words;
use moontide_control::words::quoted;
use moontide_control::{leases, whoami};
use moontide_runtime::journal::{Body, Writer};
use moontide_runtime::plan::suggest;
use moontide_runtime::scheduler::{Event, ExecutionStatus, Prompt, Refusal, WaveStatus};
use moontide_runtime::store::{Signal, Store, Wish};

use crate::context::Context;
use crate::view::{Outside, Record, Replaced, adopted, prompts, signal};

/// As long as an ARN of an assumed role may be, and more.
const LONGEST_NAME: usize = 256;

/// A longer comment is refused: it is journaled, and shown wherever its signal is.
const LONGEST_COMMENT: usize = 4_000;

/// Who sends a signal, and why.
#[derive(Args, Clone, Debug)]
pub(crate) struct Author {
    /// In whose name [default: the user of the operating system, or the AWS caller where AWS keeps the
    /// store]. A claim: it is journaled beside who really sent it
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) by: Option<String>,

    /// Why
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, value_parser = comment)]
    pub(crate) comment: String,
}

/// Reads a name; for clap.
pub(crate) fn name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("a name is not empty".to_owned());
    }
    if text.trim().chars().count() > LONGEST_NAME {
        return Err(format!("a name has {LONGEST_NAME} characters at most"));
    }
    Ok(text.trim().to_owned())
}

/// Reads a comment; for clap.
pub(crate) fn comment(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if length > LONGEST_COMMENT {
        return Err(format!("it has {length} characters, and {LONGEST_COMMENT} are the most"));
    }
    Ok(text.to_owned())
}

impl Author {
    /// The flags that say so.
    pub(crate) fn words(&self) -> String {
        let by = self.by.iter().map(|by| format!(" --by {}", quoted(by)));
        let comment = Some(&self.comment).filter(|it| !it.is_empty());
        let comment = comment.into_iter().map(|it| format!(" --comment {}", quoted(it)));
        by.chain(comment).collect()
    }

    /// The signal that says so, now.
    async fn sign(&self, context: &Context, record: &Record, wish: Wish) -> Result<Signal> {
        let whoami::Person { name: by, sender } = context.author(self.by.as_deref()).await?;
        let at = now(&record.entries);
        Ok(Signal { wish, by, sender, comment: self.comment.clone(), at })
    }
}

/// Leaves a signal for the execution, if it would take it.
pub(crate) async fn send(
    context: &Context,
    store: &dyn Store,
    record: &Record,
    wish: Wish,
    author: &Author,
) -> Result<Sent> {
    let id = record.execution.id.as_str();
    let signal = author.sign(context, record, wish).await?;
    if let Err(refusal) = record.would_take(&signal) {
        let error = explain(context, record, &signal, &refusal);
        let replaced = replaced(store, record, &signal.wish).await;
        return Err(replaced.sentences().into_iter().fold(error, CommandError::hint));
    }
    waiting::room(context, record, &signal.wish)?;
    let number = store.send(id, &signal).await?;
    // Somebody else may have been faster, or silence.
    let (now, unsure) = silence::said(store, record, &signal, number).await?;
    if let Some(refusal) = now.refusal_of(number) {
        return Err(explain(context, &now, &signal, &refusal));
    }
    let next = if now.is_over() {
        // Something else keeps it from going on, and needs another retry first.
        let abort = now.ahead.standing().map(|abort| abort.at.as_str());
        let wave = abort.or_else(|| cut_off(&now).first().copied());
        wave.map(|wave| Next::retry(id, wave))
    } else {
        Some(Next::resume(id))
    };
    let beyond = match &signal.wish {
        Wish::Retry { wave, .. } if !now.is_over() => beyond(record, wave, &context.limits),
        _ => None,
    };
    let next = next.map(|next| beyond.unwrap_or(next));
    let next = next.filter(|_| now.runner.is_none());
    Ok(Sent {
        execution: id.to_owned(),
        number: Some(number),
        meaning: match &signal.wish {
            // One that stands already, and not one that a retry has lifted.
            Wish::Cancel { seen } if *seen > 0 && record.behind.cancelled_by.is_some() => {
                format!("{id}: the hooks are to stop too, by {}", signal::by(&signal))
            }
            _ => meaning(&now, &signal),
        },
        still_skipped: still_skipped(record, &now, &signal.wish),
        called_back: called_back(record, &now, &signal.wish),
        outside: match &signal.wish {
            Wish::Cancel { .. } => Outside::of(&now),
            _ => Vec::new(),
        },
        replaced: replaced(store, &now, &signal.wish).await,
        runner: now.runner,
        next,
        unsure,
        signal,
    })
}

/// What whoever goes on with an execution has to know: others may have launched its servers since.
async fn replaced(store: &dyn Store, record: &Record, wish: &Wish) -> Replaced {
    match wish {
        Wish::Retry { .. } | Wish::Resume => Replaced::in_store(store, record).await,
        _ => Replaced::default(),
    }
}

/// Journals a note on an execution that is over, and does nothing else: nothing is driven, and what others have
/// sent meanwhile stays where it is.
pub(crate) async fn keep_note(
    context: &Context,
    store: &Arc<dyn Store>,
    record: &Record,
    author: &Author,
) -> Result<Sent> {
    let signal = author.sign(context, record, Wish::Note).await?;
    record.would_take(&signal).map_err(|refusal| explain(context, record, &signal, &refusal))?;
    let id = record.execution.id.as_str();
    let settings = context.settings(None)?;
    let renewal = leases::acquire((&context.environment, &settings), context, store, id).await?;
    let last = store.journal(id, 1).await?.last().map_or(0, |entry| entry.sequence);
    let clock = Arc::new(SystemClock::new());
    let writer = Writer::new(Arc::clone(store), clock, renewal.lease().clone(), last);
    let event = Event::Signalled { signal: signal.clone(), number: None, refused: None };
    let written = writer.append(Body::Event { event }).await;
    renewal.release().await;
    written?;
    Ok(Sent {
        execution: id.to_owned(),
        number: None,
        meaning: meaning(record, &signal),
        called_back: Vec::new(),
        still_skipped: Vec::new(),
        outside: Vec::new(),
        replaced: Replaced::default(),
        runner: None,
        next: None,
        unsure: false,
        signal,
    })
}

/// What was done, for whoever did it.
fn meaning(now: &Record, signal: &Signal) -> String {
    let by = signal::by(signal);
    match &signal.wish {
        Wish::Answer { prompt, .. } => match now.ahead.prompts.get(prompt) {
            Some(open) => format!("{prompt}: {}", prompts::voice(open, signal)),
            None => signal::text(signal),
        },
        Wish::Cancel { .. } => format!("{}: cancellation wanted by {by}", now.execution.id),
        Wish::Pause => format!("{}: no further wave starts; paused by {by}", now.execution.id),
        Wish::Resume => format!("{}: goes on; resumed by {by}", now.execution.id),
        Wish::Skip { wave } => match now.ahead.prompts.values().find(|it| it.wave == *wave) {
            // It takes more people than this one.
            Some(open) => format!("{wave}: {}", prompts::voice(open, signal)),
            None => signal::text(signal),
        },
        Wish::Note | Wish::Retry { .. } => signal::text(signal),
    }
}

/// Which other waves wait for their turn again because of a retry.
fn called_back(before: &Record, now: &Record, wish: &Wish) -> Vec<String> {
    let runs = |at: usize| now.ahead.waves[at].skip.is_none();
    back(before, now, wish).filter(|(at, _)| runs(*at)).map(|(_, name)| name.to_owned()).collect()
}

/// Which of them are left out all the same, when their turn comes, and why.
fn still_skipped(before: &Record, now: &Record, wish: &Wish) -> Vec<String> {
    let skipped = |(at, name): (usize, &str)| {
        now.ahead.waves[at].skip.as_ref().map(|reason| format!("{name}: {reason}"))
    };
    back(before, now, wish).filter_map(skipped).collect()
}

/// The other waves that a retry gives another turn, with their places.
fn back<'r>(
    before: &'r Record,
    now: &'r Record,
    wish: &'r Wish,
) -> impl Iterator<Item = (usize, &'r str)> {
    let retried = match wish {
        Wish::Retry { wave, .. } => Some(wave.as_str()),
        _ => None,
    };
    let is_back = move |at: usize| {
        let (was, will) = (before.behind.waves[at].status, now.behind.waves[at].status);
        was == WaveStatus::Cancelled && will != WaveStatus::Cancelled
    };
    let waves = now.nodes().filter(move |(at, node, _)| {
        retried.is_some_and(|retried| retried != node.name) && is_back(*at)
    });
    waves.map(|(at, node, _)| (at, node.name.as_str()))
}

/// The machine's own sentence, and what to do about it.
fn explain(context: &Context, record: &Record, signal: &Signal, refusal: &Refusal) -> CommandError {
    let id = &record.execution.id;
    let status = context.command(&format!("status {id}"));
    if let Wish::Answer { prompt, .. } = &signal.wish
        && let Some((choice, deadline)) = record.overdue(prompt)
    {
        let message = format!(
            "the time to answer `{prompt}` was over at {}: {choice}",
            words::time(deadline)
        );
        let resume = context.command(&format!("resume {id}"));
        return CommandError::new(code::BAD_ANSWER, message)
            .hint(format!("`{resume}` goes on with that"));
    }
    if let Wish::Answer { prompt, .. } = &signal.wish
        && let Some(closing) = record.closed_by(prompt)
    {
        let error = CommandError::new(code::BAD_ANSWER, closing.sentence(prompt));
        return match closing.answer(prompt) {
            Some(_) => error.hint("the first answer counts"),
            None => error.hint(format!("`{status}` shows where it stands")),
        };
    }
    let error = match (refusal, &signal.wish) {
        (Refusal::NoPrompt(_), Wish::Answer { .. }) if !record.state.started => {
            let begins = context.command(&format!("resume {id}"));
            CommandError::new(
                code::BAD_ANSWER,
                format!("`{id}` has not begun: it asks nothing yet"),
            )
            .hint(format!("`{begins}` begins it; a `pause` or a `cancel` counts before that"))
        }
        (Refusal::NoPrompt(_), Wish::Answer { .. }) => {
            with_open(context, record, refusal.to_string())
        }
        (Refusal::NoValue { prompt, returns }, _) => {
            let prompt = quoted(prompt);
            let answer = context
                .command(&format!("answer {id} {prompt} happened --value {}", quoted(returns)));
            CommandError::new(code::BAD_ANSWER, refusal.to_string())
                .hint(format!("say which one it was: `{answer}`"))
        }
        (Refusal::Adopted, _) => return adopted::refusal(&record.execution),
        (Refusal::NoWave(wave), _) => {
            let waves = || record.execution.plan.waves.iter().map(|wave| wave.name.as_str());
            let hint = match suggest::nearest(wave, waves()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("its waves are {}", waves().collect::<Vec<_>>().join(", ")),
            };
            CommandError::new(code::NO_WAVE, refusal.to_string()).hint(hint)
        }
        (Refusal::Aborted { at, .. }, _) => {
            taken_back(context, record, at, CommandError::new(code::NOT_NOW, refusal.to_string()))
        }
        (Refusal::NotApprover { .. }, Wish::Retry { wave, .. }) => taken_back(
            context,
            record,
            wave,
            CommandError::new(code::NOT_APPROVED, refusal.to_string()),
        ),
        (Refusal::Status("over"), Wish::Skip { .. } | Wish::Retry { .. })
            if record.status() != ExecutionStatus::Completed
                && record.ahead.standing().is_some() =>
        {
            let at = record.ahead.standing().map_or("", |abort| abort.at.as_str());
            taken_back(context, record, at, CommandError::new(code::OVER, refusal.to_string()))
        }
        (Refusal::Status("over"), _) if !record.status().is_terminal() => {
            let message = format!("`{id}` will be over, because of what waits for a runner");
            CommandError::new(code::OVER, message)
        }
        (Refusal::Status("over"), Wish::Cancel { .. }) => {
            let message = format!("`{id}` is over; there is nothing to cancel");
            CommandError::new(code::OVER, message).hint(format!("`{status}` shows how it ended"))
        }
        _ => {
            let error = CommandError::new(code_of(refusal), refusal.to_string());
            let open = open_in(record, &signal.wish).fold(error, open_hint);
            open.hint(format!("`{status}` shows where it stands"))
        }
    };
    waiting::told(record, error, "waits for a runner, and counts first")
}

fn code_of(refusal: &Refusal) -> &'static Code {
    match refusal {
        Refusal::Status("over") => code::OVER,
        Refusal::NoPrompt(_) | Refusal::OtherSeal(_) | Refusal::NoChoice { .. } => code::BAD_ANSWER,
        Refusal::NotApprover { .. } | Refusal::SamePerson { .. } | Refusal::NotAlone { .. } => {
            code::NOT_APPROVED
        }
        _ => code::NOT_NOW,
    }
}

/// Adds what takes an abort back, and whose it is to do so.
fn taken_back(context: &Context, record: &Record, at: &str, error: CommandError) -> CommandError {
    let retry = context.command(&format!("retry {} {}", record.execution.id, quoted(at)));
    let may = approvers_of(record, at).map(|approvers| format!(", for {approvers}"));
    error.hint(format!("`{retry}` takes the abort back{}", may.unwrap_or_default()))
}

/// Who may answer at the pause point of a wave, if not everybody.
fn approvers_of(record: &Record, wave: &str) -> Option<String> {
    let node = record.graph.nodes().get(record.graph.index(wave)?)?;
    let approvers = &node.pause.as_ref()?.approvers;
    (!approvers.is_empty()).then(|| approvers.join(", "))
}

/// The complaint, and which prompts are open.
pub(crate) fn with_open(context: &Context, record: &Record, message: String) -> CommandError {
    let error = CommandError::new(code::BAD_ANSWER, message);
    let open: Vec<&Prompt> = record.ahead.prompts.values().collect();
    if open.is_empty() {
        let status = context.command(&format!("status {}", record.execution.id));
        return error.hint(format!("nothing is asked; `{status}` says more"));
    }
    open.into_iter().fold(error, open_hint)
}

/// What is asked in the wave that somebody wants attempted again or left out.
fn open_in<'r>(record: &'r Record, wish: &Wish) -> impl Iterator<Item = &'r Prompt> + use<'r> {
    let wave = match wish {
        Wish::Retry { wave, .. } | Wish::Skip { wave } => Some(wave.clone()),
        _ => None,
    };
    // What will be asked once a runner has begun takes no answer before.
    let prompts = record.ahead.prompts.values().filter(|_| record.state.started);
    prompts.filter(move |prompt| wave.as_ref() == Some(&prompt.wave))
}

fn open_hint(error: CommandError, prompt: &Prompt) -> CommandError {
    error.hint(format!("open: {} ({})", prompt.id, answers::choices(prompt)))
}
