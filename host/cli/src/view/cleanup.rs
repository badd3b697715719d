//! What a cleanup did, in lines.

use moontide_control::view::cleanup::{Cleaned, Touched};
use moontide_control::words;
use serde_json::Value;

use super::worded::{self, Steps};
use crate::context::Context;
use crate::output::style::{self, faint, plain, strong};
use crate::output::{Page, Span};

impl Steps for Cleaned {
    fn word(&self, context: &Context, json: &mut Value) {
        worded::put(json, "hints", worded::sentences(context, &self.hints));
    }

    fn write(&self, context: &Context, page: &mut Page) {
        for summary in &self.summaries {
            summary.write(context, page);
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
            let rows: Vec<_> = instances.iter().map(row).collect();
            page.indented(|page| page.table(&rows));
        }
        worded::write_hints(context, &self.hints, page);
    }
}

fn row(touched: &Touched) -> Vec<Span<'_>> {
    vec![
        strong(touched.instance_id.as_deref().unwrap_or("?")),
        faint(touched.server.as_deref().unwrap_or_default()),
        plain(touched.reason.as_deref().unwrap_or_default()),
    ]
}
