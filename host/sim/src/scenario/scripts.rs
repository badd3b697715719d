//! What only the whole world can tell of its scripts: whether each can ever answer, and answer so.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;

use super::automation::{Automation, AutomationStatus};
use super::command::{Command, CommandStatus};
use super::error::Mistake;
use super::read::Commands;
use super::server::Server;
use crate::documents::{self, POWERSHELL};
use crate::platform::Platform;

/// The largest exit code on Linux.
const LARGEST: i32 = 255;

/// A script and the servers for which it can answer, by their places.
struct Placed<'a> {
    script: &'a Command,
    span: Range<usize>,
    servers: BTreeSet<usize>,
}

/// Checks every `[[commands]]` entry.
pub(super) fn check_commands(
    commands: &[Spanned<Command>],
    servers: &[Server],
) -> Result<(), Mistake> {
    let mut earlier: Vec<Placed<'_>> = Vec::new();
    for entry in commands {
        let script = entry.get_ref();
        let meant = servers.iter().enumerate().filter(|(_, server)| {
            script.is_of(&server.region)
                && script.server.as_ref().is_none_or(|it| it.get_ref().matches(&server.name))
        });
        let meant: BTreeSet<usize> = meant.map(|(place, _)| place).collect();
        let them = || meant.iter().map(|place| &servers[*place]);
        if let (true, Some(region)) = (meant.is_empty(), &script.region) {
            let message = format!("no server is in {}", region.get_ref().0);
            return Err(Mistake::at(region.span(), message));
        }
        if !them().any(|server| server.ssm_agent) {
            let message = "it can never answer, because no server of this entry has an SSM agent";
            return Err(Mistake::at(entry.span(), message));
        }
        check_platform(script, them)?;
        check_exit(script, them().any(|server| server.platform == Platform::Windows))?;
        let placed = Placed { script, span: entry.span(), servers: meant };
        if let Some(place) = earlier.iter().position(|it| it.covers(&placed)) {
            return Err(never_answers(placed.span, "commands", place));
        }
        earlier.push(placed);
    }
    Ok(())
}

/// Checks that only a world that may starts processes, and that these have no other result.
pub(super) fn check_processes(
    commands: &[Spanned<Command>],
    allowed: Commands,
) -> Result<(), Mistake> {
    for script in commands.iter().map(Spanned::get_ref) {
        let Some(run) = script.run() else { continue };
        if allowed == Commands::Scripted {
            let message = "it starts real processes on this machine, which only `moontide sim --allow-commands` does";
            return Err(Mistake::at(run.span(), message));
        }
        if script.has_result() {
            let message = "a process ends and prints as it does: leave `status`, `exit_code`, `stdout`, `stderr` and \
                           `takes` out";
            return Err(Mistake::at(run.span(), message));
        }
    }
    Ok(())
}

/// Checks every `[[automations]]` entry, also against those of `[[commands]]`.
pub(super) fn check_automations(
    automations: &[Spanned<Automation>],
    commands: &[Spanned<Command>],
) -> Result<(), Mistake> {
    for (place, entry) in automations.iter().enumerate() {
        let later = entry.get_ref();
        check_message(later)?;
        check_kind(later, commands)?;
        let covers = |earlier: &Spanned<Automation>| {
            let earlier = earlier.get_ref();
            covers_document(earlier.document(), later.document())
                && earlier.region.as_ref().is_none_or(|wanted| {
                    later.region.as_ref().is_some_and(|it| it.get_ref() == wanted.get_ref())
                })
        };
        if let Some(earlier) = automations[..place].iter().position(covers) {
            return Err(never_answers(entry.span(), "automations", earlier));
        }
    }
    Ok(())
}

/// What succeeds has no message of a failure.
fn check_message(automation: &Automation) -> Result<(), Mistake> {
    match &automation.failure_message {
        Some(message) if automation.status == AutomationStatus::Success => {
            let said =
                "an automation that ends as Success shows no failure message: give it a `status`";
            Err(Mistake::at(message.span(), said))
        }
        _ => Ok(()),
    }
}

