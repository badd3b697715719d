//! `moontide journal`: the journal itself, line by line; and whether it is as it was written.

mod verify;

use std::time::Duration;

use clap::{Args, Subcommand};
use moontide_control::error::Result;
use moontide_control::view::journal::Journal;
use moontide_control::words;
use moontide_runtime::effect::Outcome;
use moontide_runtime::journal::{Body, Entry, Step};
use moontide_runtime::scheduler::{End, Event, Refusal, Unheard};
use serde::Serialize;

use crate::context::Context;
use crate::exit;
use crate::output::style::{attention, bad, faint, good, plain, strong};
use crate::output::{Format, Page, Span};
use crate::view::{Record, signal};

/// Print the journal of an execution, an entry a line
///
/// With `--output json`, each line is one JSON document: the entry as it is stored.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    #[arg(required = true)]
    execution: Option<String>,

    /// Only this lane, such as `database#1`
    #[arg(long, value_name = "LANE")]
    lane: Option<String>,

    /// Only from this entry on
    #[arg(long, value_name = "N", default_value_t = 1)]
    from: u64,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Verify(verify::Flags),
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    if let Some(Command::Verify(flags)) = &flags.command {
        return verify::execute(context, flags);
    }
    let store = context.open_store()?;
    let id = flags.execution.as_deref().unwrap_or_default();
    let record = context.block_on(Record::load(store.as_ref(), id))?;
    let Journal { entries, refused } = Journal::of(&record, flags.lane.as_deref(), flags.from);
    match context.output.format {
        Format::Text | Format::Github => {
            let mut page = Page::default();
            write(&Journal { entries, refused }, &mut page);
            context.output.print(&page.into_text())?;
        }
        Format::Json => {
            for entry in entries {
                if !context.output.json_line(&Line(entry.clone()))? {
                    break;
                }
            }
        }
    }
    Ok(exit::COMPLETED)
}

/// Entries for people: a row each.
fn write(journal: &Journal<'_>, page: &mut Page) {
    let entries = journal.entries.iter();
    let rows = entries.map(|entry| row(entry, journal.refused.get(&entry.sequence)));
    page.table(&rows.collect::<Vec<_>>());
}

/// An entry, as programs read it.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Line(Entry);

fn row<'e>(entry: &'e Entry, refusal: Option<&Refusal>) -> Vec<Span<'e>> {
    let mut row = vec![
        faint(entry.sequence.to_string()),
        faint(entry.at.strftime("%H:%M:%S%.3fZ").to_string()),
    ];
    match &entry.body {
        Body::Event { event } => {
            row.extend([plain("-"), plain("event"), plain(event_text(event, refusal))]);
        }
        Body::Intent { step, attempt } => {
            let often = if *attempt > 1 { format!(" (time {attempt})") } else { String::new() };
            row.extend(place(step));
            row.push(plain(format!("intent{often} at {}", step.site)));
        }
        Body::Outcome { step, outcome, adopted, request_id, .. } => {
            row.extend(place(step));
            let mut about = String::new();
            about.push_str(if *adopted { "; adopted" } else { "" });
            about.extend(request_id.iter().map(|id| format!("; request {id}")));
            let text = outcome_text(outcome, &about);
            row.push(match outcome {
                Outcome::Ok { .. } => good(text),
                Outcome::Failed { .. } => bad(text),
                Outcome::Unknown { .. } => attention(text),
            });
        }
    }
    row
}

fn place(step: &Step) -> [Span<'_>; 2] {
    [plain(format!("{}.{}", step.lane, step.position)), strong(step.operation.as_str())]
}

/// What others say about it stands last.
fn outcome_text(outcome: &Outcome, about: &str) -> String {
    match outcome {
        Outcome::Ok { .. } => format!("ok{about}"),
        Outcome::Failed { error } => format!("failed{about} | {error}"),
        Outcome::Unknown { evidence } => format!("unknown{about} | {}", evidence.message),
    }
}

fn event_text(event: &Event, refusal: Option<&Refusal>) -> String {
    match event {
        Event::Started => "started".to_owned(),
        Event::Asked { prompt } => format!("asked {} | {}", prompt.id, prompt.message),
        Event::Signalled { signal, .. } => match refusal {
            Some(why) => format!("refused: {}", signal::noted_text(signal, &why.to_string())),
            None => signal::text(signal),
        },
        Event::TimedOut { prompt } => format!("{prompt}: no person answered in time"),
        Event::Clock { ahead } => {
            format!("the clock of the runner's machine goes ahead by {} s", ahead / 1000)
        }
        Event::Limited { limits, by } => {
            let limits: Vec<String> =
                limits.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("limits: {} by {by}", limits.join(", "))
        }
        Event::Extended { prompt, by, cause } => {
            let why = match cause {
                Unheard::StoreAway => "no answer could be heard",
                Unheard::RunnerGone => "its runner was gone",
            };
            format!("{prompt}: {} more time | {why}", words::duration(Duration::from_millis(*by)))
        }
        Event::Withdrawn { prompt } => format!("{prompt}: found out, no person is asked any more"),
        Event::Ended { wave, attempt, end } => {
            let how = match end {
                End::Completed { .. } => "completed".to_owned(),
                End::Failed { failure } => {
                    format!("failed | {}: {}", failure.code, failure.message)
                }
                End::Cancelled { .. } => "cancelled".to_owned(),
            };
            format!("{wave} attempt {attempt} {how}")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use moontide_runtime::effect::{Class, EffectError, Key, Lane};
    use moontide_runtime::journal::canonical;
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_read_as_a_story() {
        let lane = Lane::of_wave("database", 1);
        let step = Step {
            key: Key::of("x", &lane, 3),
            lane,
            position: 3,
            operation: "drs.start_recovery".into(),
            class: Class::Tagged,
            hash: canonical::hash(&json!({})),
            site: "shop/runbook.luau:12".into(),
            arguments: Some(json!({})),
        };
        let error = EffectError::new("ConflictException", "no\u{1b}[2J");
        let bodies = [
            Body::Event { event: Event::Started },
            Body::Intent { step: step.clone(), attempt: 2 },
            Body::Outcome {
                step,
                attempt: 2,
                outcome: Outcome::Failed { error },
                request_id: Some("r-1".into()),
                adopted: true,
            },
        ];
        let entries: Vec<Entry> = (1..)
            .zip(bodies)
            .map(|(sequence, body)| Entry { sequence, epoch: 1, at: Timestamp::UNIX_EPOCH, body })
            .collect();
        let mut page = Page::default();
        let refused = BTreeMap::new();
        let entries = entries.iter().collect();
        write(&Journal { entries, refused: &refused }, &mut page);
        insta::assert_snapshot!(page.into_plain(), @r"
        1  00:00:00.000Z  -             event               started
        2  00:00:00.000Z  database#1.3  drs.start_recovery  intent (time 2) at shop/runbook.luau:12
        3  00:00:00.000Z  database#1.3  drs.start_recovery  failed; adopted; request r-1 | ConflictException: no\u{1b}[2J
        ");
    }
}
