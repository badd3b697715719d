//! What is owed, a row each.

use moontide_runtime::store::{Obligation, Store};
use schemars::JsonSchema;
use serde::Serialize;

use super::looked::Looked;
use crate::error::{CommandError, Hint, Result};
use crate::next::Next;
use crate::view::ObligationView;
use crate::view::obligation::Stage;

/// All of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct List {
    /// Where they are.
    pub store: String,
    /// What is to be done first stands first.
    pub obligations: Vec<Row>,
    /// Those that cannot be read: another release wrote them, or they are damaged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
    /// The steps that make sense now.
    pub next: Vec<Next>,
}

/// One of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Row {
    /// The execution that it is for.
    pub execution: String,
    /// How it stands.
    #[serde(flatten)]
    pub view: ObligationView,
    /// Why it was not carried out although it is due, where a step belongs to that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub why: Option<Hint>,
    /// The error that kept it from being carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Row {
    pub(super) fn new(execution: &str, view: ObligationView) -> Row {
        Row { execution: execution.to_owned(), view, why: None, error: None }
    }

    /// One that could not be carried out.
    pub(super) fn stopped(obligation: &Obligation, error: &CommandError) -> Row {
        let view = ObligationView::new(obligation, None, false);
        let error = Some(format!("{}: {}", error.code.name, error.message));
        Row { error, ..Row::new(&obligation.execution, view) }
    }

    /// Why it is not done, if that is known.
    pub fn why_not(&self) -> Option<Hint> {
        let note = Some(&self.view.note).filter(|note| !note.is_empty());
        let error = self.error.as_ref().map(|error| Hint::from(error.as_str()));
        error.or_else(|| self.why.clone()).or_else(|| note.map(|note| Hint::from(note.as_str())))
    }

    fn is_open(&self) -> bool {
        matches!(self.view.state, Stage::Owed | Stage::Due | Stage::Taken)
    }
}

impl List {
    /// Looks at all of them in the store at this address, and at their executions; also at those that are over, if
    /// `all` are wanted.
    pub async fn load(store: &dyn Store, address: String, all: bool) -> Result<List> {
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
        Ok(List::of(address, rows, unreadable))
    }

    /// These.
    pub(super) fn of(store: String, mut obligations: Vec<Row>, unreadable: Vec<String>) -> List {
        obligations.sort_by(|one, other| {
            let key = |row: &Row| (!row.is_open(), row.view.due_at.is_none(), row.view.due_at);
            key(one).cmp(&key(other)).then_with(|| one.execution.cmp(&other.execution))
        });
        let mut next = Vec::new();
        if obligations.iter().any(|row| row.view.is_to_be_done()) {
            next.push(Next::CarryOut);
        }
        let left = obligations.iter().filter(|row| row.view.is_left);
        next.extend(left.map(|row| Next::status(&row.execution)));
        let void = obligations.iter().filter(|row| row.view.state == Stage::Void);
        next.extend(void.map(|row| Next::DropObligation {
            execution: row.execution.clone(),
            reason: "never begun".to_owned(),
        }));
        List { store, obligations, unreadable, next }
    }
}
