//! The document at the end of a rehearsal.

use std::collections::BTreeMap;
use std::time::Duration;

use moontide_control::error::Result;
use moontide_control::rehearsal::Rehearsed;
use moontide_control::view::summary::known;
use moontide_control::view::timeline::Timeline;
use moontide_control::words;
use moontide_control::words::mode;
use moontide_runtime::effect::redact::Secrets;
use moontide_runtime::history::events;
use moontide_runtime::journal::Execution;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::{Event, ExecutionStatus, WaveStatus};
use moontide_runtime::store::SignalKind;
use moontide_sim::{Assumption, Counts};
use serde::Serialize;
use serde_json::Value;

use super::hooks::{self, Hook};
use super::witness::Witness;
use crate::output::style::{self, attention, bad, faint, good, plain, said, strong};
use crate::output::{Document, Page};
use crate::view::{Objectives, Record, ServerView, WaveView, Why, objectives, summary};

/// So many notes are read.
const MOST_NOTES: usize = 12;

/// Who answers when no person does in time.
const TIME: &str = "the time-out";

/// How a rehearsal went.
#[derive(Serialize)]
pub(crate) struct Report {
    runbook: String,
    mode: Mode,
    /// Where it ended.
    pub(crate) status: ExecutionStatus,
    waves: Vec<WaveView>,
    /// The hooks that ran, by wave.
    hooks: BTreeMap<String, Vec<Hook>>,
    prompts: Vec<Answered>,
    /// How long it took, in virtual time.
    recovery_seconds: u64,
    /// How long it may take, where the runbook says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    rto_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rto_met: Option<bool>,
    /// What it took for granted, and what of the world nothing met.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    assumed: Vec<Assumption>,
    /// How often each operation was called, by service.
    calls: Counts,
    /// The objectives of the runbook, and what was achieved.
    #[serde(skip_serializing_if = "Objectives::is_empty")]
    objectives: Objectives,
    /// What it may touch in a drill besides what it launches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outside: Vec<String>,
    #[serde(skip)]
    took: Duration,
    #[serde(skip)]
    rto: Option<Duration>,
}

/// A prompt, and what became of it.
#[derive(Serialize)]
struct Answered {
    prompt: String,
    message: String,
    choice: String,
    by: String,
    /// What answered in that name, where the prompt has approvers.
    #[serde(skip_serializing_if = "String::is_empty")]
    really: String,
    after_seconds: u64,
}

impl Report {
    /// What a witness saw of it, and what its journal says.
    pub(crate) async fn of(rehearsed: &Rehearsed, witness: &Witness) -> Result<Report> {
        let Rehearsed { execution, store, simulator, ended, .. } = rehearsed;
        let record = Record::load(store.as_ref(), &execution.id).await?;
        let timeline = Timeline::of(&record.graph, &record.entries);
        // One that stopped on its way has taken until now.
        let took = timeline.whole.took(Some(*ended)).unwrap_or_default();
        let rto = execution.plan.rto;
        let completed = record.status() == ExecutionStatus::Completed;
        let secrets = Secrets::new(&secret_params(execution), execution.format);
        let waves = waves(&record, &timeline, witness);
        let servers = waves.iter().flat_map(|wave| &wave.servers);
        let objectives = Objectives::of(&record, &timeline, servers);
        Ok(Report {
            runbook: execution.plan.name.clone(),
            mode: execution.mode,
            status: record.status(),
            waves,
            hooks: hooks(&record, witness),
            prompts: prompts(&record, witness),
            recovery_seconds: took.as_secs(),
            rto_seconds: rto.map(|rto| rto.as_secs()),
            rto_met: rto.map(|rto| completed && took <= rto),
            assumed: simulator.assumptions(&|text| secrets.hide(text)),
            calls: simulator.counts(),
            objectives,
            outside: execution.plan.outside.lines(),
            took,
            rto,
        })
    }
}

