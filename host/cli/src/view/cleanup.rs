//! What a cleanup did: what it terminated, and what it left and why.

use moontide_runtime::scheduler::ExecutionStatus;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Record, Summary};
use crate::context::Context;
use crate::output::style::{self, faint, plain, strong};
use crate::output::{Document, Page, Span, words};

/// The result of a cleanup.
#[derive(Serialize)]
pub(crate) struct Cleaned {
    execution: String,
    /// The execution that cleaned up; `None`: there was nothing to do.
    cleanup: Option<String>,
    status: ExecutionStatus,
    terminated: Vec<Touched>,
    left: Vec<Touched>,
    /// How far the cleanup came, if it is not over.
    #[serde(skip)]
    summary: Option<Summary>,
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
    /// { … } }`. Where one followed another, the last one knows what is left.
    pub(crate) fn of(records: &[Record], execution: &str, context: &Context) -> Cleaned {
        let terminated: Vec<Touched> =
            records.iter().flat_map(|record| all(record, "terminated")).collect();
        let mut cleaned = Cleaned { terminated, ..Cleaned::nothing(execution) };
        let Some(last) = records.last() else { return cleaned };
        let is_ours = |left: &Touched| {
            left.instance_id.is_some()
                && cleaned.terminated.iter().any(|it| it.instance_id == left.instance_id)
        };
        cleaned.left = all(last, "left").filter(|left| !is_ours(left)).collect();
        cleaned.cleanup = Some(last.execution.id.clone());
        cleaned.status = last.status();
        cleaned.summary =
            (last.status() != ExecutionStatus::Completed).then(|| Summary::of(last, context));
        cleaned
    }

    /// Of a drill that has launched nothing.
    pub(crate) fn nothing(execution: &str) -> Cleaned {
        Cleaned {
            execution: execution.to_owned(),
            cleanup: None,
            status: ExecutionStatus::Completed,
            terminated: Vec::new(),
            left: Vec::new(),
            summary: None,
        }
    }
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
        if let Some(summary) = &self.summary {
            summary.write(page);
        }
        page.line([
            strong(self.execution.as_str()),
            plain("  cleanup "),
            style::execution_status(self.status),
            faint(format!("  {}", self.cleanup.as_deref().unwrap_or_default())),
        ]);
        for (word, instances) in [("terminated", &self.terminated), ("left", &self.left)] {
            page.line([plain(format!("{word} {}", words::count(instances.len(), "instance")))]);
            let rows: Vec<_> = instances.iter().map(Touched::row).collect();
            page.indented(|page| page.table(&rows));
        }
    }
}
