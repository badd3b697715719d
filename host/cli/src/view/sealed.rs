//! What is typed about an execution that has come to its end in this store: it was pruned, or goes on elsewhere.

use moontide_control::error::code;
use moontide_control::view::sealed::check;
use moontide_control::view::{Record, Summary};
use moontide_kit::staged::{execution, failed, keep, second, started};
use moontide_runtime::journal::Format;
use moontide_runtime::store::{MemoryStore, Moved, Seal};

use super::worded;
use crate::context::Context;

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
    let (record, context) = (sealed(Some("id"), "sqlite:/srv/a b.db").await, Context::bare());
    "retry first db".clone_into(&mut context.typed.borrow_mut());
    let error = check(&record).unwrap_err();
    assert_eq!(error.code, code::SEALED);
    assert!(error.message.starts_with("the execution `first` was moved to sqlite:/srv/a b.db at "));
    assert_eq!(
        worded::sentences(&context, &error.hints),
        [
            "it goes on there: `moontide --store 'sqlite:/srv/a b.db' retry first db`",
            "if it never arrived, and never will: `moontide store take-back first --from 'sqlite:/srv/a b.db'`",
        ]
    );
    let summary = Summary::of(&record, &[]);
    let next = ["moontide --store 'sqlite:/srv/a b.db' status first"];
    assert_eq!(worded::commands(&context, &summary.next), next);
}

#[tokio::test]
async fn what_left_for_a_file_is_taken_in_where_it_is_to_go_on() {
    let record = sealed(None, "drill.json").await;
    let context = Context { store: Some("sqlite:here.db".to_owned()), ..Context::bare() };
    let error = check(&record).unwrap_err();
    let hint = "`moontide store import drill.json` takes it in where it is to go on";
    assert_eq!(worded::sentences(&context, &error.hints)[0], hint);
    assert_eq!(Summary::of(&record, &[]).next, []);
}
