//! The short document: where an execution stands, wave by wave, and what to type next.

use jiff::Timestamp;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::{ExecutionStatus, WaveState, WaveStatus};
use serde::Serialize;

use super::timeline::Timeline;
use super::{PromptView, Record, ServerView};
use crate::context::Context;
use crate::output::style::{self, faint, plain, strong};
use crate::output::{Document, Page, Span, words};

/// Where an execution stands.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Summary {
    /// Its id.
    pub(crate) execution: String,
    /// The runbook's name.
    pub(crate) runbook: String,
    /// Drill or recovery.
    pub(crate) mode: Mode,
    /// Where it stands as a whole.
    pub(crate) status: ExecutionStatus,
    /// When it was created.
    pub(crate) created_at: Timestamp,
    /// How long it took, or took up to its last journal entry.
    pub(crate) seconds: Option<u64>,
    /// Its waves, in the order of the plan.
    pub(crate) waves: Vec<WaveView>,
    /// The open prompts.
    pub(crate) prompts: Vec<PromptView>,
    /// Who drives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) runner: Option<String>,
    /// Commands that make sense now.
    pub(crate) next: Vec<String>,
}

/// Where a wave stands.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WaveView {
    /// Its name.
    pub(crate) name: String,
    /// Where it stands.
    pub(crate) status: WaveStatus,
    /// The attempt that runs or ran last; 0 before the first.
    pub(crate) attempt: u32,
    /// How long it took.
    pub(crate) seconds: Option<u64>,
    /// Why it stands where it stands, when that is not obvious.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// The verdicts on its servers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) servers: Vec<ServerView>,
}

impl Summary {
    /// The summary of a loaded execution.
    pub(crate) fn of(record: &Record, context: &Context) -> Summary {
        let Record { execution, state, graph, entries, .. } = record;
        let timeline = Timeline::of(graph, entries);
        let last = entries.last().map(|entry| entry.at);
        let pairs = graph.nodes().iter().zip(&state.waves).zip(&timeline.waves);
        let waves = pairs.map(|((node, wave), span)| WaveView {
            name: node.name.clone(),
            status: wave.status,
            attempt: wave.attempt,
            seconds: span.took(last).map(|took| took.as_secs()),
            reason: why(wave),
            servers: known(wave),
        });
        let alone = state.prompts.len() == 1;
        let prompts = state.prompts.values();
        let prompts = prompts.map(|prompt| PromptView::of(prompt, &execution.id, alone, context));
        Summary {
            execution: execution.id.clone(),
            runbook: execution.plan.name.clone(),
            mode: execution.mode,
            status: record.status(),
            created_at: execution.created_at,
            seconds: timeline.whole.took(last).map(|took| took.as_secs()),
            waves: waves.collect(),
            prompts: prompts.collect(),
            runner: record.runner().map(str::to_owned),
            next: next(record, context),
        }
    }
}

/// Why a wave stands where it stands: its failure, and what somebody decided about it.
pub(crate) fn why(wave: &WaveState) -> Option<String> {
    let failure = wave.failure.as_ref().map(|failure| failure.message.as_str());
    match (failure, wave.reason.as_deref()) {
        (Some(failure), Some(reason)) if !reason.contains(failure) => {
            Some(format!("{failure}; {reason}"))
        }
        (failure, reason) => reason.or(failure).map(str::to_owned),
    }
}

/// The servers in what a wave returned, or knew when it failed.
pub(crate) fn known(wave: &WaveState) -> Vec<ServerView> {
    let details = wave.failure.as_ref().map(|failure| &failure.details);
    ServerView::all_in(details.unwrap_or(&wave.result))
}

/// What an operator would type now.
fn next(record: &Record, context: &Context) -> Vec<String> {
    let id = &record.execution.id;
    let alone = record.state.prompts.len() == 1;
    let answer = |prompt| PromptView::of(prompt, id, alone, context).command;
    let mut commands: Vec<String> = record.state.prompts.values().map(answer).collect();
    if !record.status().is_terminal() && record.runner().is_none() {
        commands.push(context.command(&format!("resume {id}")));
    }
    if record.status() == ExecutionStatus::Failed {
        commands.push(context.command(&format!("show {id}")));
    }
    commands
}

impl Document for Summary {
    fn write(&self, page: &mut Page) {
        let mode = mode(self.mode);
        page.line([
            strong(self.execution.as_str()),
            plain(format!("  {}  {mode}  ", self.runbook)),
            style::execution_status(self.status),
            plain(took(self.seconds)),
        ]);
        page.indented(|page| {
            for wave in &self.waves {
                wave.write(page);
            }
        });
        if let Some(runner) = &self.runner {
            page.line([faint("driven by "), plain(runner.as_str())]);
        }
        for prompt in &self.prompts {
            prompt.write(page);
        }
        for (at, command) in self.next.iter().enumerate() {
            page.line([faint(if at == 0 { "next: " } else { "      " }), plain(command.as_str())]);
        }
    }
}

impl WaveView {
    /// A line for the wave and one for each server.
    pub(crate) fn write(&self, page: &mut Page) {
        let attempt = match self.attempt {
            0 | 1 => String::new(),
            more => format!(" at attempt {more}"),
        };
        let mut line = vec![
            strong(self.name.as_str()),
            plain("  "),
            style::wave_status(self.status),
            plain(attempt),
            plain(took(self.seconds)),
        ];
        if let Some(reason) = &self.reason {
            line.push(plain(format!(": {reason}")));
        }
        page.line(line);
        page.indented(|page| {
            let rows: Vec<Vec<Span<'_>>> = self.servers.iter().map(ServerView::row).collect();
            page.table(&rows);
        });
    }
}

fn took(seconds: Option<u64>) -> String {
    let duration = seconds.map(std::time::Duration::from_secs);
    duration.map(|took| format!(" after {}", words::duration(took))).unwrap_or_default()
}

/// The mode as a word.
pub(crate) fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Drill => "drill",
        Mode::Recovery => "recovery",
    }
}
