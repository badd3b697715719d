//! What does not move with an execution, in lines.

use moontide_control::moves::stays::Stays;
use serde_json::Value;

use crate::context::Context;
use crate::next;
use crate::output::Page;
use crate::output::style::{attention, faint, plain, strong};

/// Writes commands in the place of steps.
pub(super) fn word(context: &Context, all: &[Stays], json: &mut Value) {
    for (at, stays) in all.iter().enumerate() {
        if let Some(step) = &stays.next {
            json["stays"][at]["next"] = next::command(context, step).into();
        }
    }
}

/// The same for people.
pub(super) fn write(context: &Context, all: &[Stays], page: &mut Page) {
    for stays in all {
        let what = format!(" | {}", stays.what);
        page.line([attention("stays: "), strong(stays.execution.as_str()), plain(what)]);
        if let Some(step) = &stays.next {
            page.line([faint("next: "), plain(next::command(context, step))]);
        }
    }
}
