//! The chain of a journal, recomputed from the items themselves.

use aws_sdk_dynamodb::types::AttributeValue;
use moontide_runtime::journal::{Execution, Format, chain};
use moontide_runtime::store::MemoryStore;
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
