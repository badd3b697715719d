//! `moontide ssm run`: `moontide run` as a command of the agent of Systems Manager starts it.
//!
//! There is no terminal, no home, and no warning before the process is killed; only the beginning of what is printed
//! is shown, and only at the end. So stdout has lines for programs and what a person has to do, and stderr is short.

use std::cell::Cell;

use clap::{Args, ValueEnum};
use moontide_control::error::{CommandError, Result, code};
use moontide_control::ssm::console::{self, Line, STDERR, Word};
use moontide_control::ssm::home;
use moontide_control::stores::Address;
use moontide_runtime::journal::Channel;

use crate::commands::run::{self, Began, Way};
use crate::context::Context;
use crate::drive::Driven;
use crate::output::Format;
use crate::view::Worded;
use crate::{exit, output, params, view};

/// So much of stderr is left for warnings and errors.
const LEFT: usize = 2_000;

/// Start a runbook inside a command of Systems Manager, or go on with it
///
/// It is `moontide run` for a place without a terminal, a home and a warning before it is killed. The first line of
/// stdout is `moontide: started: EXECUTION`, or `resuming`; the second and the last say how it ended: `completed`,
/// `failed`, `cancelled`, `paused`, `stopped`, `held`, `refused` or `error`. At most 24,000 bytes are printed, what a
/// person has to do first. The same id again goes on with it, also after the agent has killed it.
///
/// Without `--store`, MOONTIDE_STORE and a home, executions are in sqlite:/var/lib/moontide/moontide.db.
// `run` has its flags in a group of this name.
#[derive(Args)]
#[group(skip)]
#[command(after_help = "\
Examples:
  moontide ssm run shop --mode drill --execution-id drill-2027-03-01
  moontide ssm run shop --mode drill --execution-id drill-2027-03-01 --params size=small,zone=a
  moontide ssm run shop --mode drill --execution-id drill-2027-03-01 --answer application=continue

Exit codes: those of `moontide run`, but a pause is 0, which the console shows as Success; `--paused-is failure` makes
it 4. If another runner drives it, 5: that one goes on.")]
pub(crate) struct Flags {
    #[command(flatten)]
    run: run::Flags,

    /// Params of the runbook in one word: `NAME=VALUE,NAME=VALUE`. A value has no comma, and names no file
    #[arg(long = "params", value_name = "LIST", default_value = "", hide_default_value = true)]
    listed: String,

    /// What the exit code says when a person has to answer: 0 or 4
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    paused_is: PausedIs,

    /// Whether the runbook has to ask an approver in its `start`: refused otherwise, and nothing begins
    #[arg(long, value_name = "WHICH", value_enum, default_value_t)]
    approval: Approval,
}

/// Whether the runbook has to ask an approver before it begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Approval {
    /// It need not
    #[default]
    Any,
    /// It has to
    Needed,
}

/// What a pause is to the agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum PausedIs {
    /// The command has done what it could: exit code 0
    #[default]
    Success,
    /// The command has failed: exit code 4
    Failure,
}

/// Reads a list of params. It is no flag's parser: what is wrong with it is said on stdout, as everything is.
fn listed(text: &str) -> Result<Vec<(String, String)>, String> {
    let all = text.split(',').filter(|part| !part.is_empty());
    let read = |part: &str| match params::parse(part)? {
        (name, value) if value.starts_with('@') => {
            Err(format!("`{name}` is given by `--param {name}=@FILE`, and not in a list"))
        }
        pair => Ok(pair),
    };
    all.map(read).collect()
}

