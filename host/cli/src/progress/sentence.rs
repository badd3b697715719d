//! A notice in words.

use std::time::Duration;

use moontide_control::words;
use moontide_runtime::observe::Notice;
use moontide_runtime::scheduler::graph::CANCEL;
use moontide_runtime::scheduler::{Unheard, WaveStatus};

use crate::output::Span;
use crate::output::style::{self, attention, bad, faint, plain, strong};
use crate::view::{ServerView, Why, prompts, signal, why};

/// What to say about a notice; `None` if it is not worth a line.
pub(crate) fn of(notice: &Notice) -> Option<Vec<Span<'static>>> {
    match notice {
        Notice::Wave { wave, attempt, status, reason, failure } => {
            wave_line(wave, *attempt, *status, &Why::new(reason.clone(), failure.clone()))
        }
        Notice::Report { wave, topic, data } if topic == "server" => {
            let server = ServerView::read(data)?;
            let mut line = speaker(wave, "");
            line.push(plain(format!("{} ", server.label())));
            let cautions = server.cautions();
            line.push(style::verdict(server.verdict));
            line.extend(server.instance_id.map(|id| plain(format!(" as {id}"))));
            line.extend(server.reason.map(|reason| plain(format!(": {reason}"))));
            if !cautions.is_empty() {
                line.push(attention(format!("; {cautions}")));
            }
            Some(line)
        }
        Notice::Log { wave, level, message } => {
            let level = match level.as_str() {
                "debug" => return None,
                "warn" => "warning",
                "error" => "error",
                _ => "",
            };
            let mut line = speaker(wave, level);
            line.push(plain(message.clone()));
            Some(line)
        }
        Notice::Effect { wave, operation, status, adopted } => {
            let what = match (*status, adopted) {
                ("unknown", _) => "it cannot be told whether it happened",
                (_, true) => "had happened already; adopted",
                _ => return None,
            };
            let mut line = subject(wave);
            line.push(attention(format!("{operation}: {what}")));
            Some(line)
        }
        Notice::Waiting { wave, operation, unavailable, message, waited, patience } => {
            let mut line = subject(wave);
            line.push(attention(format!("{operation} waits for {unavailable}")));
            line.push(plain(format!(
                ", for {} of {} at most: {message}",
                words::duration(*waited),
                words::duration(*patience)
            )));
            Some(line)
        }
        Notice::WentOn { wave, operation, waited } => {
            // A blip is no news.
            let is_worth_a_line = *waited >= Duration::from_secs(5);
            let mut line = subject(wave);
            line.push(plain(format!("{operation} goes on after {}", words::duration(*waited))));
            is_worth_a_line.then_some(line)
        }
        Notice::StoreWaits { message, waited, patience } => Some(vec![
            attention("the journal cannot be written"),
            plain(format!(
                ", waiting for {} of {} at most: {message}",
                words::duration(*waited),
                words::duration(*patience)
            )),
        ]),
        Notice::Signalled { signal } => Some(signal::line(signal)),
        Notice::Approved { signal, prompt } => {
            let approval = prompts::approval(prompt, signal);
            Some(vec![plain(format!("{}: ", prompt.id)), plain(approval)])
        }
        Notice::Refused { signal, why } => {
            let mut line = vec![attention("refused: ")];
            line.extend(signal::noted(signal, why));
            Some(line)
        }
        Notice::TimedOut { prompt } => {
            Some(vec![plain(format!("{prompt}: ")), attention("no person answered in time")])
        }
        Notice::Unheard { prompts, waited, patience } => Some(vec![
            plain(format!("{}: ", prompts.join(", "))),
            attention("the time is over, but the store takes no answers"),
            plain(format!(
                ", waiting for {} of {} at most",
                words::duration(*waited),
                words::duration(*patience)
            )),
        ]),
        Notice::Extended { prompt, cause } => {
            let why = match cause {
                Unheard::StoreAway => "no answer could be heard for a while",
                Unheard::RunnerGone => "its runner was gone without a word",
            };
            let until =
                prompt.deadline.map(|end| format!("; there is time until {}", words::time(end)));
            Some(vec![
                plain(format!("{}: ", prompt.id)),
                attention(why),
                plain(until.unwrap_or_default()),
            ])
        }
        Notice::Execution { status } => Some(vec![style::execution_status(*status)]),
        // Phases are for the live line; a prompt shows as a paused or waiting wave, and is asked.
        Notice::Report { .. }
        | Notice::Phase { .. }
        | Notice::Asked { .. }
        | Notice::Closed { .. } => None,
    }
}

fn subject(wave: &str) -> Vec<Span<'static>> {
    vec![strong(wave.to_owned()), plain("  ")]
}

/// What the wave's program says follows. Only what stands before the mark is ours.
pub(crate) fn speaker(wave: &str, level: &'static str) -> Vec<Span<'static>> {
    let mut line = subject(wave);
    match level {
        "" => {}
        "error" => line.push(bad("error ")),
        _ => line.push(attention(format!("{level} "))),
    }
    line.push(faint("| "));
    line
}

fn wave_line(
    wave: &str,
    attempt: u32,
    status: WaveStatus,
    why: &Why,
) -> Option<Vec<Span<'static>>> {
    // A hook of a cancel that never came has nothing to do.
    let is_idle = status == WaveStatus::Skipped && attempt == 0 && wave.starts_with(CANCEL);
    if status == WaveStatus::Pending || is_idle {
        return None;
    }
    let mut line = subject(wave);
    line.push(style::wave_status(status));
    if attempt > 1 {
        line.push(faint(format!(" (attempt {attempt})")));
    }
    line.extend(why::spans(why, status).into_iter().map(Span::into_owned));
    Some(line)
}
