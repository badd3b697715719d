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
    instance_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Cleaned {
    /// Reads what the waves of a cleanup returned: `{ terminated = { … }, left = { … } }`.
    pub(crate) fn of(record: &Record, execution: &str, context: &Context) -> Cleaned {
        let all = |field: &str| {
            let results = record.state.waves.iter().map(|wave| &wave.result[field]);
            results.filter_map(Value::as_array).flatten().filter_map(read).collect()
        };
        Cleaned {
            execution: execution.to_owned(),
            cleanup: Some(record.execution.id.clone()),
            status: record.status(),
            terminated: all("terminated"),
            left: all("left"),
            summary: (record.status() != ExecutionStatus::Completed)
                .then(|| Summary::of(record, context)),
        }
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

fn read(value: &Value) -> Option<Touched> {
    serde_json::from_value(value.clone()).ok()
}

impl Touched {
    fn row(&self) -> Vec<Span<'_>> {
        vec![
            strong(self.instance_id.as_str()),
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
