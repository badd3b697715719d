//! `moontide answer`: answers a prompt from any process.

use clap::Args;
use moontide_runtime::scheduler::Prompt;
use moontide_runtime::store::{Signal, Store, Wish};

use crate::answers;
use crate::clocks::SystemClock;
use crate::context::Context;
use crate::error::{CommandError, Result, code};
use crate::view::{Record, sent};
use crate::{exit, whoami};

/// Answer a prompt of an execution
///
/// Leaves the answer in the store. Whoever drives the execution takes it; if nobody does, `moontide
/// resume` goes on with it.
#[derive(Args)]
#[command(
    override_usage = "moontide answer [OPTIONS] <EXECUTION> [PROMPT] <CHOICE>",
    after_help = "\
Examples:
  moontide answer three-tier-20261120t080000-7k2m continue
  moontide answer three-tier-20261120t080000-7k2m application abort --comment 'replica is behind'"
)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,

    /// The prompt's id, which may be left away if only one is open, and the answer
    #[arg(num_args = 1..=2, required = true, value_name = "[PROMPT] CHOICE")]
    answer: Vec<String>,

    /// Who answers [default: the user of the operating system]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,

    /// Why
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    comment: String,
}

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    context.block_on(send(context, store.as_ref(), flags))
}

async fn send(context: &Context, store: &dyn Store, flags: &Flags) -> Result<u8> {
    let record = Record::load(store, &flags.execution).await?;
    let (prompt, choice) = match flags.answer.as_slice() {
        [prompt, choice] => (named(context, &record, prompt)?, choice),
        words => (only(context, &record)?, &words[0]),
    };
    check_choice(prompt, choice)?;
    check_first(&record, prompt)?;
    let by = flags.by.clone().unwrap_or_else(|| whoami::user(&context.environment));
    let meaning = format!("{}: {choice} by {by}", prompt.id);
    let signal = Signal {
        wish: Wish::Answer { prompt: prompt.id.clone(), choice: choice.clone() },
        by,
        comment: flags.comment.clone(),
        at: moontide_runtime::clock::Clock::now(&SystemClock::new()),
    };
    let sent = sent::send(context, store, &record, signal, meaning).await?;
    context.output.show(&sent)?;
    Ok(exit::COMPLETED)
}

fn named<'r>(context: &Context, record: &'r Record, id: &str) -> Result<&'r Prompt> {
    let prompt = record.state.prompts.get(id);
    prompt.ok_or_else(|| no_such(context, record, format!("there is no open prompt `{id}`")))
}

fn only<'r>(context: &Context, record: &'r Record) -> Result<&'r Prompt> {
    let mut prompts = record.state.prompts.values();
    match (prompts.next(), prompts.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(no_such(context, record, "no prompt is open".to_owned())),
        (Some(_), Some(_)) => {
            Err(no_such(context, record, "several prompts are open: name one".to_owned()))
        }
    }
}

/// The complaint, and what is open instead.
fn no_such(context: &Context, record: &Record, message: String) -> CommandError {
    let error = CommandError::new(code::BAD_ANSWER, message);
    if record.state.prompts.is_empty() {
        return error.hint(format!(
            "nothing is asked; `{}` says more",
            context.command(&format!("status {}", record.execution.id))
        ));
    }
    record.state.prompts.values().fold(error, |error, prompt| {
        error.hint(format!("open: {} ({})", prompt.id, answers::choices(prompt)))
    })
}

fn check_choice(prompt: &Prompt, choice: &str) -> Result<()> {
    if prompt.choices.iter().any(|known| known.as_str() == choice) {
        return Ok(());
    }
    let takes = answers::choices(prompt);
    let message = format!("`{}` takes {takes}, not `{choice}`", prompt.id);
    Err(CommandError::new(code::BAD_ANSWER, message))
}

/// The first answer wins; the second is told.
fn check_first(record: &Record, prompt: &Prompt) -> Result<()> {
    let Some((choice, signal)) = record.answer_to(&prompt.id) else { return Ok(()) };
    let message = format!("`{}` was answered already: {choice} by {}", prompt.id, signal.by);
    let hint = "whoever drives the execution next takes that answer";
    Err(CommandError::new(code::BAD_ANSWER, message).hint(hint))
}
