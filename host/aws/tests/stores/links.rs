//! The chain of a journal, recomputed from the items themselves.

use aws_sdk_dynamodb::types::AttributeValue;
use moontide_runtime::journal::{Execution, Format, chain};
use moontide_runtime::store::{MemoryStore, StoreError, Verified};
use serde_json::Value;

use crate::given::{entries, execution, leased};
use crate::place::Place;
use crate::tables::client;

/// The head of `x` and its entries, as any other program finds them in the table. An entry is written anew,
/// which gives the same bytes if its fields stand in the order in which they were read.
async fn rows(place: &Place) -> Vec<String> {
    let client = client(&crate::dynamo::Dynamo::shared().endpoint());
    let partition = AttributeValue::S("execution#x".to_owned());
    let query = client.query().table_name(&place.table).key_condition_expression("pk = :pk");
    let items = query.expression_attribute_values(":pk", partition).send().await.unwrap().items;
    let mut rows = Vec::new();
    for item in items.unwrap() {
        let text = || item["text"].as_s().unwrap().as_str();
        match item["sk"].as_s().unwrap().as_str() {
            "head" => rows.insert(0, text().to_owned()),
            sk if sk.starts_with("journal#") => {
                // No entry of these has this in its texts.
                let list = text().strip_prefix('[').and_then(|list| list.strip_suffix(']'));
                let mut begin = String::new();
                for part in list.unwrap().split("},{") {
                    let whole = format!("{begin}{part}");
                    begin.clear();
                    begin.push('{');
                    rows.push(
                        if whole.ends_with("}}") && serde_json::from_str::<Value>(&whole).is_ok() {
                            whole
                        } else {
                            format!("{whole}}}")
                        },
                    );
                }
            }
            _ => {}
        }
    }
    rows
}

#[tokio::test]
async fn every_entry_in_a_table_carries_the_hash_of_the_one_before() {
    let place = Place::in_a_table().await;
    let store = place.open();
    let mut lease = leased(&*store).await;
    store.append(&lease, &entries(&lease, 1..=1)).await.unwrap();
    store.append(&lease, &entries(&lease, 2..=4)).await.unwrap();
    store.append(&lease, &entries(&lease, 20..=21)).await.unwrap_err();
    store.append(&lease, &entries(&lease, 5..=5)).await.unwrap();
    // Another process, under another lease; and the first one, which does not know of it.
    let other = place.open();
    let seen = other.lease("x").await.unwrap();
    lease = other.take("x", "bob", seen.as_ref()).await.unwrap();
    other.append(&lease, &entries(&lease, 6..=7)).await.unwrap();
    let seen = store.lease("x").await.unwrap();
    lease = store.take("x", "alice", seen.as_ref()).await.unwrap();
    store.append(&lease, &entries(&lease, 8..=9)).await.unwrap();
    let rows = rows(&place).await;
    assert_eq!(rows.len(), 10, "{rows:#?}");
    assert_eq!(chain::broken(rows.iter().map(String::as_str)), None, "{rows:#?}");
}

#[tokio::test]
async fn the_rows_are_those_of_every_other_store() {
    let place = Place::in_a_table().await;
    let memory = MemoryStore::new();
    let table = place.open();
    for store in [&memory as &dyn moontide_runtime::store::Store, &*table] {
        let lease = leased(store).await;
        store.append(&lease, &entries(&lease, 1..=3)).await.unwrap();
    }
    assert_eq!(rows(&place).await, memory.rows("x").unwrap());
}

#[tokio::test]
async fn an_execution_of_format_1_is_not_chained() {
    let place = Place::in_a_table().await;
    let store = place.open();
    store.create(&Execution { format: Format(1), ..execution("x") }).await.unwrap();
    let lease = store.take("x", "alice", None).await.unwrap();
    store.append(&lease, &entries(&lease, 1..=2)).await.unwrap();
    store.append(&lease, &entries(&lease, 3..=3)).await.unwrap();
    let rows = rows(&place).await;
    assert!(rows[1..].iter().all(|row| chain::carried(row).is_none()), "{rows:?}");
    assert_eq!(rows.len(), 4);
}

/// What the first entry that does not fit is, in the words of a verification.
async fn verified(store: &dyn moontide_runtime::store::Store) -> (Option<u64>, String) {
    let stored = store.stored("x").await.unwrap();
    let broken = Verified::of(&stored).broken.unwrap();
    (broken.sequence, broken.message)
}

/// The journal of `x` after `change` was made to the text of an item, or the item was taken away.
async fn read_after(
    sk: &str,
    change: Option<(&str, &str)>,
) -> (Result<usize, String>, (Option<u64>, String)) {
    let place = Place::in_a_table().await;
    let store = place.open();
    let lease = leased(&*store).await;
    for number in 1..=3 {
        store.append(&lease, &entries(&lease, number..=number)).await.unwrap();
    }
    assert_eq!(store.journal("x", 1).await.unwrap().len(), 3);
    let client = client(&crate::dynamo::Dynamo::shared().endpoint());
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let get = client.get_item().table_name(&place.table).key("pk", text("execution#x"));
    let mut item = get.key("sk", text(sk)).send().await.unwrap().item.unwrap();
    if let Some((old, new)) = change {
        let changed = item["text"].as_s().unwrap().replace(old, new);
        assert_ne!(&changed, item["text"].as_s().unwrap());
        item.insert("text".to_owned(), AttributeValue::S(changed));
        let put = client.put_item().table_name(&place.table).set_item(Some(item));
        put.send().await.unwrap();
    } else {
        let delete = client.delete_item().table_name(&place.table);
        let delete = delete.key("pk", text("execution#x")).key("sk", text(sk));
        delete.send().await.unwrap();
    }
    let read = match store.journal("x", 1).await {
        Ok(entries) => Ok(entries.len()),
        Err(StoreError::Damaged { message, .. }) => Err(message),
        Err(error) => panic!("{error:?}"),
    };
    (read, verified(&*store).await)
}

#[tokio::test]
async fn what_was_changed_or_taken_away_is_found_when_the_journal_is_read() {
    let journal = |number: u64| format!("journal#{number:020}");
    let changed =
        |what: &str| Err(format!("the journal of execution `x` is not as it was written: {what}"));
    let missing = |what: &str| Err(format!("the journal of execution `x` is damaged: {what}"));
    let is = |number: u64, message: &str| (Some(number), message.to_owned());
    assert_eq!(
        read_after(&journal(2), Some(("entry 2", "entry 5"))).await,
        (
            changed("entry 3 does not carry the hash of entry 2"),
            is(2, "entry 3 carries another hash than that of entry 2: one of the two was changed")
        )
    );
    assert_eq!(
        read_after("head", Some(("alice", "eve"))).await,
        (
            changed("entry 1 does not carry the hash of the execution's head"),
            is(0, "entry 1 carries another hash than that of the execution's head")
        )
    );
    assert_eq!(
        read_after(&journal(2), None).await,
        (
            missing("entry 3 stands where entry 2 belongs"),
            is(2, "entry 2 is missing: entry 3 stands behind entry 1")
        )
    );
    assert_eq!(
        read_after(&journal(3), None).await,
        (
            missing("it has 3 entries and ends with entry 2"),
            is(3, "its store says that it has 3 entries, and it ends with 2")
        )
    );
}
