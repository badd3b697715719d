//! The short document: where an execution stands, wave by wave, and what to type next.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use moontide_control::words;
pub(crate) use moontide_control::words::mode;
use moontide_control::words::quoted;
use moontide_runtime::journal::Channel;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::{
    ExecutionStatus, PromptKind, Signal, WaveState, WaveStatus, Wish,
};
use serde::Serialize;

use super::adopted;
use super::obligation::Stage;
use super::refused;
use super::sealed;
use super::signal::PendingView;
use super::timeline::Timeline;
use super::{Objectives, ObligationView, Outside, PromptView, Record, Replaced, ServerView, Why};
use crate::commands::obligations::CARRY_OUT;
use crate::context::Context;
use crate::output::style::{self, attention, faint, plain, said, strong};
use crate::output::{Document, Page, Span};
use crate::signals::waiting::SHOWN;

/// Where an execution stands.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Summary {
    /// Its id.
    pub(crate) execution: String,
    /// The runbook's name.
    pub(crate) runbook: String,
    /// Drill or recovery.
    pub(crate) mode: Mode,
    /// What started it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<Channel>,
    /// Why an operator started it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) reason: String,
    /// What its operator has put on it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) labels: BTreeMap<String, String>,
    /// Where it stands as a whole.
    pub(crate) status: ExecutionStatus,
    /// When it was created.
    pub(crate) created_at: Timestamp,
    /// How long it took, or took up to its last journal entry.
    pub(crate) seconds: Option<u64>,
    /// Its waves, in the order of the plan.
    pub(crate) waves: Vec<WaveView>,
    /// Its objectives, and what was achieved.
    #[serde(skip_serializing_if = "Objectives::is_empty")]
    pub(crate) objectives: Objectives,
    /// What is to be done after its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) obligation: Option<ObligationView>,
    /// The open prompts.
    pub(crate) prompts: Vec<PromptView>,
    /// Who drives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) runner: Option<String>,
    /// What people want and no runner has taken yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) pending: Vec<PendingView>,
    /// What goes on outside although it was cancelled, or has failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) outside: Vec<Outside>,
    /// What others have launched since, where somebody has looked.
    #[serde(skip_serializing_if = "Replaced::is_empty")]
    pub(crate) replaced: Replaced,
    /// What there is to know before the next step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hints: Vec<String>,
    /// Commands that make sense now.
    pub(crate) next: Vec<String>,
    /// Whether it goes on elsewhere.
    #[serde(skip)]
    pub(crate) is_moved: bool,
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
    #[serde(rename = "reason", skip_serializing_if = "Why::is_empty")]
    pub(crate) why: Why,
    /// Where its program failed, in the runbook first; where nothing else shows it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) trace: Vec<String>,
    /// The verdicts on its servers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) servers: Vec<ServerView>,
}

impl Summary {
    /// The summary of a loaded execution.
    pub(crate) fn of(record: &Record, context: &Context) -> Summary {
        let Record { execution, graph, entries, .. } = record;
        let timeline = Timeline::of(graph, entries);
        let last = entries.last().map(|entry| entry.at);
        let waves = record.nodes().map(|(at, node, wave)| WaveView {
            name: node.name.clone(),
            status: wave.status,
            attempt: wave.attempt,
            seconds: timeline.waves[at].took(last).map(|took| took.as_secs()),
            why: Why::of(wave),
            trace: Vec::new(),
            servers: if execution.is_adopted() {
                adopted::servers(record, &node.name)
            } else {
                known(wave, execution.plan.rpo)
            },
        });
        let waves: Vec<WaveView> = waves.chain(later(record)).collect();
        let servers = waves.iter().flat_map(|wave| &wave.servers);
        let objectives = Objectives::of(record, &timeline, servers);
        // What it asks, and what waits for it, is asked and waits where it goes on.
        let is_moved = record.moved_to().is_some();
        let prompts = if is_moved { Vec::new() } else { PromptView::all(record, context) };
        let pending = if is_moved { &[][..] } else { &record.pending };
        let obligation = ObligationView::of(record);
        let owed = obligation.as_ref().and_then(|it| it.hint(context));
        Summary {
            execution: execution.id.clone(),
            runbook: execution.plan.name.clone(),
            mode: execution.mode,
            source: execution.source,
            reason: execution.reason.clone(),
            labels: execution.labels.clone(),
            status: record.status(),
            created_at: execution.created_at,
            seconds: timeline.whole.took(last).map(|took| took.as_secs()),
            waves,
            objectives,
            outside: Outside::of(record),
            replaced: Replaced::default(),
            hints: sealed::hint(record)
                .into_iter()
                .chain(adopted::hints(record, context))
                .chain(refused::hints(record, context))
                .chain(limited(record, context))
                .chain(owed)
                .collect(),
            next: next(record, &prompts, obligation.as_ref(), context),
            obligation,
            prompts,
            runner: record.runner.clone(),
            pending: pending.iter().map(PendingView::of).collect(),
            is_moved,
        }
    }
}

