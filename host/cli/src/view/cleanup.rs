//! What a cleanup did: what it terminated, and what it left and why.

use moontide_control::words;
use moontide_runtime::scheduler::ExecutionStatus;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Record, Summary, adopted};
use crate::commands::cleanup::begun;
use crate::commands::cleanup::launched::Launched;
use crate::context::Context;
use crate::output::style::{self, faint, plain, strong};
use crate::output::{Document, Page, Span};

/// The result of a cleanup.
#[derive(Serialize)]
pub(crate) struct Cleaned {
    execution: String,
    /// The execution that cleaned up; of several the last, or the first that did not complete. `None`: there was
    /// nothing to do.
    cleanup: Option<String>,
    status: ExecutionStatus,
    /// Where it was looked for instances.
    regions: Vec<String>,
    terminated: Vec<Touched>,
    left: Vec<Touched>,
    /// How far the cleanups came that did not complete.
    #[serde(skip)]
    summaries: Vec<Summary>,
    /// What there is to know of what was not looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hints: Vec<String>,
}

/// An instance, as the cleanup's wave returns it.
#[derive(Serialize, Deserialize)]
struct Touched {
    /// `None`: nobody knows whether there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instance_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Cleaned {
    /// Reads what the waves of cleanups returned, or knew when they failed: `{ terminated = { … }, left =
    /// { … } }`. Where one followed another in a Region, the last one knows what is left there.
    pub(crate) fn of(records: &[Record], drill: &Record, context: &Context) -> Cleaned {
        let terminated: Vec<Touched> =
            records.iter().flat_map(|record| all(record, "terminated")).collect();
        let is_ours = |left: &Touched| {
            left.instance_id.is_some()
                && terminated.iter().any(|it| it.instance_id == left.instance_id)
        };
        let place = |record: &Record| begun::place(&record.execution).to_owned();
        let is_last =
            |at: usize| !records[at + 1..].iter().any(|it| place(it) == place(&records[at]));
        let lasts: Vec<&Record> =
            (0..records.len()).filter(|at| is_last(*at)).map(|at| &records[at]).collect();
        let left = lasts.iter().flat_map(|record| all(record, "left"));
        let left = left.filter(|left| !is_ours(left)).collect();
        let undone = || lasts.iter().filter(|it| it.status() != ExecutionStatus::Completed);
        let told = undone().next().or(lasts.last());
        Cleaned {
            execution: drill.execution.id.clone(),
            cleanup: told.map(|record| record.execution.id.clone()),
            status: told.map_or(ExecutionStatus::Completed, |record| record.status()),
            regions: lasts.iter().map(|record| place(record)).collect(),
            terminated,
            left,
            summaries: undone().map(|record| Summary::of(record, context)).collect(),
            hints: hints(&lasts, drill, context),
        }
    }
}

/// What was not looked at: Regions for which it was stopped too early, and those of which what was adopted tells
/// nothing.
fn hints(lasts: &[&Record], drill: &Record, context: &Context) -> Vec<String> {
    let home = begun::place(&drill.execution);
    let is_reached =
        |region: &str| lasts.iter().any(|record| begun::place(&record.execution) == region);
    let launched = Launched::by_region(&drill.entries, home);
    let unreached: Vec<&str> =
        launched.iter().map(Launched::region).filter(|region| !is_reached(region)).collect();
    let unreached = (!unreached.is_empty()).then(|| {
        let again = context.command(&format!("cleanup {}", drill.execution.id));
        format!("not looked at yet: {}; `{again}` goes on there", unreached.join(", "))
    });
    unreached.into_iter().chain(adopted::elsewhere(drill, context)).collect()
}

/// A list of what its waves returned, or knew.
fn all(record: &Record, field: &str) -> impl Iterator<Item = Touched> {
    let known = record.state.waves.iter().map(|wave| match &wave.failure {
        Some(failure) => &failure.details,
        None => &wave.result,
    });
    known.filter_map(move |known| known[field].as_array()).flatten().filter_map(read)
}

fn read(value: &Value) -> Option<Touched> {
    serde_json::from_value(value.clone()).ok()
}

impl Touched {
    fn row(&self) -> Vec<Span<'_>> {
        vec![
            strong(self.instance_id.as_deref().unwrap_or("?")),
            faint(self.server.as_deref().unwrap_or_default()),
            plain(self.reason.as_deref().unwrap_or_default()),
        ]
    }
}

impl Document for Cleaned {
    fn write(&self, page: &mut Page) {
        for summary in &self.summaries {
            summary.write(page);
        }
        page.line([
            strong(self.execution.as_str()),
            plain("  cleanup "),
            style::execution_status(self.status),
            faint(format!("  {}", self.cleanup.as_deref().unwrap_or_default())),
        ]);
        // Where it is only known in part where instances may be, that stands beside their number.
        let place = match &*self.hints {
            [] => String::new(),
            _ => format!(" in {}", self.regions.join(", ")),
        };
        for (word, instances) in [("terminated", &self.terminated), ("left", &self.left)] {
            let count = words::count(instances.len(), "instance");
            page.line([plain(format!("{word} {count}{place}"))]);
            let rows: Vec<_> = instances.iter().map(Touched::row).collect();
            page.indented(|page| page.table(&rows));
        }
        for hint in &self.hints {
            page.line([faint("hint: "), plain(hint.as_str())]);
        }
    }
}
