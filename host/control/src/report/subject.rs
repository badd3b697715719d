//! What a report is made of: an execution with all that is read off its journal once.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::effect::Outcome;
use moontide_runtime::effect::launches::LAUNCH;
use moontide_runtime::history::events;
use moontide_runtime::scheduler::{End, Event};

use super::effects::{self, Effect, items, text};
use super::evidence;
use super::moments::Moments;
use crate::view::{Record, Summary};

/// The execution of a report.
pub(super) struct Subject<'r> {
    /// As the store has it.
    pub(super) record: &'r Record,
    /// Where it stands, wave by wave.
    pub(super) summary: Summary,
    /// When what happened.
    pub(super) moments: Moments,
    /// Its effects.
    pub(super) effects: Vec<Effect<'r>>,
    /// How people call its source servers, by id.
    names: BTreeMap<String, String>,
    /// The source server of each recovery instance, by the instance's id.
    origins: BTreeMap<String, String>,
    /// When each instance was first seen to have passed its checks.
    ready: BTreeMap<String, Timestamp>,
}

impl<'r> Subject<'r> {
    /// Reads a loaded execution.
    pub(super) fn of(record: &'r Record) -> Subject<'r> {
        let mut subject = Subject {
            record,
            summary: Summary::of(record, &[]),
            moments: Moments::of(record),
            effects: effects::all(&record.entries),
            names: BTreeMap::new(),
            origins: BTreeMap::new(),
            ready: BTreeMap::new(),
        };
        subject.name();
        subject
    }

    /// When it began; one that has not, when it was created.
    pub(super) fn began(&self) -> Timestamp {
        self.moments.timeline.whole.started_at.unwrap_or(self.record.execution.created_at)
    }

    /// Why its journal does not tell what was only looked at; `None`: it does.
    pub(super) fn gone(&self) -> Option<&'static str> {
        evidence::gone(self.record)
    }

    /// The last moment of which its journal tells.
    pub(super) fn last(&self) -> Timestamp {
        self.record.entries.last().map_or(self.record.execution.created_at, |entry| entry.at)
    }

    /// How people call a server; its id where no name is known.
    pub(super) fn name_of(&self, server: &str) -> String {
        self.names.get(server).cloned().unwrap_or_else(|| server.to_owned())
    }

    /// How people call the server of an instance; the instance's id where that is not known.
    pub(super) fn name_of_instance(&self, instance: &str) -> String {
        self.origins.get(instance).map_or_else(|| instance.to_owned(), |it| self.name_of(it))
    }

    /// The source server of an instance.
    pub(super) fn origin(&self, instance: &str) -> Option<&str> {
        self.origins.get(instance).map(String::as_str)
    }

    /// When an instance was first seen to have passed its checks.
    pub(super) fn ready(&self, instance: &str) -> Option<Timestamp> {
        self.ready.get(instance).copied()
    }

    /// How often each server was launched by a wave, and as far as it is known did begin to.
    pub(super) fn launches(&self, wave: &str, server: &str) -> usize {
        let launches = self.effects.iter().filter(|effect| {
            effect.operation() == LAUNCH
                && effect.place().0 == wave
                && effect.value().is_some()
                && items(effect.arguments, "source_servers")
                    .any(|it| it["source_server_id"].as_str() == Some(server))
        });
        launches.count()
    }

    /// How an attempt ended, if it has.
    pub(super) fn end_of(&self, wave: &str, attempt: u32) -> Option<&'static str> {
        events(&self.record.entries).find_map(|(_, event)| match event {
            Event::Ended { wave: named, attempt: number, end }
                if named == wave && *number == attempt =>
            {
                Some(match end {
                    End::Completed { .. } => "completed",
                    End::Failed { .. } => "failed",
                    End::Cancelled { .. } => "cancelled",
                })
            }
            _ => None,
        })
    }

    /// Reads names, origins and readiness off what effects were given and returned.
    fn name(&mut self) {
        for effect in &self.effects {
            match effect.operation() {
                "claims.take" => {
                    for server in items(effect.arguments, "servers") {
                        if let (Some(id), Some(name)) =
                            (text(server, "server"), text(server, "name"))
                        {
                            self.names.insert(id, name);
                        }
                    }
                }
                "drs.await_jobs" => {
                    let Some(value) = effect.value() else { continue };
                    for server in
                        items(value, "jobs").flat_map(|it| items(it, "participating_servers"))
                    {
                        if let (Some(instance), Some(id)) =
                            (text(server, "recovery_instance_id"), text(server, "source_server_id"))
                        {
                            self.origins.insert(instance, id);
                        }
                    }
                }
                "ec2.await_running" if effect.arguments["status_checks"] != false => {
                    let late: Vec<String> = match effect.outcome {
                        Outcome::Ok { .. } => Vec::new(),
                        Outcome::Failed { error } => {
                            if error.details["instances"].is_null() {
                                continue;
                            }
                            items(&error.details, "instances")
                                .filter_map(|it| text(it, "instance_id"))
                                .collect()
                        }
                        Outcome::Unknown { .. } => continue,
                    };
                    for instance in
                        items(effect.arguments, "instance_ids").filter_map(|it| it.as_str())
                    {
                        if !late.iter().any(|it| it == instance) {
                            self.ready.entry(instance.to_owned()).or_insert(effect.to);
                        }
                    }
                }
                _ => {}
            }
        }
        for server in self.summary.waves.iter().flat_map(|wave| &wave.servers) {
            if let Some(name) = &server.name {
                self.names.insert(server.server.clone(), name.clone());
            }
            if let Some(instance) = &server.instance_id {
                self.origins.insert(instance.clone(), server.server.clone());
            }
        }
    }
}
