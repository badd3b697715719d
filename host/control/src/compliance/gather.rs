//! Going through a store, an execution at a time: of each only its line is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::journal::Channel;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Store, Wanted};

use super::document::{Awaited, Compliance, Drilled, FORM, Left, Point, Runbook, ServerDrilled};
use crate::error::{Result, code};
use crate::report::identity::World;
use crate::report::{Known, Made, Report};
use crate::view::Record;
use crate::words;

/// So many rows of the list are in memory at once.
const PAGE: usize = 100;
/// So many of the last drills of a runbook are in its trend.
const TREND: usize = 30;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Executions that were created before are left out.
    pub since: Timestamp,
    /// Only those of this runbook.
    pub runbook: Option<String>,
    /// An answer that is awaited for longer is overdue.
    pub overdue_after: Duration,
    /// What time it is.
    pub now: Timestamp,
}

impl Compliance {
    /// Looks at the executions of a store, the newest first.
    pub async fn of(store: &dyn Store, address: String, asked: &Asked) -> Result<Compliance> {
        let mut findings = Findings::default();
        let mut wanted = Wanted {
            runbook: asked.runbook.clone(),
            since: Some(asked.since),
            without_cleanups: true,
            limit: Some(PAGE),
            ..Wanted::default()
        };
        loop {
            let part = store.find(&wanted).await?;
            for row in part.rows {
                // What goes on elsewhere is counted there.
                if row.moved || row.source == Some(Channel::Rehearsal) {
                    continue;
                }
                findings.looked_at += 1;
                match Record::load(store, &row.id).await {
                    Ok(record) => findings.note(store, &record, asked).await?,
                    Err(error) if is_its_own(error.code) => {
                        findings.unreadable.push(format!("{}: {}", row.id, error.message));
                    }
                    Err(error) => return Err(error),
                }
            }
            let Some(next) = part.next else { break };
            wanted.after = Some(next);
        }
        Ok(findings.document(address, asked))
    }
}

/// Whether an error is about one execution.
fn is_its_own(code: &'static code::Code) -> bool {
    [code::NEWER_FORMAT, code::STORE_DAMAGED, code::NO_EXECUTION].contains(&code)
}

/// What was found so far.
#[derive(Default)]
struct Findings {
    looked_at: usize,
    unreadable: Vec<String>,
    runbooks: BTreeMap<(String, bool), Runbook>,
    servers: BTreeMap<String, ServerDrilled>,
    drilled: BTreeSet<(String, bool)>,
    awaited: Vec<Awaited>,
    leftovers: Vec<Left>,
}

impl Findings {
    async fn note(&mut self, store: &dyn Store, record: &Record, asked: &Asked) -> Result<()> {
        let execution = &record.execution;
        if execution.is_session() || execution.client().is_some() || record.moved_to().is_some() {
            return Ok(());
        }
        self.note_prompts(record, asked);
        if execution.mode != Mode::Drill || execution.is_adopted() {
            return Ok(());
        }
        let world = World::of(execution);
        let key = (execution.plan.name.clone(), world == World::Aws);
        let line = self.runbooks.entry(key.clone()).or_insert_with(|| Runbook::new(&key.0, world));
        if !record.status().is_terminal() {
            line.open += 1;
            return Ok(());
        }
        let made = Made::now(asked.now, &jiff::tz::TimeZone::UTC);
        let report = Report::across(store, record, made).await?;
        let drilled = Drilled::of(&report);
        if self.drilled.insert(key) {
            line.last = Known::Known(drilled.clone());
            line.days_since =
                Known::Known(words::between(drilled.at, asked.now).as_secs() / 86_400);
        }
        line.count(&drilled);
        for server in &report.servers {
            self.servers.entry(server.server.clone()).or_insert_with(|| ServerDrilled {
                server: server.server.clone(),
                name: server.name.clone(),
                runbook: execution.plan.name.clone(),
                world,
                execution: execution.id.clone(),
                at: execution.created_at,
                verdict: server.verdict.clone(),
                data_age_seconds: server.data_age_seconds.clone(),
                rpo_met: server.rpo_met.clone(),
            });
        }
        if record.has_instances {
            self.leftovers.push(Left {
                execution: execution.id.clone(),
                runbook: execution.plan.name.clone(),
                at: execution.created_at,
                instances: report.leftovers.instances.len(),
                sentence: report.leftovers.sentence,
            });
        }
        Ok(())
    }

