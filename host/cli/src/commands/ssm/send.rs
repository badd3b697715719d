//! `moontide ssm send`: starts a runbook on an instance, and follows it from the operator's terminal.

use std::time::Duration;

use clap::Args;
use moontide_aws::commands::Seen;
use moontide_control::error::Result;
use moontide_control::ssm::console::{self, Line, Word};
use moontide_control::ssm::document::NAME;
use moontide_control::ssm::send::{Order, Sent, send};
use moontide_control::stores::Address;
use moontide_runtime::plan::duration;
use schemars::JsonSchema;
use serde::Serialize;

use crate::aws::AwsFlags;
use crate::commands::run::ModeFlag;
use crate::context::Context;
use crate::interrupt::Interrupt;
use crate::output::style::{faint, plain, strong};
use crate::output::{Document, Page};
use crate::{exit, params};

/// Start a runbook on an instance by Systems Manager, and follow it to its end
///
/// Sends the command document to the instance, prints what the command prints, and ends with the exit code that
/// `moontide run` has there: 4 where it waits for a person. An instance shows its output only at the end. Ctrl-C
/// leaves the command running; sent again with the same id, it goes on, or says who drives it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide ssm send shop --instance i-0123456789abcdef0 --mode drill --execution-id drill-2027-03-01
  moontide ssm send shop --instance i-0123456789abcdef0 --mode drill --execution-id drill-2027-03-01 \\
    --answer application=continue")]
pub(crate) struct Flags {
    /// The runbook, by its path below the folder of runbooks on the instance
    runbook: String,

    /// The instance, by its id; its agent has to be online
    #[arg(long, value_name = "INSTANCE", value_parser = instance)]
    instance: String,

    /// A drill leaves production alone; a recovery is the real thing, if the document allows it
    #[arg(long, value_enum)]
    mode: ModeFlag,

    /// Give it this id. The same id again goes on with it
    #[arg(long, value_name = "ID")]
    execution_id: String,

    /// Set a param of the runbook: `NAME=VALUE`; may be given several times. It is no place for a secret: AWS keeps and
    /// shows it
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = params::parse)]
    params: Vec<(String, String)>,

    /// Answer what it asks
    #[arg(long, value_name = "PROMPT=CHOICE")]
    answer: Option<String>,

    /// Let the agent kill it after so long; it goes on when it is sent again [default: two days]
    #[arg(long, value_name = "TIME", value_parser = length)]
    timeout: Option<Duration>,

    /// The command document in this account and Region
    #[arg(long, value_name = "NAME", default_value = NAME)]
    document: String,

    #[command(flatten)]
    aws: AwsFlags,
}

/// Reads the id of an instance, also of one outside of EC2; for clap.
fn instance(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("i-").or_else(|| text.strip_prefix("mi-")).unwrap_or_default();
    if !rest.is_empty() && rest.chars().all(|it| it.is_ascii_alphanumeric()) {
        return Ok(text.to_owned());
    }
    Err("an instance's id is written like `i-0123456789abcdef0`".to_owned())
}

/// Reads how long; for clap.
fn length(text: &str) -> Result<Duration, String> {
    duration::parse(text).ok_or_else(|| "it is a length of time, like `4h` or `90m`".to_owned())
}

/// What Systems Manager says where the agent did not pick a command up.
const UNDELIVERED: &str = "Delivery Timed Out";

/// How a command has ended.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Ended {
    /// The id of the command.
    command: String,
    /// The instance.
    instance: String,
    /// Its Region.
    region: String,
    /// What Systems Manager says of it: `Success`, `Failed`, `TimedOut`, …
    status: String,
    /// The same, in more detail.
    details: String,
    /// The exit code of the process on the instance; -1: it is not known.
    response_code: i32,
    /// What its last line for programs says: the word, and the execution.
    #[serde(skip_serializing_if = "Option::is_none")]
    word: Option<&'static str>,
    /// The execution. Absent: the line for programs is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    execution: Option<String>,
    /// The exit code of this command.
    exit: u8,
    /// What that says, in a sentence.
    meaning: &'static str,
    /// What it printed, as far as Systems Manager keeps it.
    stdout: String,
    /// What it said, as far as Systems Manager keeps it.
    stderr: String,
}

/// Sends it, and follows it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    flags.aws.are_given(context);
    let order = Order {
        instance: flags.instance.clone(),
        document: flags.document.clone(),
        runbook: flags.runbook.clone(),
        mode: flags.mode.into(),
        execution: flags.execution_id.clone(),
        params: flags.params.clone(),
        answer: flags.answer.clone(),
        store: store(context)?,
        timeout: flags.timeout,
    };
    context.block_on(async {
        let sent = send(&context.environment, &flags.aws.target(), &order).await?;
        let where_to = format!(" to {} in {}", sent.instance, sent.region);
        context.output.say([plain("command "), strong(sent.id.as_str()), plain(where_to)]);
        if order.store.is_some() {
            let follow = context.command(&format!("status {} --follow", order.execution));
            context.output.say([faint("meanwhile: "), plain(follow)]);
        }
        let mut interrupt = Interrupt::listen();
        let changed = |details: &str| context.output.say([faint("status "), plain(details)]);
        let seen = tokio::select! {
            seen = sent.follow(changed) => seen?,
            () = interrupt.wait() => {
                let text = "it goes on there; the same `ssm send` once more goes on with it, or says who drives it";
                context.output.say([plain(text)]);
                return Ok(interrupt.exit_code());
            }
        };
        let ended = Ended::of(&sent, seen);
        context.output.show(&ended)?;
        let meaning = format!("{}: {}", ended.details, ended.meaning);
        context.output.say([faint("ended "), plain(meaning)]);
        Ok(ended.exit)
    })
}

