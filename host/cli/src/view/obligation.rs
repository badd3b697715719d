//! What is owed for an execution, in a line.

use moontide_control::view::ObligationView;
use moontide_control::view::obligation::Stage;

use crate::output::Page;
use crate::output::style::{attention, faint, plain, said};

/// A line of the execution's own view; what is to come at a certain time is a hint there.
pub(crate) fn write(view: &ObligationView, page: &mut Page) {
    if view.state == Stage::Owed && view.due_at.is_some() {
        return;
    }
    let what = format!("{} {} ", view.what.word(), view.state.word());
    let is_late = matches!(view.state, Stage::Due | Stage::Taken);
    let mut line = vec![if is_late { attention(what) } else { plain(what) }];
    line.push(plain(view.when()));
    match view.state {
        Stage::Taken => {
            let carried = view.carried_by.as_deref().unwrap_or_default();
            line.push(plain(match view.note.as_str() {
                "" => format!(", in {carried}"),
                note => format!(": {note}"),
            }));
        }
        Stage::Dropped => line.extend(said(&view.note)),
        Stage::Owed => line.push(faint(format!(", asked for by {}", view.by))),
        _ => {}
    }
    page.line(line);
}
