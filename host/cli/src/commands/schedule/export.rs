//! `moontide schedule export`: schedules in the words of other timetables.

#![expect(clippy::doc_markdown, reason = "clap prints these comments as they are")]

use clap::{ArgGroup, Args};
use jiff::tz::TimeZone;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::runbook::Files;
use moontide_control::schedule::export::eventbridge::{self, OnEvent, Sender};
use moontide_control::schedule::export::systemd::{self, Unit};
use moontide_control::schedule::export::{Call, crontab};
use moontide_control::schedule::kept::{Kept, Sources};
use moontide_control::ssm::document::{NAME, is_name};
use moontide_control::whoami;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::super::run::ModeFlag;
use crate::context::Context;
use crate::exit;
use crate::output::style::{attention, faint, plain, strong};
use crate::output::{Document, Page};

/// Where the package installs the binary.
const INSTALLED: &str = "/usr/local/bin/moontide";

/// Say schedules in the words of cron, systemd or EventBridge, which then call `schedule run`
///
/// What the other timetable cannot say is refused. Each time begins once, whichever of them calls, and whether a
/// `schedule serve` stays as well.
#[derive(Args)]
#[command(group = ArgGroup::new("format").required(true))]
#[command(after_help = "\
Examples:
  moontide schedule export --crontab
  moontide schedule export quarterly-shop --systemd
  moontide schedule export --service > moontide-schedules.service
  moontide schedule export quarterly-shop --eventbridge --role-arn ARN --target tag:Role=dr-console \\
    > shop.json && aws scheduler create-schedule --cli-input-json file://shop.json
  moontide schedule export quarterly-shop --event-pattern '{\"source\":[\"aws.health\"]}' --mode recovery \\
    --runbook three_tier --in-region us-west-2 --account 111122223333 --role-arn ARN --target tag:Role=dr-console")]
#[expect(clippy::struct_excessive_bools, reason = "one flag for each format")]
pub(crate) struct Flags {
    /// Only this schedule; without a name: all of them
    schedule: Option<String>,

    /// Lines of a crontab
    #[arg(long, group = "format")]
    crontab: bool,

    /// Timers of systemd, with their services
    #[arg(long, group = "format")]
    systemd: bool,

    /// The service of systemd that stays: `schedule serve`
    #[arg(long, group = "format")]
    service: bool,

    /// The input of EventBridge Scheduler's CreateSchedule, as JSON
    #[arg(long, group = "format", requires_all = ["role_arn", "target", "schedule"])]
    eventbridge: bool,

    /// A rule of EventBridge that starts the schedule's runbook when an event comes: it waits for its approval first
    #[arg(long, group = "format", value_name = "JSON", requires_all = ["role_arn", "target", "schedule", "runbook", "in_region", "account"])]
    event_pattern: Option<String>,

    /// Where moontide is on the machine that calls it [default: this binary; for EventBridge /usr/local/bin/moontide]
    #[arg(long, value_name = "PATH", value_parser = path)]
    binary: Option<String>,

    /// The zone of the machine whose crontab it is [default: that of this machine]
    #[arg(long, value_name = "ZONE")]
    machine_zone: Option<String>,

    /// The role under which EventBridge sends commands
    #[arg(long, value_name = "ARN")]
    role_arn: Option<String>,

    /// The machines to which EventBridge sends, by a tag: `tag:Role=dr-console`
    #[arg(long, value_name = "KEY=VALUE", value_parser = crate::params::parse)]
    target: Option<(String, String)>,

    /// The queue for what EventBridge could not send
    #[arg(long, value_name = "ARN")]
    dead_letters: Option<String>,

    /// Whether an event starts a drill or a recovery
    #[arg(long, value_enum, default_value = "drill")]
    mode: ModeFlag,

    /// Where the runbook is, below the folder of runbooks of the machines that an event reaches
    #[arg(long, value_name = "PATH")]
    runbook: Option<String>,

    /// The Region of the rule and of the machines
    #[arg(long, value_name = "REGION")]
    in_region: Option<String>,

    /// The account whose document an event sends
    #[arg(long, value_name = "ID", value_parser = account)]
    account: Option<String>,

    /// The document that an event sends, as `moontide ssm document` prints it
    #[arg(long, value_name = "NAME", default_value = NAME, value_parser = document)]
    document: String,
}

/// Reads a path that stands in a line; for clap.
fn path(text: &str) -> std::result::Result<String, String> {
    let is_one = text.starts_with('/') && !text.chars().any(char::is_control);
    is_one
        .then(|| text.to_owned())
        .ok_or_else(|| "it is a path from the root on, in one line".to_owned())
}

/// Reads the id of an account; for clap.
fn account(text: &str) -> std::result::Result<String, String> {
    let is_one = text.len() == 12 && text.bytes().all(|it| it.is_ascii_digit());
    is_one.then(|| text.to_owned()).ok_or_else(|| "an account has 12 digits".to_owned())
}

/// Reads the name of a document; for clap.
fn document(text: &str) -> std::result::Result<String, String> {
    is_name(text).then(|| text.to_owned()).ok_or_else(|| "it is the name of a document".to_owned())
}

/// What was exported.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Exported {
    /// Lines of a crontab.
    Crontab {
        /// They, as one text.
        crontab: String,
    },
    /// Units of systemd.
    Units {
        /// They, each with the name of its file.
        units: Vec<Unit>,
    },
}