/// A name is that of one document in each Region, and a document is of one kind.
fn check_kind(automation: &Automation, commands: &[Spanned<Command>]) -> Result<(), Mistake> {
    let Some(document) = &automation.document else { return Ok(()) };
    let name = document.get_ref().0.as_str();
    let is_same = |command: &Command| {
        let regions = automation.region.as_ref().zip(command.region.as_ref());
        command.document() == Some(name)
            && regions.is_none_or(|(one, other)| one.get_ref() == other.get_ref())
    };
    match commands.iter().position(|command| is_same(command.get_ref())) {
        None => Ok(()),
        Some(place) => {
            let number = place + 1;
            let message = format!(
                "{name} is a command document in [[commands]] {number}, and one document cannot be an automation too"
            );
            Err(Mistake::at(document.span(), message))
        }
    }
}

fn never_answers(span: Range<usize>, list: &str, earlier: usize) -> Mistake {
    let message = format!(
        "it can never answer, because [[{list}]] {} answers whatever it would: put the narrower one first",
        earlier + 1
    );
    Mistake::at(span, message)
}

impl Placed<'_> {
    /// Whether it answers whenever the later one would. One that reboots answers once only.
    fn covers(&self, later: &Placed<'_>) -> bool {
        let part = self.script.contains.as_deref();
        !self.script.may_reboot()
            && covers_document(self.script.document(), later.script.document())
            && part.is_none_or(|part| {
                later.script.contains.as_ref().is_some_and(|whole| whole.contains(part))
            })
            && later.servers.is_subset(&self.servers)
    }
}

fn covers_document(earlier: Option<&str>, later: Option<&str>) -> bool {
    earlier.is_none_or(|earlier| later.is_some_and(|later| earlier == later))
}

/// A document of AWS's own can be run on one of the servers at least.
fn check_platform<'a, S: Iterator<Item = &'a Server>>(
    script: &Command,
    servers: impl Fn() -> S,
) -> Result<(), Mistake> {
    let Some((name, span)) = script.document().zip(script.document.as_ref().map(Spanned::span))
    else {
        return Ok(());
    };
    if !servers().any(|server| documents::supports(name, server.platform)) {
        let (runs, are) = if documents::supports(name, Platform::Linux) {
            ("Linux", "Windows")
        } else {
            ("Windows", "Linux")
        };
        let message = format!("{name} is for {runs}, and the servers of this entry are {are}");
        let right = documents::SCRIPTS.into_iter().find(|it| runs == "Linux" && *it != name);
        let right = right.filter(|_| documents::SCRIPTS.contains(&name));
        return Err(Mistake { suggestion: right.map(str::to_owned), ..Mistake::at(span, message) });
    }
    if name == POWERSHELL && !servers().any(|server| server.powershell) {
        let message = format!(
            "{name} fails on Linux without PowerShell: give a server of this entry `powershell = true`"
        );
        return Err(Mistake::at(span, message));
    }
    Ok(())
}

/// The exit code is one that the operating system has, and goes with the status.
fn check_exit(script: &Command, on_windows: bool) -> Result<(), Mistake> {
    let Some(code) = &script.exit_code else { return Ok(()) };
    let (span, code) = (code.span(), *code.get_ref());
    let wrong = |message: String| Err(Mistake::at(span, message));
    if !on_windows && !(0..=LARGEST).contains(&code) {
        return wrong(format!("an exit code on Linux is from 0 to {LARGEST}, not {code}"));
    }
    match script.status {
        Some(CommandStatus::Success) if code != 0 => {
            wrong(format!("a command that ends as Success has exit code 0, not {code}"))
        }
        Some(CommandStatus::Failed) if code == 0 => {
            wrong("a command that ends as Failed has another exit code than 0".to_owned())
        }
        Some(CommandStatus::TimedOut) => {
            wrong("a command that ends as TimedOut has no exit code: leave it out".to_owned())
        }
        _ => Ok(()),
    }
}