/// The waves of an execution that was adopted that its head does not name.
fn later(record: &Record) -> impl Iterator<Item = WaveView> {
    adopted::later_waves(record).into_iter().map(|wave| WaveView {
        name: wave.to_owned(),
        status: WaveStatus::Cancelled,
        attempt: 1,
        seconds: None,
        why: Why::default(),
        trace: Vec::new(),
        servers: adopted::servers(record, wave),
    })
}

/// The servers in what a wave returned, or knew when it failed, held to the runbook's RPO.
pub(crate) fn known(wave: &WaveState, rpo: Option<Duration>) -> Vec<ServerView> {
    let details = wave.failure.as_ref().map(|failure| &failure.details);
    let servers = ServerView::all_in(details.unwrap_or(&wave.result));
    servers.into_iter().map(|server| server.held_to(rpo)).collect()
}

/// What an operator would type now.
fn next(
    record: &Record,
    prompts: &[PromptView],
    obligation: Option<&ObligationView>,
    context: &Context,
) -> Vec<String> {
    let id = &record.execution.id;
    // What is pruned or moved goes on nowhere in this store.
    if record.seal.is_some() {
        return sealed::next(record, context).into_iter().collect();
    }
    let open = || prompts.iter().filter(|prompt| prompt.is_open());
    let is_hold = |view: &&PromptView| view.prompt.kind == PromptKind::Hold;
    let asked = open().filter(|view| !is_hold(view)).flat_map(PromptView::next);
    let mut commands: Vec<String> = asked.cloned().collect();
    if !record.is_over() && record.runner.is_none() && !is_only_held(record) {
        let is_retried = |at: usize| record.ahead.waves[at].status != WaveStatus::Failed;
        let mut retried = record
            .nodes()
            .filter(|(at, _, wave)| wave.status == WaveStatus::Failed && is_retried(*at));
        let beyond = retried.find_map(|(_, node, _)| beyond(record, &node.name, context));
        commands.push(beyond.unwrap_or_else(|| context.command(&format!("resume {id}"))));
    }
    commands.extend(open().filter(is_hold).flat_map(PromptView::next).cloned());
    if record.is_over() && record.status() == ExecutionStatus::Failed {
        commands.push(context.command(&format!("show {id}")));
    }
    // While others wait or run, too.
    if !record.is_over() || record.status() == ExecutionStatus::Failed {
        // What a cancel has cut off is retried, not skipped.
        let is_cancelled = record.state.cancelled_by.is_some();
        // Nor does one come before the abort that stands.
        let stands = record.ahead.standing().map(|abort| abort.at.as_str());
        let is_free = |wave: &&str| !is_cancelled && stands.is_none_or(|at| at == *wave);
        for wave in failed(record).filter(is_free) {
            let beyond = beyond(record, wave, context);
            let wave = quoted(wave);
            // A runner that is at work takes a retry at once, under the limits that it knows.
            if record.runner.is_some() && beyond.is_some() {
                continue;
            }
            commands.push(context.command(&format!("retry {id} {wave}")));
            // Under the same limit it would fail of it once more.
            commands.extend(beyond);
            // What a cleanup has not done stays to be done.
            if record.execution.acts_for.is_none() {
                commands.push(context.command(&format!("skip {id} {wave}")));
            }
        }
    }
    let may_lift = record.is_over() && record.status() != ExecutionStatus::Completed;
    if let Some(abort) = record.ahead.standing().filter(|_| may_lift) {
        commands.push(context.command(&format!("retry {id} {}", quoted(&abort.at))));
    }
    // What a cancel stopped can be taken up one by one, also beside one that runs again.
    let waves = cut_off(record).into_iter();
    commands.extend(waves.map(|it| context.command(&format!("retry {id} {}", quoted(it)))));
    if obligation.is_some_and(|it| it.due_at.is_some() && it.state != Stage::Owed) {
        commands.push(context.command(CARRY_OUT));
    }
    if record.is_over() && record.has_instances {
        commands.push(context.command(&format!("cleanup {id}")));
    }
    let mut said = BTreeSet::new();
    commands.retain(|command| said.insert(command.clone()));
    commands
}

