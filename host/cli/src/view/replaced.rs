//! Servers of an execution that others have launched since, in lines.

use moontide_control::view::Replaced;
use moontide_control::view::replaced::Server;
use serde_json::Value;

use super::worded::{self, Steps};
use crate::context::Context;
use crate::output::style::{attention, faint, plain, strong};
use crate::output::{Page, Span};

impl Steps for Replaced {
    fn word(&self, context: &Context, json: &mut Value) {
        worded::put(json, "hints", worded::sentences(context, &self.hints));
    }

    /// A heading, a line for each server, and what to type.
    fn write(&self, context: &Context, page: &mut Page) {
        write_servers(self, page);
        worded::write_hints(context, &self.hints, page);
    }
}

/// The same without what to type.
pub(crate) fn write_servers(replaced: &Replaced, page: &mut Page) {
    if !replaced.servers.is_empty() {
        page.line([
            attention("replaced"),
            plain(
                ": others have launched these since, and DRS deletes the instance that was there:",
            ),
        ]);
        let rows: Vec<_> = replaced.servers.iter().map(row).collect();
        page.indented(|page| page.table(&rows));
    }
    for unseen in &replaced.unseen {
        page.line([faint("not looked at: "), plain(unseen.as_str())]);
    }
}

/// Names and tags are others' words, so it stands behind the mark.
fn row(server: &Server) -> Vec<Span<'_>> {
    vec![
        faint("|"),
        strong(server.name.as_deref().unwrap_or(&server.id)),
        faint(server.id.as_str()),
        plain(server.instance_id.as_deref().unwrap_or("-")),
        plain(format!("of wave {}: {}", server.wave, server.by.clause())),
    ]
}

#[cfg(test)]
mod tests;