/// What is to be printed.
enum Made {
    /// A document of ours.
    Ours(Exported),
    /// What the AWS CLI takes. It refuses fields that it does not know: nothing is added, whatever the format.
    Theirs(Value),
}

/// Prints it.
fn print(context: &Context, made: &Made) -> Result<()> {
    let value = match made {
        Made::Ours(exported) => return context.output.show(exported),
        Made::Theirs(value) => value,
    };
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut page = Page::default();
    text.lines().for_each(|line| page.line([plain(line)]));
    context.output.print(&page.into_text()).map(drop)
}

impl Document for Exported {
    fn write(&self, page: &mut Page) {
        match self {
            Exported::Crontab { crontab } => {
                crontab.lines().for_each(|line| page.line([plain(line)]));
            }
            Exported::Units { units } => {
                for unit in units {
                    if units.len() > 1 {
                        page.gap();
                        page.line([faint(format!("# {}", unit.file))]);
                    }
                    unit.text.lines().for_each(|line| page.line([plain(line)]));
                }
            }
        }
    }
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.address()?.absolute().text();
    let user = whoami::user(&context.environment);
    let call = Call { binary: binary(flags)?, store, user };
    if (flags.eventbridge || flags.event_pattern.is_some()) && call.store.starts_with("sqlite:") {
        context.output.say([
            attention("note: "),
            plain("each machine that is reached has a store of its own at "),
            strong(call.store.as_str()),
            plain(": a table is one for all of them"),
        ]);
    }
    if flags.service {
        let units = vec![systemd::service(&call)];
        print(context, &Made::Ours(Exported::Units { units }))?;
        return Ok(exit::COMPLETED);
    }
    let store = context.open_store()?;
    let made = context.block_on(async {
        let store = store.as_ref();
        let all = match &flags.schedule {
            Some(name) => vec![Kept::of(store, name).await?],
            None => Kept::all(store).await?,
        };
        if flags.crontab {
            let system = TimeZone::system();
            let here = system.iana_name().unwrap_or("UTC");
            let machine = flags.machine_zone.as_deref().unwrap_or(here);
            let lines = all.iter().map(|kept| crontab::write(&kept.terms.schedule, &call, machine));
            let crontab = lines.collect::<Result<String>>()?;
            return Ok(Made::Ours(Exported::Crontab { crontab }));
        }
        if flags.systemd {
            let units = all.iter().map(|kept| systemd::write(&kept.terms.schedule, &call));
            let units = units.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
            return Ok(Made::Ours(Exported::Units { units }));
        }
        let (Some(kept), Some(sender)) = (all.first(), sender(flags)) else {
            return Err(CommandError::new(
                code::INTERNAL,
                "clap lets a format through without its flags",
            ));
        };
        let schedule = &kept.terms.schedule;
        let Some(event) = event(flags)? else {
            return eventbridge::schedule(schedule, &call, &sender).map(Made::Theirs);
        };
        let sources = Sources::of(store, &kept.terms.sources).await?;
        let files = Files::pinned(sources.bundle, &schedule.runbook);
        let plan = files.plan(context, &context.settings(None)?.limits(), 0)?;
        let rule = eventbridge::on_event(schedule, &plan, (&call, &sender, &event))?;
        Ok(Made::Theirs(serde_json::to_value(rule).unwrap_or_default()))
    })?;
    print(context, &made)?;
    Ok(exit::COMPLETED)
}

fn binary(flags: &Flags) -> Result<String> {
    if let Some(binary) = &flags.binary {
        return Ok(binary.clone());
    }
    // It runs on other machines, and there it is where the package puts it.
    if flags.eventbridge {
        return Ok(INSTALLED.to_owned());
    }
    let here = std::env::current_exe().ok().and_then(|path| path.to_str().map(str::to_owned));
    here.ok_or_else(|| {
        let message = "where this binary is cannot be told";
        CommandError::new(code::BAD_ARGUMENT, message).hint("`--binary PATH` says it")
    })
}

fn sender(flags: &Flags) -> Option<Sender> {
    let (role_arn, target) = (flags.role_arn.clone()?, flags.target.clone()?);
    Some(Sender { role_arn, target, dead_letters: flags.dead_letters.clone() })
}

fn event(flags: &Flags) -> Result<Option<OnEvent>> {
    let (Some(pattern), Some(runbook), Some(region), Some(account)) =
        (&flags.event_pattern, &flags.runbook, &flags.in_region, &flags.account)
    else {
        return Ok(None);
    };
    let read: Option<Value> = serde_json::from_str(pattern).ok();
    let pattern =
        read.filter(|it| it.as_object().is_some_and(|it| !it.is_empty())).ok_or_else(|| {
            let message = "`--event-pattern` is no pattern: every event of the account would fit";
            CommandError::new(code::BAD_ARGUMENT, message)
                .hint("a pattern is JSON, such as `{\"source\":[\"aws.health\"]}`")
        })?;
    let (mode, runbook, region) = (flags.mode.into(), runbook.clone(), region.clone());
    let (account, document) = (account.clone(), flags.document.clone());
    Ok(Some(OnEvent { pattern, mode, runbook, region, account, document }))
}