/// Starts it, drives it, and prints what a command of the agent prints.
pub(crate) fn execute(context: &Context, flags: &Flags) -> u8 {
    output::bound_talk(STDERR - LEFT);
    let printed = Cell::new(0);
    let began = |began: Began, execution: &str| {
        let word = if began == Began::Now { Word::Started } else { Word::Resuming };
        let line = format!("{}\n", Line::new(word, execution));
        printed.set(line.len());
        let _ = context.output.print(&line);
    };
    let id = flags.run.execution_id.as_deref().unwrap_or("-");
    // The store is known only behind the first mistakes.
    let inside = inside(context);
    let driven = inside.clone().and_then(|inside| drive(&inside, flags, &began));
    let context = inside.as_ref().unwrap_or(context);
    let (line, body, exit) = match &driven {
        Ok(driven) => ended(context, flags.paused_is, driven),
        Err(error) => failed(context, id, error),
    };
    let more = match &driven {
        Ok(_) => format!("more: {}", context.command(&format!("show {id}"))),
        Err(error) => format!("more: moontide explain {}", error.code.name),
    };
    let text = console::fitted(printed.get(), &line, &body, &more);
    // What cannot be printed can be said nowhere else, and the exit code says it all the same.
    let _ = context.output.print(&text);
    exit
}

/// The context of a command of the agent: no person can be asked, and each command that it proposes names the store.
fn inside(context: &Context) -> Result<Context> {
    let settings = context.settings(None)?;
    let system = home::store(context.store.as_deref(), &context.environment, &settings);
    let store = context.store.as_deref().or(system);
    let address = Address::choose(store, &context.environment, &settings)?.absolute();
    Ok(Context {
        store: Some(address.text()),
        can_ask: false,
        is_watched: false,
        ..context.clone()
    })
}

fn drive(context: &Context, flags: &Flags, began: &dyn Fn(Began, &str)) -> Result<Driven> {
    if flags.run.execution_id.is_none() {
        let message = "`ssm run` takes its id from what starts it: `--execution-id ID`";
        return Err(CommandError::new(code::BAD_ARGUMENT, message).hint(
            "the agent may deliver a command twice; the same id starts one execution, and goes on with it",
        ));
    }
    let listed = listed(&flags.listed)
        .map_err(|why| CommandError::new(code::BAD_ARGUMENT, format!("`--params`: {why}")))?;
    let params = [flags.run.params.as_slice(), &listed].concat();
    let needs_approval = flags.approval == Approval::Needed;
    let way = Way { params: &params, source: Channel::Ssm, needs_approval, began };
    run::drive(context, &flags.run, &way)
}

/// How an execution stands: the line for programs, what a person reads, and the exit code.
fn ended(context: &Context, paused_is: PausedIs, driven: &Driven) -> (Line, String, u8) {
    let Driven { summary, exit } = driven;
    let word = if exit::is_stop(*exit) { Word::Stopped } else { Word::of(summary.status) };
    let is_paused = word == Word::Paused && *exit == exit::WAITING;
    let prompts = summary.prompts.iter().filter(|it| it.is_open()).map(|it| it.prompt.id.clone());
    let more = if is_paused { prompts.collect() } else { Vec::new() };
    let line = Line { more, ..Line::new(word, summary.execution.as_str()) };
    let body = match context.output.format {
        Format::Json => context.output.text(&Worded(context, summary)),
        Format::Text | Format::Github => view::console::text(context, summary),
    };
    let is_success = is_paused && paused_is == PausedIs::Success;
    (line, body, if is_success { exit::COMPLETED } else { *exit })
}

/// The same where it is an error that ended it. stdout has it whole: stderr comes last in the console.
fn failed(context: &Context, id: &str, error: &CommandError) -> (Line, String, u8) {
    let more = vec![error.code.name.to_owned()];
    let line = Line { more, ..Line::new(Word::of_error(error), id) };
    (line, context.complaint(error), exit::of_error(error.code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_params_is_read_word_by_word_and_names_no_file() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(listed(""), Ok(Vec::new()));
        assert_eq!(listed("a=1,b=x=y,"), Ok(vec![pair("a", "1"), pair("b", "x=y")]));
        for wrong in ["a", "=1", "a=1,b", "a=@/etc/shadow", "a=@-"] {
            assert!(listed(wrong).is_err(), "{wrong}");
        }
    }
}
