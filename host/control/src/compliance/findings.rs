//! What was found so far, of each runbook and each server.

use std::collections::{BTreeMap, BTreeSet};

use moontide_runtime::plan::Mode;
use moontide_runtime::store::{Row, Store};

use super::document::{
    Awaited, Compliance, Drilled, FORM, Left, Moved, Runbook, ServerDrilled, Unreadable,
};
use super::gather::Asked;
use crate::error::Result;
use crate::report::identity::World;
use crate::report::{Known, Made, Report};
use crate::schedule::spoken;
use crate::view::Record;
use crate::words;

/// Whether an execution is counted, or only told where it is the last drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// It was created in the time that is looked at.
    Counted,
    /// It was created before.
    Earlier,
}

/// The name of a runbook, or the id of a server, in one world: what happened in another proves nothing about it.
type Key = (String, World);

/// What was found so far.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) looked_at: usize,
    unreadable: Vec<Unreadable>,
    runbooks: BTreeMap<Key, Runbook>,
    servers: BTreeMap<Key, ServerDrilled>,
    /// Those of which the last drill is told, or that it cannot be.
    drilled: BTreeSet<Key>,
    awaited: Vec<Awaited>,
    leftovers: Vec<Left>,
    moved: Vec<Moved>,
}

impl Findings {
    /// Whether the last drill of a runbook in AWS is told, or that it cannot be.
    pub(super) fn has_last(&self, runbook: &str) -> bool {
        self.drilled.contains(&(runbook.to_owned(), World::Aws))
    }

    /// Notes an execution that cannot be read. Where it may be a drill in AWS, it is counted as one that has not passed.
    pub(super) fn note_unreadable(&mut self, (row, age): (&Row, Age), why: String) {
        self.looked_at += usize::from(age == Age::Counted);
        let may_be_drill = row.told.is_none_or(|told| told.mode == Mode::Drill);
        if may_be_drill {
            let key = (row.runbook.clone(), World::Aws);
            let line = self.line(&key);
            line.unreadable += usize::from(age == Age::Counted);
            if self.drilled.insert(key.clone()) {
                let why = format!("the last execution of it cannot be read: {}", row.id);
                let line = self.line(&key);
                line.last = Known::unknown(why.clone());
                line.days_since = Known::unknown(why);
            }
        }
        let (execution, runbook) = (row.id.clone(), row.runbook.clone());
        self.unreadable.push(Unreadable { execution, runbook, at: row.created_at, why });
    }

    /// Notes an execution.
    pub(super) async fn note(
        &mut self,
        store: &dyn Store,
        (record, age): (&Record, Age),
        asked: &Asked,
    ) -> Result<()> {
        let execution = &record.execution;
        let world = World::of(execution);
        if execution.is_session() || execution.client().is_some() || world == World::Rehearsal {
            self.looked_at += usize::from(age == Age::Counted);
            return Ok(());
        }
        if let Some(to) = record.moved_to() {
            if execution.mode == Mode::Drill {
                let (execution, runbook) = (execution.id.clone(), execution.plan.name.clone());
                let at = record.execution.created_at;
                self.moved.push(Moved { execution, runbook, at, to: to.to_owned() });
            }
            return Ok(());
        }
        self.looked_at += usize::from(age == Age::Counted);
        if age == Age::Counted {
            self.note_prompts(record, asked);
        }
        if execution.mode != Mode::Drill || execution.is_adopted() {
            return Ok(());
        }
        let key = (execution.plan.name.clone(), world);
        let is_over = record.status().is_terminal();
        if age == Age::Earlier && (!is_over || self.drilled.contains(&key)) {
            return Ok(());
        }
        let line = self.line(&key);
        if !is_over {
            line.open += 1;
            return Ok(());
        }
        let made = Made::now(asked.now, &jiff::tz::TimeZone::UTC);
        let report = Report::across(store, record, made).await?;
        let drilled = Drilled::of(&report, spoken::has_cancelled(record));
        if age == Age::Counted {
            line.count(&drilled);
        }
        let is_first = !self.drilled.contains(&key);
        let days = words::between(drilled.at, asked.now).as_secs() / 86_400;
        if self.line(&key).note(&drilled, is_first, days) {
            self.drilled.insert(key);
        }
        self.note_servers(&report);
        if record.has_instances {
            self.leftovers.push(Left {
                execution: execution.id.clone(),
                runbook: execution.plan.name.clone(),
                world: Some(world),
                at: execution.created_at,
                instances: report.leftovers.instances.len(),
                sentence: report.leftovers.sentence,
            });
        }
        Ok(())
    }

    fn line(&mut self, key: &Key) -> &mut Runbook {
        self.runbooks.entry(key.clone()).or_insert_with(|| Runbook::new(&key.0, key.1))
    }

    /// The servers of a drill of which no later one in its world tells.
    fn note_servers(&mut self, report: &Report) {
        let drill = &report.identity;
        for server in &report.servers {
            let key = (server.server.clone(), drill.world);
            self.servers.entry(key).or_insert_with(|| ServerDrilled {
                server: server.server.clone(),
                name: server.name.clone(),
                runbook: drill.runbook.clone(),
                world: drill.world,
                execution: drill.execution.clone(),
                at: drill.created.utc,
                verdict: server.verdict.clone(),
                data_age_seconds: server.data_age_seconds.clone(),
                rpo_met: server.rpo_met.clone(),
            });
        }
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
                world: Some(World::of(&record.execution)),
                prompt: prompt.id.clone(),
                message: prompt.message.clone(),
                approvers: prompt.approvers.clone(),
                since: prompt.opened_at,
                waited_seconds: waited.as_secs(),
                overdue: is_past || waited > asked.overdue_after,
            });
        }
    }

    /// All of it.
    pub(super) fn document(self, store: String, asked: &Asked) -> Compliance {
        let mut servers: Vec<ServerDrilled> = self.servers.into_values().collect();
        servers.sort_by(|one, other| {
            (&one.name, &one.server, one.world).cmp(&(&other.name, &other.server, other.world))
        });
        let mut awaited = self.awaited;
        awaited.sort_by_key(|it| it.since);
        Compliance {
            compliance: FORM,
            store,
            made_at: asked.now,
            since: asked.since,
            looked_at: self.looked_at,
            unreadable: self
                .unreadable
                .iter()
                .map(|it| format!("{}: {}", it.execution, it.why))
                .collect(),
            unread: self.unreadable,
            runbooks: self.runbooks.into_values().map(Runbook::judged).collect(),
            servers,
            awaited,
            leftovers: self.leftovers,
            moved: self.moved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drill_against_a_simulator_does_not_stand_for_one_in_aws() {
        let mut found = Findings::default();
        let (aws, simulator) =
            (("shop".to_owned(), World::Aws), ("shop".to_owned(), World::Simulator));
        found.drilled.insert(simulator.clone());
        assert!(!found.has_last("shop"));
        assert_eq!(
            (found.line(&simulator).world, found.line(&aws).world),
            (World::Simulator, World::Aws)
        );
        let mut report: Report =
            serde_json::from_str(include_str!("../report/redact/fixture.json")).expect("a report");
        for (world, verdict) in
            [(World::Simulator, "launched"), (World::Aws, "failed"), (World::Aws, "launched")]
        {
            report.identity.world = world;
            report.servers.truncate(1);
            verdict.clone_into(&mut report.servers[0].verdict);
            found.note_servers(&report);
        }
        let told: Vec<_> =
            found.servers.values().map(|it| (it.world, it.verdict.as_str())).collect();
        assert_eq!(told, [(World::Aws, "failed"), (World::Simulator, "launched")]);
    }
}