/// What to do first where a wave has failed of a limit, and a runner is at work that would meet it again.
fn limited(record: &Record, context: &Context) -> Vec<String> {
    let Some(runner) = &record.runner else { return Vec::new() };
    let id = &record.execution.id;
    let hint = |wave: &str| {
        let resume = beyond(record, wave, context)?;
        let retry = context.command(&format!("retry {id} {}", quoted(wave)));
        Some(format!("stop the runner {runner} before `{retry}`; then `{resume}` raises the limit"))
    };
    failed(record).filter_map(hint).collect()
}

/// How to resume once a wave is retried that has failed of a limit.
pub(crate) fn beyond(record: &Record, wave: &str, context: &Context) -> Option<String> {
    let at = record.graph.index(wave)?;
    let failure = record.state.waves[at].failure.as_ref()?;
    context.resume_beyond(&record.execution, &record.limits, failure.limit.as_deref()?)
}

/// Whether there is nothing to do for a runner before a pause is lifted.
fn is_only_held(record: &Record) -> bool {
    let alive = |status| matches!(status, WaveStatus::Running | WaveStatus::Waiting);
    record.hold().is_some()
        && record.pending.is_empty()
        && !record.state.waves.iter().any(|wave| alive(wave.status))
}

/// The waves and hooks that failed, and that an operator may retry or skip.
fn failed(record: &Record) -> impl Iterator<Item = &str> {
    let failed = record.nodes().filter(move |(at, _, wave)| {
        wave.status == WaveStatus::Failed && record.ahead.waves[*at].status == WaveStatus::Failed
    });
    failed.map(|(_, node, _)| node.name.as_str())
}

/// The waves from which a cancelled execution can go on: those that the cancel stopped, or where it stopped
/// none, those that would have been next.
pub(crate) fn cut_off(record: &Record) -> Vec<&str> {
    let is_cancelled = record.state.cancelled_by.is_some();
    let is_off = |wave: &WaveState| match wave.status {
        WaveStatus::Cancelled => true,
        WaveStatus::Failed => is_cancelled,
        _ => false,
    };
    let taken = record.nodes().filter(|(_, node, wave)| {
        let wish = Wish::Retry { wave: node.name.clone(), mend: None };
        let (by, sender, comment) = (String::new(), String::new(), String::new());
        let signal = Signal { wish, by, sender, comment, at: record.execution.created_at };
        is_off(wave) && record.would_take(&signal).is_ok()
    });
    let taken: Vec<(&str, bool)> =
        taken.map(|(_, node, wave)| (node.name.as_str(), wave.attempt > 0)).collect();
    let any_begun = taken.iter().any(|(_, begun)| *begun);
    taken.into_iter().filter(|(_, begun)| *begun == any_begun).map(|(name, _)| name).collect()
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
                wave.write(page);
            }
        });
        self.objectives.write(page);
        match &self.runner {
            Some(runner) => page.line([faint("driven by "), plain(runner.as_str())]),
            None if self.status == ExecutionStatus::Running && !self.is_moved => {
                page.line([attention("nobody drives it"), plain(": its runner was stopped")]);
            }
            None => {}
        }
        let is_shown = |pending: &&PendingView| {
            self.prompts.iter().any(|prompt| pending.is_shown_by(&prompt.prompt.id))
        };
        let pending: Vec<_> = self.pending.iter().filter(|it| !is_shown(it)).collect();
        pending.iter().take(SHOWN).for_each(|it| it.write(page, self.runner.is_some()));
        if let Some(more) = pending.len().checked_sub(SHOWN + 1) {
            page.line([plain(format!("and {} more", words::count(more + 1, "signal")))]);
        }
        for prompt in &self.prompts {
            prompt.write(page);
        }
        Outside::write(&self.outside, page);
        self.replaced.write(page);
        if let Some(obligation) = &self.obligation {
            obligation.write(page);
        }
        for hint in &self.hints {
            page.line([faint("hint: "), plain(hint.as_str())]);
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
        line.extend(self.why.spans(self.status));
        page.line(line);
        page.indented(|page| {
            if let Some(place) = self.trace.first() {
                page.line([faint("at "), plain(place.as_str())]);
            }
            let rows: Vec<Vec<Span<'_>>> = self.servers.iter().map(ServerView::row).collect();
            page.table(&rows);
        });
    }
}

fn took(seconds: Option<u64>) -> String {
    let duration = seconds.map(Duration::from_secs);
    duration.map(|took| format!(" after {}", words::duration(took))).unwrap_or_default()
}
