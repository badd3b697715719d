//! A new runbook, and what to type next.

use moontide_control::words::quoted;
use schemars::JsonSchema;
use serde::Serialize;

use crate::output::style::{good, plain, strong};
use crate::output::{Document, Page};

/// Where it is.
#[derive(Serialize, JsonSchema)]
pub(crate) struct FreshView {
    /// Its folder.
    pub(crate) folder: String,
}

impl Document for FreshView {
    fn write(&self, page: &mut Page) {
        page.line([good("written"), plain("  "), strong(self.folder.as_str())]);
        for command in ["check", "rehearse", "test"] {
            page.line([plain(format!("next: moontide {command} {}", quoted(&self.folder)))]);
        }
    }
}
