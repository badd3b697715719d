//! What there is to adopt, in lines.

use moontide_control::adopt::listing::{Found, Known, Listing};
use moontide_control::adopt::traces::Left;
use moontide_control::words;
use moontide_control::words::mode;
use serde_json::Value;

use crate::context::Context;
use crate::output::style::{attention, faint, plain, strong};
use crate::output::{Page, Span};
use crate::view::worded::{self, Steps};

impl Steps for Listing {
    fn word(&self, context: &Context, json: &mut Value) {
        worded::put(json, "next", worded::commands(context, &self.next));
    }

    fn write(&self, context: &Context, page: &mut Page) {
        let place = self.regions.join(", ");
        if self.executions.is_empty() {
            page.line([plain(format!("no launch in {place} bears the tag of an execution"))]);
        }
        let rows: Vec<_> = self.executions.iter().map(row).collect();
        page.table(&rows);
        if !self.left.is_empty() {
            page.line([attention("cannot be adopted"), plain(":")]);
        }
        let left = |left: &Left| {
            vec![strong(left.id.clone()), faint(left.region.clone()), plain(left.reason.clone())]
        };
        let rows: Vec<_> = self.left.iter().map(left).collect();
        page.indented(|page| page.table(&rows));
        for found in &self.executions {
            write_unknown(found, page);
        }
        page.line([faint(format!("looked in {place}; in other Regions there may be more"))]);
        worded::write_next(context, &self.next, page);
    }
}

fn span(known: Known, unknown: usize) -> Span<'static> {
    let verb = if unknown == 1 { "is" } else { "are" };
    match known {
        Known::Has | Known::HasAdopted if unknown > 0 => {
            attention(format!("in the store, {} {verb} not", words::count(unknown, "job")))
        }
        Known::Has | Known::HasAdopted => faint("in the store"),
        Known::Lacks => attention("not in the store"),
        Known::HasNamesake => attention("not in the store, which has another one of this id"),
        Known::Unread => attention("the store cannot be read"),
    }
}

/// Which jobs bear its tag, although the journal of its own does not know them.
fn write_unknown(found: &Found, page: &mut Page) {
    if found.store == Known::Has && !found.unknown_jobs.is_empty() {
        let jobs = found.unknown_jobs.join(", ");
        let text =
            format!("{}: its journal does not know {jobs}: look there in DRS", found.execution);
        page.line([faint("hint: "), plain(text)]);
    }
}

fn row(found: &Found) -> Vec<Span<'_>> {
    let launched = found.first_launch_at.map(words::time).unwrap_or_default();
    let waves: Vec<&str> = found.waves.iter().map(String::as_str).collect();
    vec![
        strong(found.execution.as_str()),
        faint(found.nonce.as_str()),
        plain(mode(found.mode)),
        faint(launched),
        plain(words::count(found.jobs, "job")),
        plain(words::count(found.servers, "server")),
        plain(format!("{} there", words::count(found.instances.len(), "instance"))),
        span(found.store, found.unknown_jobs.len()),
        plain(format!("| {}", waves.join(", "))),
    ]
}
