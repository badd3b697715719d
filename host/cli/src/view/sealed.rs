//! What is said of an execution that has come to its end in this store: it was pruned, or goes on elsewhere.

use moontide_control::error::{CommandError, code};
use moontide_control::words::quoted;
use moontide_runtime::store::{Moved, Seal};

use super::Record;
use crate::context::Context;

/// What has become of it in this store.
pub(super) fn hint(record: &Record) -> Option<String> {
    record.seal.as_ref().map(|seal| format!("it {seal}"))
}

/// What to type where it goes on, if that is a store.
pub(super) fn next(record: &Record, context: &Context) -> Option<String> {
    match &record.seal {
        Some(Seal::Moved(moved)) => {
            there(moved, context, &format!("status {}", record.execution.id))
        }
        _ => None,
    }
}

/// The command in the store to which an execution has moved.
fn there(moved: &Moved, context: &Context, rest: &str) -> Option<String> {
    moved.store.as_ref()?;
    Some(Context { store: Some(moved.to.clone()), ..context.clone() }.command(rest))
}

/// Refuses a command about an execution that goes on nowhere in this store, before anything else is said of it.
pub(crate) fn check(record: &Record, context: &Context, rest: &str) -> Result<(), CommandError> {
    let Some(seal) = &record.seal else { return Ok(()) };
    let id = &record.execution.id;
    let error = CommandError::new(code::SEALED, format!("the execution `{id}` {seal}"));
    Err(match seal {
        Seal::Pruned(_) => {
            let show = context.command(&format!("show {id}"));
            error.hint(format!("`{show}` shows its evidence; it cannot go on"))
        }
        Seal::Moved(moved) => {
            let place = quoted(&moved.to);
            let error = error.hint(match there(moved, context, rest) {
                Some(command) => format!("it goes on there: `{command}`"),
                None => format!("`moontide store import {place}` takes it in where it is to go on"),
            });
            let back = context.command(&format!("store take-back {id} --from {place}"));
            error.hint(format!("if it never arrived, and never will: `{back}`"))
        }
    })
}

#[cfg(test)]
mod tests {
    use moontide_runtime::journal::Format;
    use moontide_runtime::store::MemoryStore;

    use super::super::Summary;
    use super::super::staged::{context, execution, failed, keep, second, started};
    use super::*;

    async fn sealed(store: Option<&str>, to: &str) -> Record {
        let memory = MemoryStore::new();
        let bodies = vec![started(), failed("db", "NoRoom", &serde_json::json!({}))];
        keep(&memory, &execution("first", 0, &["db"]), bodies).await;
        let (at, by, to) = (second(100), "ann".to_owned(), to.to_owned());
        let store = store.map(str::to_owned);
        let moved = Moved { at, by, to, store, format: Format(8) };
        let mut record = Record::load(&memory, "first").await.unwrap();
        record.seal = Some(Seal::Moved(moved));
        record
    }

    #[tokio::test]
    async fn a_moved_execution_refuses_everything_with_the_command_to_type_there() {
        let record = sealed(Some("id"), "sqlite:/srv/a b.db").await;
        let error = check(&record, &context(), "retry first db").unwrap_err();
        assert_eq!(error.code, code::SEALED);
        assert!(
            error.message.starts_with("the execution `first` was moved to sqlite:/srv/a b.db at ")
        );
        assert_eq!(
            error.hints,
            [
                "it goes on there: `moontide --store 'sqlite:/srv/a b.db' retry first db`",
                "if it never arrived, and never will: `moontide store take-back first --from 'sqlite:/srv/a b.db'`",
            ]
        );
        let summary = Summary::of(&record, &context());
        assert_eq!(summary.next, ["moontide --store 'sqlite:/srv/a b.db' status first"]);
    }

    #[tokio::test]
    async fn what_left_for_a_file_is_taken_in_where_it_is_to_go_on() {
        let record = sealed(None, "drill.json").await;
        let error = check(&record, &context(), "pause first").unwrap_err();
        let hint = "`moontide store import drill.json` takes it in where it is to go on";
        assert_eq!(error.hints[0], hint);
        assert_eq!(Summary::of(&record, &context()).next, [""; 0]);
    }
}
