//! What is owed, a row each.

use moontide_control::error::{CommandError, Result};
use moontide_control::words::quoted;
use moontide_runtime::store::{Obligation, Store};
use serde::Serialize;

use super::carry::Looked;
use crate::context::Context;
use crate::next::CARRY_OUT;
use crate::output::style::{attention, faint, plain, said, strong};
use crate::output::{Document, Page, Span};
use crate::view::ObligationView;
use moontide_control::view::obligation::Stage;

/// All of them.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    /// Where they are.
    store: String,
    obligations: Vec<Row>,
    /// Those that cannot be read: another release wrote them, or they are damaged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<String>,
    /// Commands that make sense now.
    next: Vec<String>,
}

/// One of them.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    execution: String,
    #[serde(flatten)]
    view: ObligationView,
    /// Why it was not carried out now.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Row {
    pub(super) fn new(execution: &str, view: ObligationView) -> Row {
        Row { execution: execution.to_owned(), view, error: None }
    }

    /// One that could not be carried out.
    pub(super) fn stopped(obligation: &Obligation, error: &CommandError) -> Row {
        let view = ObligationView::new(obligation, None, false);
        let error = Some(format!("{}: {}", error.code.name, error.message));
        Row { error, ..Row::new(&obligation.execution, view) }
    }

    /// The execution that it is for.
    pub(super) fn execution(&self) -> &str {
        &self.execution
    }

    /// Why it is not done, if that is known.
    pub(super) fn why_not(&self) -> Option<&str> {
        let note = self.error.as_deref().unwrap_or(&self.view.note);
        Some(note).filter(|note| !note.is_empty())
    }

    fn is_open(&self) -> bool {
        matches!(self.view.state, Stage::Owed | Stage::Due | Stage::Taken)
    }

    fn cells(&self) -> Vec<Span<'_>> {
        let state = self.view.state;
        let word = match state {
            Stage::Due | Stage::Taken => attention(state.word()),
            Stage::Void | Stage::Elsewhere | Stage::Done | Stage::Dropped => faint(state.word()),
            Stage::Owed => plain(state.word()),
        };
        let mut cells = vec![
            strong(self.execution.as_str()),
            plain(self.view.what.word()),
            word,
            plain(self.view.when()),
        ];
        match (&self.error, state) {
            (Some(error), _) => cells.push(attention(error.as_str())),
            (None, Stage::Dropped) => cells.extend(said(&self.view.note)),
            (None, Stage::Done) => {}
            (None, _) => {
                let carried = self.view.carried_by.as_deref().unwrap_or_default();
                let note = &self.view.note;
                cells.push(plain(if note.is_empty() { carried } else { note.as_str() }));
            }
        }
        cells
    }
}

impl Listed {
    /// Looks at all of them, and at their executions.
    pub(super) async fn load(context: &Context, store: &dyn Store, all: bool) -> Result<Listed> {
        let (mut rows, mut unreadable) = (Vec::new(), Vec::new());
        for found in Obligation::all(store, None).await? {
            match found {
                Ok(obligation) if all || obligation.is_open() => {
                    rows.push(match Looked::at(store, &obligation, None).await {
                        Ok(looked) => Row::new(&obligation.execution, looked.view),
                        Err(error) => Row::stopped(&obligation, &error),
                    });
                }
                Ok(_) => {}
                Err(error) => unreadable.push(error.to_string()),
            }
        }
        // What is void is said: the operator may wonder where its drill is.
        rows.retain(|row| all || row.view.state != Stage::Elsewhere);
        Listed::of(context, rows, unreadable)
    }

    /// These.
    pub(super) fn of(
        context: &Context,
        mut obligations: Vec<Row>,
        unreadable: Vec<String>,
    ) -> Result<Listed> {
        obligations.sort_by(|one, other| {
            let key = |row: &Row| (!row.is_open(), row.view.due_at.is_none(), row.view.due_at);
            key(one).cmp(&key(other)).then_with(|| one.execution.cmp(&other.execution))
        });
        let mut next = Vec::new();
        if obligations.iter().any(|row| row.view.is_to_be_done()) {
            next.push(context.command(CARRY_OUT));
        }
        for row in obligations.iter().filter(|row| row.view.is_left) {
            next.push(context.command(&format!("status {}", quoted(&row.execution))));
        }
        for row in obligations.iter().filter(|row| row.view.state == Stage::Void) {
            let id = quoted(&row.execution);
            next.push(context.command(&format!("obligations drop {id} --reason 'never begun'")));
        }
        Ok(Listed { store: context.address()?.text(), obligations, unreadable, next })
    }
}

impl Document for Listed {
    fn write(&self, page: &mut Page) {
        if self.obligations.is_empty() {
            page.line([plain(format!("nothing is owed in {}", self.store))]);
        }
        let rows: Vec<_> = self.obligations.iter().map(Row::cells).collect();
        page.table(&rows);
        for error in &self.unreadable {
            page.line([attention("cannot be read"), plain(": "), plain(error.as_str())]);
        }
        for (at, command) in self.next.iter().enumerate() {
            page.line([faint(if at == 0 { "next: " } else { "      " }), plain(command.as_str())]);
        }
    }
}