    /// The questions that are open, and that nothing on its way answers.
    fn note_prompts(&mut self, record: &Record, asked: &Asked) {
        if record.seal.is_some() {
            return;
        }
        for prompt in record.ahead.prompts.values() {
            let waited = words::between(prompt.opened_at, asked.now);
            let is_past = prompt.deadline.is_some_and(|deadline| deadline <= asked.now);
            self.awaited.push(Awaited {
                execution: record.execution.id.clone(),
                runbook: record.execution.plan.name.clone(),
                prompt: prompt.id.clone(),
                message: prompt.message.clone(),
                approvers: prompt.approvers.clone(),
                since: prompt.opened_at,
                waited_seconds: waited.as_secs(),
                overdue: is_past || waited > asked.overdue_after,
            });
        }
    }

    fn document(self, store: String, asked: &Asked) -> Compliance {
        let mut servers: Vec<ServerDrilled> = self.servers.into_values().collect();
        servers.sort_by(|one, other| (&one.name, &one.server).cmp(&(&other.name, &other.server)));
        let mut awaited = self.awaited;
        awaited.sort_by_key(|it| it.since);
        Compliance {
            compliance: FORM,
            store,
            made_at: asked.now,
            since: asked.since,
            looked_at: self.looked_at,
            unreadable: self.unreadable,
            runbooks: self.runbooks.into_values().map(Runbook::judged).collect(),
            servers,
            awaited,
            leftovers: self.leftovers,
        }
    }
}

impl Runbook {
    fn new(name: &str, world: World) -> Runbook {
        Runbook {
            runbook: name.to_owned(),
            world,
            drills: 0,
            completed: 0,
            failed: 0,
            cancelled: 0,
            open: 0,
            pass_percent: Known::unknown("no drill is over that was not cancelled"),
            last: Known::unknown("no drill is over"),
            days_since: Known::unknown("no drill is over"),
            rto_missed: 0,
            rpo_missed: 0,
            trend: Vec::new(),
        }
    }

    /// Counts a drill that is over.
    fn count(&mut self, drilled: &Drilled) {
        self.drills += 1;
        match drilled.status {
            ExecutionStatus::Completed => self.completed += 1,
            ExecutionStatus::Cancelled => self.cancelled += 1,
            _ => self.failed += 1,
        }
        // Of one that was called off no time tells anything.
        let counts = drilled.status != ExecutionStatus::Cancelled;
        self.rto_missed += usize::from(counts && drilled.rto_met.value() == Some(&false));
        self.rpo_missed += usize::from(drilled.rpo_met.value() == Some(&false));
        if let Some(seconds) = drilled.took_seconds.value().filter(|_| self.trend.len() < TREND) {
            self.trend.push(Point {
                execution: drilled.execution.clone(),
                at: drilled.at,
                seconds: *seconds,
                completed: drilled.status == ExecutionStatus::Completed,
            });
        }
    }

    fn judged(mut self) -> Runbook {
        self.trend.reverse();
        let counted = self.completed + self.failed;
        if let Some(percent) = (self.completed * 100).checked_div(counted) {
            self.pass_percent = Known::Known(percent as u64);
        }
        self
    }
}

impl Drilled {
    fn of(report: &Report) -> Drilled {
        let recovery = &report.recovery;
        Drilled {
            execution: report.identity.execution.clone(),
            at: report.identity.created.utc,
            status: report.status,
            took_seconds: recovery.took_seconds.clone(),
            rto_seconds: recovery.rto_seconds.clone(),
            rto_met: recovery.rto_met.clone(),
            data_age_seconds: recovery.data_age_seconds.clone(),
            rpo_met: recovery.rpo_met.clone(),
        }
    }
}
