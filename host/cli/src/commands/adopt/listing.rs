//! What there is to adopt: the executions that tags name, and what each has launched.

use std::collections::BTreeSet;

use jiff::Timestamp;
use moontide_control::error::Result;
use moontide_control::words;
use moontide_control::words::quoted;
use moontide_runtime::plan::Mode;
use moontide_runtime::store::{Store, StoreError};
use serde::Serialize;

use super::traces::{Launch, Left, Traces, Whose};
use super::unknown;
use crate::context::Context;
use crate::output::style::{attention, faint, plain, strong};
use crate::output::{Document, Page, Span};
use moontide_control::words::mode;

/// Everything that was found.
#[derive(Serialize)]
pub(super) struct Listing {
    account: Option<String>,
    regions: Vec<String>,
    executions: Vec<Found>,
    /// What bears a tag, or was launched by a drill, and cannot be adopted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left: Vec<Left>,
    /// Commands that make sense now.
    next: Vec<String>,
}

/// An execution that tags name.
#[derive(Serialize)]
struct Found {
    execution: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    nonce: String,
    mode: Mode,
    regions: BTreeSet<String>,
    /// The waves that launched; one of which no tag says the name is left out.
    waves: BTreeSet<String>,
    jobs: usize,
    servers: usize,
    /// Its instances that are there.
    instances: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_launch_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_launch_at: Option<Timestamp>,
    store: Known,
    /// The jobs that the store's journal of it does not know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown_jobs: Vec<String>,
}

/// Whether the store has it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Known {
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
    pub(super) async fn of(
        context: &Context,
        traces: &Traces,
        regions: Vec<String>,
        account: Option<String>,
    ) -> Result<Listing> {
        let store = context.address()?.open_existing().ok();
        let (mut executions, mut next) = (Vec::new(), Vec::new());
        let all = traces.executions();
        for (whose, launches) in &all {
            let (known, unknown_jobs) = Known::look(store.as_deref(), whose, launches).await;
            let is_alone = all.keys().filter(|it| it.id == whose.id).count() == 1;
            let is_in_part = known == Known::HasAdopted && !unknown_jobs.is_empty();
            if matches!(known, Known::Lacks | Known::Unread) || is_in_part {
                let name = if is_alone { whose.id.clone() } else { whose.exactly() };
                let more: Vec<String> =
                    regions.iter().map(|it| format!(" --region {}", quoted(it))).collect();
                next.push(context.command(&format!("adopt {}{}", quoted(&name), more.concat())));
            }
            executions.push(Found { unknown_jobs, ..Found::of(whose, launches, traces, known) });
        }
        Ok(Listing { account, regions, executions, left: traces.left.clone(), next })
    }
}

impl Whose {
    /// Its id, and what tells it from others of that id.
    pub(super) fn exactly(&self) -> String {
        format!("{}@{}", self.id, self.nonce)
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

    fn span(self, unknown: usize) -> Span<'static> {
        let verb = if unknown == 1 { "is" } else { "are" };
        match self {
            Known::Has | Known::HasAdopted if unknown > 0 => {
                attention(format!("in the store, {} {verb} not", words::count(unknown, "job")))
            }
            Known::Has | Known::HasAdopted => faint("in the store"),
            Known::Lacks => attention("not in the store"),
            Known::HasNamesake => attention("not in the store, which has another one of this id"),
            Known::Unread => attention("the store cannot be read"),
        }
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

    /// Which jobs bear its tag, although the journal of its own does not know them.
    fn write_unknown(&self, page: &mut Page) {
        if self.store == Known::Has && !self.unknown_jobs.is_empty() {
            let jobs = self.unknown_jobs.join(", ");
            let text =
                format!("{}: its journal does not know {jobs}: look there in DRS", self.execution);
            page.line([faint("hint: "), plain(text)]);
        }
    }

    fn row(&self) -> Vec<Span<'_>> {
        let launched = self.first_launch_at.map(words::time).unwrap_or_default();
        let waves: Vec<&str> = self.waves.iter().map(String::as_str).collect();
        vec![
            strong(self.execution.as_str()),
            faint(self.nonce.as_str()),
            plain(mode(self.mode)),
            faint(launched),
            plain(words::count(self.jobs, "job")),
            plain(words::count(self.servers, "server")),
            plain(format!("{} there", words::count(self.instances.len(), "instance"))),
            self.store.span(self.unknown_jobs.len()),
            plain(format!("| {}", waves.join(", "))),
        ]
    }
}

impl Document for Listing {
    fn write(&self, page: &mut Page) {
        let place = self.regions.join(", ");
        if self.executions.is_empty() {
            page.line([plain(format!("no launch in {place} bears the tag of an execution"))]);
        }
        let rows: Vec<_> = self.executions.iter().map(Found::row).collect();
        page.table(&rows);
        if !self.left.is_empty() {
            page.line([attention("cannot be adopted"), plain(":")]);
        }
        let row = |left: &Left| {
            vec![strong(left.id.clone()), faint(left.region.clone()), plain(left.reason.clone())]
        };
        let rows: Vec<_> = self.left.iter().map(row).collect();
        page.indented(|page| page.table(&rows));
        for found in &self.executions {
            found.write_unknown(page);
        }
        page.line([faint(format!("looked in {place}; in other Regions there may be more"))]);
        for (at, command) in self.next.iter().enumerate() {
            page.line([faint(if at == 0 { "next: " } else { "      " }), plain(command.as_str())]);
        }
    }
}
