//! The chain of a journal, recomputed from the rows themselves.

use moontide_runtime::journal::{Execution, Format, chain};
use moontide_runtime::store::{MemoryStore, Store};
use rusqlite::Connection;

use crate::given::{entries, execution, leased};
use crate::place::Place;

/// The head of `x` and its entries, as any other program finds them in the file.
pub(crate) fn rows(place: &Place) -> Vec<String> {
    let db = Connection::open(place.file()).unwrap();
    let sql = "SELECT head FROM heads UNION ALL SELECT entry FROM (SELECT entry FROM entries ORDER BY sequence)";
    let mut statement = db.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn is_whole(rows: &[String]) -> bool {
    chain::broken(rows.iter().map(String::as_str)).is_none()
}

#[tokio::test]
async fn every_row_of_a_file_carries_the_hash_of_the_one_before() {
    let place = Place::in_a_file();
    let store = place.open();
    let mut lease = leased(&*store).await;
    for (part, sequences) in [1..=1, 2..=4, 5..=9].into_iter().enumerate() {
        // Each time another process, and under another lease.
        let store = place.open();
        if part > 0 {
            let seen = store.lease("x").await.unwrap();
            lease = store.take("x", "bob", seen.as_ref()).await.unwrap();
        }
        store.append(&lease, &entries(&lease, sequences)).await.unwrap();
        // What is refused leaves no trace.
        store.append(&lease, &entries(&lease, 20..=21)).await.unwrap_err();
    }
    let mut rows = rows(&place);
    assert_eq!(rows.len(), 10);
    assert!(is_whole(&rows));
    assert_eq!(place.open().journal("x", 1).await.unwrap().len(), 9);
    rows[4] = rows[4].replace("entry 4", "entry 5");
    assert_eq!(chain::broken(rows.iter().map(String::as_str)), Some(5));
}

#[tokio::test]
async fn a_journal_in_memory_has_the_rows_of_a_file() {
    let (memory, place) = (MemoryStore::new(), Place::in_a_file());
    for store in [&memory as &dyn Store, &*place.open()] {
        let lease = leased(store).await;
        store.append(&lease, &entries(&lease, 1..=3)).await.unwrap();
        store.append(&lease, &entries(&lease, 4..=5)).await.unwrap();
    }
    assert!(is_whole(&memory.rows("x").unwrap()));
    assert_eq!(memory.rows("x").unwrap(), rows(&place));
}

#[tokio::test]
async fn an_execution_of_format_1_is_not_chained() {
    let (memory, place) = (MemoryStore::new(), Place::in_a_file());
    for store in [&memory as &dyn Store, &*place.open()] {
        let old = Execution { format: Format(1), ..execution("x") };
        store.create(&old).await.unwrap();
        let lease = store.take("x", "alice", None).await.unwrap();
        store.append(&lease, &entries(&lease, 1..=2)).await.unwrap();
    }
    let rows = rows(&place);
    assert!(rows[1..].iter().all(|row| chain::carried(row).is_none()), "{rows:?}");
    assert_eq!(memory.rows("x").unwrap(), rows);
}