/// The values of the secret params.
fn secret_params(execution: &Execution) -> BTreeMap<String, Value> {
    let is_secret = |name: &str| execution.plan.params.get(name).is_some_and(|param| param.secret);
    let secrets = execution.params.iter().filter(|(name, _)| is_secret(name));
    secrets.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn waves(record: &Record, timeline: &Timeline, witness: &Witness) -> Vec<WaveView> {
    let reported = witness.servers.borrow();
    let rpo = record.execution.plan.rpo;
    let held = |servers: Vec<ServerView>| -> Vec<ServerView> {
        servers.into_iter().map(|server| server.held_to(rpo)).collect()
    };
    record
        .nodes()
        .map(|(at, node, wave)| {
            let span = timeline.waves[at];
            let reported = reported.get(&node.name).cloned();
            WaveView {
                name: node.name.clone(),
                status: wave.status,
                attempt: wave.attempt,
                seconds: span.took(None).map(|took| took.as_secs()),
                why: Why::of(wave),
                trace: wave.failure.as_ref().map(|it| it.trace.clone()).unwrap_or_default(),
                servers: reported.map_or_else(|| known(wave, rpo), held),
            }
        })
        .collect()
}

fn hooks(record: &Record, witness: &Witness) -> BTreeMap<String, Vec<Hook>> {
    let phases = witness.phases.borrow();
    let waves = record.graph.nodes().iter().zip(&record.state.waves);
    let hooks = waves.filter_map(|(node, wave)| {
        let completed = wave.status == WaveStatus::Completed;
        let declared = record.execution.plan.waves.iter().find(|it| it.name == node.name)?;
        let phases = phases.get(&node.name)?;
        Some((node.name.clone(), hooks::of(phases, &declared.hooks, completed)))
    });
    hooks.filter(|(_, hooks)| !hooks.is_empty()).collect()
}

fn prompts(record: &Record, witness: &Witness) -> Vec<Answered> {
    let asked = witness.asked.borrow();
    let begun = record.execution.created_at;
    let answers = events(&record.entries).filter_map(|(at, event)| {
        let (prompt, choice, by, really) = match event {
            Event::Signalled { signal, .. } => match &signal.wish {
                SignalKind::Answer { prompt, choice, .. } => {
                    (prompt, Some(choice.clone()), signal.by.clone(), signal.comment.clone())
                }
                _ => return None,
            },
            Event::TimedOut { prompt } => (prompt, None, TIME.to_owned(), String::new()),
            _ => return None,
        };
        let known = asked.iter().find(|(known, _)| known.id == *prompt).map(|(known, _)| known);
        let silence = known.and_then(|known| known.on_timeout.as_ref().map(ToString::to_string));
        Some(Answered {
            prompt: prompt.clone(),
            message: known.map(|known| known.message.clone()).unwrap_or_default(),
            choice: choice.or(silence).unwrap_or_default(),
            by,
            really,
            after_seconds: words::between(begun, at).as_secs(),
        })
    });
    answers.collect()
}

impl Document for Report {
    fn write(&self, page: &mut Page) {
        page.line([
            strong(self.runbook.as_str()),
            plain(format!("  rehearsed as a {}  ", mode(self.mode))),
            style::execution_status(self.status),
        ]);
        page.gap();
        for wave in &self.waves {
            for answered in self.prompts.iter().filter(|answered| answered.prompt == wave.name) {
                answered.write(page);
            }
            summary::write_wave(wave, page);
            for hook in self.hooks.get(&wave.name).into_iter().flatten() {
                page.indented(|page| hook.write(page));
            }
            let of_wave = format!("{}#", wave.name);
            for answered in self.prompts.iter().filter(|it| it.prompt.starts_with(&of_wave)) {
                page.indented(|page| answered.write(page));
            }
        }
        page.gap();
        self.write_time(page);
        if !self.outside.is_empty() {
            page.line([faint("may touch outside: "), plain(self.outside.join(", "))]);
        }
        for assumed in self.assumed.iter().take(MOST_NOTES) {
            page.line([attention("note: "), plain(assumed.message.as_str())]);
        }
        let more = self.assumed.len().saturating_sub(MOST_NOTES);
        if more > 0 {
            page.line([
                attention("note: "),
                plain(format!("and {more} more; `--output json` has all")),
            ]);
        }
        for (service, operations) in &self.calls {
            let counts = operations.iter().map(|(operation, count)| format!("{operation} {count}"));
            let counts: Vec<String> = counts.collect();
            page.line([faint(format!("{service} calls: ")), plain(counts.join(", "))]);
        }
    }
}

impl Report {
    fn write_time(&self, page: &mut Page) {
        let completed = self.status == ExecutionStatus::Completed;
        let head = if completed { "recovery time: " } else { "not recovered after " };
        let mut line = vec![faint(head), strong(words::duration(self.took))];
        if let Some((rto, met)) = self.rto.zip(self.rto_met) {
            line.push(plain(format!(", the RTO of {} is ", words::duration(rto))));
            line.push(if met { good("met") } else { bad("missed") });
            let missed = self.took.saturating_sub(rto);
            if !missed.is_zero() {
                line.push(plain(format!(" by {}", words::duration(missed))));
            }
        }
        page.line(line);
        objectives::write_rpo(&self.objectives, page);
    }
}

impl Hook {
    fn write(&self, page: &mut Page) {
        let how = if self.passed { good("passed") } else { bad("did not pass") };
        page.line([plain(format!("{} ", self.hook)), how]);
    }
}

impl Answered {
    fn write(&self, page: &mut Page) {
        let mut line = vec![
            attention("? "),
            plain(format!("{}: ", self.prompt)),
            strong(self.choice.as_str()),
            plain(format!(" by {}", self.by)),
            faint(if self.really.is_empty() {
                String::new()
            } else {
                format!(" ({})", self.really)
            }),
            faint(format!("  {}", words::offset(Duration::from_secs(self.after_seconds)))),
        ];
        line.extend(said(&self.message));
        page.line(line);
    }
}
