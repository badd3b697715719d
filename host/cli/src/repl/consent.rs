//! What the operator is asked before a line changes anything.

use moontide_control::session::Proposal;

use super::shown;
use crate::output::Page;
use crate::output::style::{attention, faint, plain, strong};

/// So many things are named.
const NAMED: usize = 12;

/// Says what would be done, and to what.
pub(super) fn page(proposal: &Proposal) -> Page {
    let mut page = Page::default();
    let place = [&proposal.account, &proposal.region];
    let place: Vec<&str> = place.into_iter().flatten().map(String::as_str).collect();
    let how = if proposal.is_again {
        "it was about to be sent before, and nothing says that it happened: "
    } else {
        "this changes something: "
    };
    let mut line = vec![attention(how), strong(proposal.operation.clone())];
    line.extend((!place.is_empty()).then(|| plain(format!(" in {}", place.join(", ")))));
    page.line(line);
    page.indented(|page| {
        for (verb, id) in proposal.touches.iter().take(NAMED) {
            page.line([plain(format!("{verb} {id}"))]);
        }
        let more = proposal.touches.len().saturating_sub(NAMED);
        if more > 0 {
            page.line([plain(format!("and {more} more"))]);
        }
        for line in shown::json(&proposal.arguments).lines() {
            page.line([faint(line.to_owned())]);
        }
    });
    page
}