/// The store to name to the instance: a table that this terminal uses too, or what `--store` says. A file of this
/// machine is none of the instance's.
fn store(context: &Context) -> Result<Option<String>> {
    if let Some(named) = &context.store {
        return Ok(Some(Address::parse(named)?.text()));
    }
    let (environment, settings) = (&context.environment, context.settings(None)?);
    let named = environment.store.as_ref().or(settings.store.as_ref());
    Ok(match named.map(|it| Address::parse(it)).transpose()? {
        Some(address @ Address::Dynamo { .. }) => Some(address.text()),
        _ => None,
    })
}

impl Ended {
    fn of(sent: &Sent, seen: Seen) -> Ended {
        let line = console::last(&seen.stdout);
        let word = line.as_ref().map(|line| line.word);
        let exit = exit_of(word, &seen);
        Ended {
            command: sent.id.clone(),
            instance: sent.instance.clone(),
            region: sent.region.clone(),
            meaning: meaning(word, &seen, exit),
            status: seen.status,
            details: seen.details,
            response_code: seen.response_code,
            word: word.map(Word::name),
            execution: line.map(|Line { execution, .. }| execution),
            exit,
            stdout: seen.stdout,
            stderr: seen.stderr,
        }
    }
}

/// What this process's exit code says: that of the command, if it is one of ours. A pause is no success here.
fn exit_of(word: Option<Word>, seen: &Seen) -> u8 {
    let ours =
        [exit::COMPLETED, exit::FAILED, exit::USAGE, exit::REFUSED, exit::WAITING, exit::HELD];
    let more = [exit::CONFIGURATION, exit::MISMATCH, exit::INTERNAL, exit::TERMINATED];
    let code = u8::try_from(seen.response_code).ok();
    let known = code.filter(|it| ours.contains(it) || more.contains(it));
    match (seen.status.as_str(), word) {
        ("Success" | "Failed", Some(Word::Paused)) => exit::WAITING,
        // What says nothing of an execution has run none: another document, or another program.
        ("Success", None) => exit::FAILED,
        ("TimedOut", _) if seen.details == UNDELIVERED => exit::FAILED,
        // It was killed, and goes on.
        ("TimedOut" | "Cancelled", _) => exit::TERMINATED,
        ("Success" | "Failed", _) => known.unwrap_or(exit::FAILED),
        _ => exit::FAILED,
    }
}

/// The same as a sentence.
fn meaning(word: Option<Word>, seen: &Seen, code: u8) -> &'static str {
    match (seen.status.as_str(), seen.details.as_str(), code) {
        ("TimedOut", UNDELIVERED, _) => {
            "the agent did not pick it up: nothing was begun; is the instance online?"
        }
        ("TimedOut" | "Cancelled", ..) => {
            "the agent killed it: sent again with the same id, it goes on where it was"
        }
        ("Success", ..) if word.is_none() => {
            "it says nothing of an execution: is the document the one that `moontide ssm document` prints?"
        }
        (_, _, exit::COMPLETED) => "the execution is completed",
        (_, _, exit::FAILED) if word.is_none() => "it says nothing of an execution, and has failed",
        (_, _, exit::FAILED) => "the execution has failed, or was cancelled",
        (_, _, exit::USAGE) => "it was given what makes no sense",
        (_, _, exit::REFUSED) => {
            "the runbook, its params or its plan are refused; nothing was begun"
        }
        (_, _, exit::WAITING) => {
            "it waits for a person: answer, then send it again with the same id"
        }
        (_, _, exit::HELD) => {
            "another runner drives it, or another execution is at work on its plan"
        }
        (_, _, exit::CONFIGURATION) => "its store, settings, credentials or Region are in trouble",
        (_, _, exit::MISMATCH) => "its journal does not match the runbook; nothing was sent",
        (_, _, exit::TERMINATED) => "the process was asked to stop: sent again, it goes on",
        _ => "a defect of Moontide",
    }
}

impl Document for Ended {
    fn write(&self, page: &mut Page) {
        for line in self.stdout.lines() {
            page.line([plain(line)]);
        }
        if !self.stderr.is_empty() {
            page.line([faint("----------ERROR-------")]);
        }
        for line in self.stderr.lines() {
            page.line([faint(line)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(status: &str, response_code: i32, stdout: &str) -> Seen {
        let (status, stdout) = (status.to_owned(), stdout.to_owned());
        Seen { details: status.clone(), status, response_code, stdout, ..Seen::default() }
    }

    #[test]
    fn the_exit_code_is_that_of_the_command_and_a_pause_is_no_success() {
        let code = |seen: &Seen| exit_of(console::last(&seen.stdout).map(|it| it.word), seen);
        let paused = "moontide: started: x\nmoontide: paused: x application\n";
        assert_eq!(code(&seen("Success", 0, "moontide: completed: x\n")), exit::COMPLETED);
        assert_eq!(code(&seen("Success", 0, paused)), exit::WAITING);
        assert_eq!(code(&seen("Failed", 4, paused)), exit::WAITING);
        assert_eq!(code(&seen("Failed", 5, "moontide: held: x M0501\n")), exit::HELD);
        for killed in ["TimedOut", "Cancelled"] {
            assert_eq!(code(&seen(killed, 137, "moontide: started: x\n")), exit::TERMINATED);
        }
        let undelivered = Seen { details: UNDELIVERED.to_owned(), ..seen("TimedOut", -1, "") };
        assert_eq!(code(&undelivered), exit::FAILED);
        assert_eq!(code(&seen("Success", 0, "hello\n")), exit::FAILED, "it has run something else");
        for foreign in [137, 168, 169, 194, -1, 127, 300] {
            assert_eq!(code(&seen("Failed", foreign, "")), exit::FAILED, "{foreign}");
        }
    }
}
