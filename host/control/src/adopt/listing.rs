//! What there is to adopt: the executions that tags name, and what each has launched.

use std::collections::BTreeSet;

use jiff::Timestamp;
use moontide_runtime::plan::Mode;
use moontide_runtime::store::{Store, StoreError};
use schemars::JsonSchema;
use serde::Serialize;

use super::traces::{Launch, Left, Traces, Whose};
use super::unknown;
use crate::contract::engine;
use crate::next::Next;

/// Everything that was found.
#[derive(Serialize, JsonSchema)]
pub struct Listing {
    /// The AWS account.
    pub account: Option<String>,
    /// Where it was looked.
    pub regions: Vec<String>,
    /// The executions.
    pub executions: Vec<Found>,
    /// What bears a tag, or was launched by a drill, and cannot be adopted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
    /// The steps that make sense now.
    pub next: Vec<Next>,
}

/// An execution that tags name.
#[derive(Serialize, JsonSchema)]
pub struct Found {
    /// Its id.
    pub execution: String,
    /// What tells it from others of its id.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub nonce: String,
    /// Drill or recovery.
    #[schemars(with = "engine::Mode")]
    pub mode: Mode,
    /// Where it launched.
    pub regions: BTreeSet<String>,
    /// The waves that launched; one of which no tag says the name is left out.
    pub waves: BTreeSet<String>,
    /// How many jobs it has started.
    pub jobs: usize,
    /// How many servers it has launched.
    pub servers: usize,
    /// Its instances that are there.
    pub instances: Vec<String>,
    /// When it launched first, as far as DRS knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_launch_at: Option<Timestamp>,
    /// When it launched last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_launch_at: Option<Timestamp>,
    /// Whether the store has it.
    pub store: Known,
    /// The jobs that the store's journal of it does not know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_jobs: Vec<String>,
}

/// Whether the store has it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// It goes on from there.
    Has,
    /// It was adopted.
    HasAdopted,
    /// It can be adopted.
    Lacks,
    /// Another one goes by its id.
    HasNamesake,
    /// There is no store, or it cannot be read.
    Unread,
}

impl Listing {
    /// What there is, beside what the store, if there is one, knows of it.
    pub async fn of(
        store: Option<&dyn Store>,
        traces: &Traces,
        regions: Vec<String>,
        account: Option<String>,
    ) -> Listing {
        let (mut executions, mut next) = (Vec::new(), Vec::new());
        let all = traces.executions();
        for (whose, launches) in &all {
            let (known, unknown_jobs) = Known::look(store, whose, launches).await;
            let is_alone = all.keys().filter(|it| it.id == whose.id).count() == 1;
            let is_in_part = known == Known::HasAdopted && !unknown_jobs.is_empty();
            if matches!(known, Known::Lacks | Known::Unread) || is_in_part {
                let name = if is_alone { whose.id.clone() } else { whose.exactly() };
                let regions = regions.clone();
                next.push(Next::Adopt { execution: name, regions, elsewhere: false });
            }
            executions.push(Found { unknown_jobs, ..Found::of(whose, launches, traces, known) });
        }
        Listing { account, regions, executions, left: traces.left.clone(), next }
    }
}

impl Known {
    /// Whether a store has it, and which of its jobs the journal there does not know.
    async fn look(
        store: Option<&dyn Store>,
        whose: &Whose,
        launches: &[&Launch],
    ) -> (Known, Vec<String>) {
        let known = |known| (known, Vec::new());
        let Some(store) = store else { return known(Known::Unread) };
        let execution = match store.execution(&whose.id).await {
            Ok(execution) if execution.nonce == whose.nonce => execution,
            Ok(_) => return known(Known::HasNamesake),
            Err(StoreError::NotFound(_)) => return known(Known::Lacks),
            Err(_) => return known(Known::Unread),
        };
        let Ok(entries) = store.journal(&whose.id, 1).await else { return known(Known::Unread) };
        let unknown = unknown::to(&execution, &entries, launches);
        let jobs = unknown.into_iter().map(|launch| launch.job_id.clone()).collect();
        (if execution.is_adopted() { Known::HasAdopted } else { Known::Has }, jobs)
    }
}

impl Found {
    fn of(whose: &Whose, launches: &[&Launch], traces: &Traces, store: Known) -> Found {
        let servers = || launches.iter().flat_map(|launch| &launch.servers);
        let is_there = |id: &&String| traces.there.contains(*id);
        let instances: BTreeSet<&String> =
            servers().filter_map(|it| it.instance.as_ref()).filter(is_there).collect();
        let is_drill = launches.iter().all(|launch| launch.is_drill);
        Found {
            execution: whose.id.clone(),
            nonce: whose.nonce.clone(),
            mode: if is_drill { Mode::Drill } else { Mode::Recovery },
            regions: launches.iter().map(|launch| launch.region.clone()).collect(),
            waves: launches.iter().filter_map(|launch| launch.wave.clone()).collect(),
            jobs: launches.len(),
            servers: servers().map(|it| &it.id).collect::<BTreeSet<_>>().len(),
            instances: instances.into_iter().cloned().collect(),
            first_launch_at: launches.iter().filter_map(|launch| launch.at).min(),
            last_launch_at: launches.iter().filter_map(|launch| launch.at).max(),
            store,
            unknown_jobs: Vec::new(),
        }
    }
}
