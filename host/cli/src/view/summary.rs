//! Where an execution stands, wave by wave, and what to type next.

use std::time::Duration;

use moontide_control::signals::waiting::SHOWN;
use moontide_control::view::signal::PendingView;
use moontide_control::view::{Summary, WaveView};
use moontide_control::words;
use moontide_runtime::scheduler::ExecutionStatus;
use serde_json::Value;

use super::worded::{self, Steps};
use super::{objectives, obligation, outside, prompts, server, signal, why};
use crate::context::Context;
use crate::output::style::{self, attention, faint, plain, said, strong};
use crate::output::{Page, Span};

impl Steps for Summary {
    fn word(&self, context: &Context, json: &mut Value) {
        worded::put(json, "hints", worded::sentences(context, &self.hints));
        worded::put(json, "next", worded::commands(context, &self.next));
        for (at, prompt) in self.prompts.iter().enumerate() {
            prompts::json(context, prompt, &mut json["prompts"][at]);
        }
        if !self.replaced.is_empty() {
            self.replaced.word(context, &mut json["replaced"]);
        }
    }

    fn write(&self, context: &Context, page: &mut Page) {
        let mode = words::mode(self.mode);
        page.line([
            strong(self.execution.as_str()),
            plain(format!("  {}  {mode}  ", self.runbook)),
            style::execution_status(self.status),
            plain(took(self.seconds)),
        ]);
        if !self.labels.is_empty() {
            let labels = self.labels.iter().map(|(key, value)| format!("{key}={value}"));
            let labels = labels.collect::<Vec<_>>().join(", ");
            page.line([faint("labels")].into_iter().chain(said(&labels)));
        }
        if !self.reason.is_empty() {
            page.line([faint("reason")].into_iter().chain(said(&self.reason)));
        }
        page.indented(|page| {
            for wave in &self.waves {
                write_wave(wave, page);
            }
        });
        objectives::write(&self.objectives, page);
        match &self.runner {
            Some(runner) => page.line([faint("driven by "), plain(runner.as_str())]),
            None if self.status == ExecutionStatus::Running && !self.is_moved => {
                page.line([attention("no runner drives it"), plain(": its runner was stopped")]);
            }
            None => {}
        }
        let is_shown = |pending: &&PendingView| {
            self.prompts.iter().any(|prompt| pending.is_shown_by(&prompt.prompt.id))
        };
        let pending: Vec<_> = self.pending.iter().filter(|it| !is_shown(it)).collect();
        for it in pending.iter().take(SHOWN) {
            signal::write(it, page, self.runner.is_some());
        }
        if let Some(more) = pending.len().checked_sub(SHOWN + 1) {
            page.line([plain(format!("and {} more", words::count(more + 1, "signal")))]);
        }
        for prompt in &self.prompts {
            prompts::write(prompt, page);
        }
        outside::write(&self.outside, page);
        self.replaced.write(context, page);
        if let Some(obligation) = &self.obligation {
            obligation::write(obligation, page);
        }
        worded::write_hints(context, &self.hints, page);
        worded::write_next(context, &self.next, page);
    }
}

/// A line for the wave and one for each server.
pub(crate) fn write_wave(wave: &WaveView, page: &mut Page) {
    let attempt = match wave.attempt {
        0 | 1 => String::new(),
        more => format!(" at attempt {more}"),
    };
    let mut line = vec![
        strong(wave.name.as_str()),
        plain("  "),
        style::wave_status(wave.status),
        plain(attempt),
        plain(took(wave.seconds)),
    ];
    line.extend(why::spans(&wave.why, wave.status));
    page.line(line);
    page.indented(|page| {
        if let Some(place) = wave.trace.first() {
            page.line([faint("at "), plain(place.as_str())]);
        }
        let rows: Vec<Vec<Span<'_>>> = wave.servers.iter().map(server::row).collect();
        page.table(&rows);
    });
}

/// How long it took, behind a word.
pub(super) fn took(seconds: Option<u64>) -> String {
    let duration = seconds.map(Duration::from_secs);
    duration.map(|took| format!(" after {}", words::duration(took))).unwrap_or_default()
}
