//! What is owed, a row each.

use moontide_control::obligations::list::{List, Row};
use moontide_control::view::obligation::Stage;
use serde_json::Value;

use crate::context::Context;
use crate::next;
use crate::output::style::{attention, faint, plain, said, strong};
use crate::output::{Page, Span};
use crate::view::worded::{self, Steps};

impl Steps for List {
    fn word(&self, context: &Context, json: &mut Value) {
        for (at, row) in self.obligations.iter().enumerate() {
            let Some(why) = &row.why else { continue };
            if let Some(fields) = json["obligations"][at].as_object_mut() {
                fields.remove("why");
                let why = why.text(|step| next::command(context, step));
                fields.insert("note".to_owned(), why.into());
            }
        }
        worded::put(json, "next", worded::commands(context, &self.next));
    }

    fn write(&self, context: &Context, page: &mut Page) {
        if self.obligations.is_empty() {
            page.line([plain(format!("nothing is owed in {}", self.store))]);
        }
        let rows: Vec<_> = self.obligations.iter().map(|row| cells(context, row)).collect();
        page.table(&rows);
        for error in &self.unreadable {
            page.line([attention("cannot be read"), plain(": "), plain(error.as_str())]);
        }
        worded::write_next(context, &self.next, page);
    }
}

fn cells<'r>(context: &Context, row: &'r Row) -> Vec<Span<'r>> {
    let (view, state) = (&row.view, row.view.state);
    let word = match state {
        Stage::Due | Stage::Taken => attention(state.word()),
        Stage::Void | Stage::Elsewhere | Stage::Done | Stage::Dropped => faint(state.word()),
        Stage::Owed => plain(state.word()),
    };
    let mut cells =
        vec![strong(row.execution.as_str()), plain(view.what.word()), word, plain(view.when())];
    match (&row.error, &row.why, state) {
        (Some(error), ..) => cells.push(attention(error.as_str())),
        (None, Some(why), _) => cells.push(plain(why.text(|step| next::command(context, step)))),
        (None, None, Stage::Dropped) => cells.extend(said(&view.note)),
        (None, None, Stage::Done) => {}
        (None, None, _) => {
            let carried = view.carried_by.as_deref().unwrap_or_default();
            let note = view.note.as_str();
            cells.push(plain(if note.is_empty() { carried } else { note }));
        }
    }
    cells
}
