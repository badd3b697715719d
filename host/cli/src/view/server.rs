//! The verdict on a server, as a row.

use moontide_control::view::ServerView;

use crate::output::Span;
use crate::output::style::{attention, faint, plain, strong, verdict};

/// A row of a table: name, id, verdict, instance, remarks. It is what the wave's program says, so it
/// stands behind the mark.
pub(crate) fn row(server: &ServerView) -> Vec<Span<'_>> {
    let mut remarks = Vec::new();
    remarks.extend(server.optional.then_some("optional"));
    remarks.extend(server.reason.as_deref());
    vec![
        faint("|"),
        strong(server.label()),
        faint(server.server.as_str()),
        verdict(server.verdict.as_str()),
        plain(server.instance_id.as_deref().unwrap_or("-")),
        plain(remarks.join(": ")),
        attention(server.cautions()),
    ]
}
