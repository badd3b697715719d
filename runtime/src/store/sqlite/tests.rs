//! What cannot be brought about from outside: a full disk, changes that share a transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::Connection;
use tempfile::TempDir;
use tokio::sync::oneshot::{self, Receiver};

use super::SqliteStore;
use super::error::SqliteError;
use super::open::open;
use super::writer::{Asked, Change, write};
use crate::store::StoreError;

/// A change that runs some SQL, and how it went.
fn change(sql: &'static str) -> (Box<dyn Change>, Receiver<Result<(), StoreError>>) {
    let (answer, answered) = oneshot::channel();
    let make = move |db: &Connection| Ok(db.execute_batch(sql)?);
    (Box::new(Asked { make, made: None, answer }), answered)
}

/// Writes changes as one batch; returns how each went, and the numbers that are in the table after it.
fn write_together(sql: &[&'static str]) -> (Vec<Result<(), StoreError>>, Vec<i64>) {
    let directory = TempDir::new().unwrap();
    let mut db = open(&directory.path().join("store.db")).unwrap().writer;
    db.execute_batch("CREATE TABLE numbers (n INTEGER PRIMARY KEY)").unwrap();
    let (batch, answers): (Vec<_>, Vec<_>) = sql.iter().map(|sql| change(sql)).unzip();
    write(&mut db, batch, "store");
    assert!(db.is_autocommit(), "no transaction stays open");
    let answers = answers.into_iter().map(|mut answer| answer.try_recv().unwrap()).collect();
    let mut numbers = db.prepare("SELECT n FROM numbers ORDER BY n").unwrap();
    let numbers = numbers.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    (answers, numbers)
}

/// Which of them went well.
fn well(answers: &[Result<(), StoreError>]) -> Vec<bool> {
    answers.iter().map(Result::is_ok).collect()
}

#[test]
fn changes_that_share_a_transaction_fail_and_succeed_on_their_own() {
    let (answers, numbers) = write_together(&[
        "INSERT INTO numbers VALUES (1)",
        "INSERT INTO numbers VALUES (2); INSERT INTO numbers VALUES (1)",
        "INSERT INTO numbers VALUES (3)",
    ]);
    assert_eq!((well(&answers), numbers), (vec![true, false, true], vec![1, 3]));
}

#[test]
fn a_change_that_costs_the_transaction_costs_no_other_change_anything() {
    let (answers, numbers) = write_together(&[
        "INSERT INTO numbers VALUES (1)",
        "INSERT INTO numbers VALUES (2); ROLLBACK",
        "INSERT INTO numbers VALUES (3)",
    ]);
    assert_eq!((well(&answers), numbers), (vec![true, false, true], vec![1, 3]));
}

#[test]
fn a_change_that_is_refused_before_it_wrote_costs_no_transaction() {
    let directory = TempDir::new().unwrap();
    let mut db = open(&directory.path().join("store.db")).unwrap().writer;
    db.execute_batch("CREATE TABLE numbers (n INTEGER PRIMARY KEY)").unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let write_beside = |db: &mut Connection, n: i64, bad: &'static str| {
        let (answer, answered) = oneshot::channel();
        let counted = Arc::clone(&count);
        let make = move |db: &Connection| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(db.execute("INSERT INTO numbers VALUES (?)", [n]).map(drop)?)
        };
        let good: Box<dyn Change> = Box::new(Asked { make, made: None, answer });
        let (bad, mut refused) = change(bad);
        write(db, vec![good, bad], "store");
        assert!(refused.try_recv().unwrap().is_err());
        { answered }.try_recv().unwrap().unwrap();
        count.swap(0, Ordering::Relaxed)
    };
    assert_eq!(write_beside(&mut db, 1, "SELECT * FROM nowhere"), 1);
    let half = "INSERT INTO numbers VALUES (7); SELECT * FROM nowhere";
    assert_eq!(write_beside(&mut db, 2, half), 2, "once in vain, once alone");
    let sum: i64 = db.query_row("SELECT sum(n) FROM numbers", [], |row| row.get(0)).unwrap();
    assert_eq!(sum, 3);
}

#[tokio::test]
async fn a_full_disk_stops_what_does_not_fit_and_loses_nothing() {
    let directory = TempDir::new().unwrap();
    let store = SqliteStore::open(&directory.path().join("store.db")).unwrap();
    let sql = |sql: &'static str| store.writer.change(move |db| Ok(db.execute_batch(sql)?));
    let fill = "INSERT INTO signals SELECT 7, coalesce(max(number), 0) + 1, hex(zeroblob(3000))
                FROM signals";
    let count = || {
        store.reader.read(|db| {
            Ok::<u32, SqliteError>(
                db.query_row("SELECT count(*) FROM signals", [], |row| row.get(0))?,
            )
        })
    };
    sql("PRAGMA max_page_count = 60").await.unwrap();
    let mut written = 0;
    let error = loop {
        match sql(fill).await {
            Ok(()) => written += 1,
            Err(error) => break error.to_string(),
        }
    };
    assert!(error.contains("the disk is full, and this change was not written"), "{error}");
    assert!(written > 10);
    assert_eq!(count().await, Ok(written));

    sql("PRAGMA max_page_count = 1000").await.unwrap();
    sql(fill).await.unwrap();
    assert_eq!(count().await, Ok(written + 1));
}

#[test]
fn what_sqlite_says_is_told_in_plain_words() {
    use rusqlite::ffi;
    let told = |code| {
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        match SqliteError::from(error).at("store.db") {
            StoreError::Unusable { message, transient, .. } => format!("{message} [{transient}]"),
            other => other.to_string(),
        }
    };
    let codes = [
        ffi::SQLITE_BUSY,
        ffi::SQLITE_PROTOCOL,
        ffi::SQLITE_FULL,
        ffi::SQLITE_READONLY,
        ffi::SQLITE_CANTOPEN,
        ffi::SQLITE_CORRUPT,
        ffi::SQLITE_IOERR_FSYNC,
        ffi::SQLITE_TOOBIG,
    ];
    insta::assert_snapshot!(codes.map(told).join("\n"), @"
    another process keeps it busy; try again in a moment (Error code 5: database is locked) [true]
    another process keeps it busy; try again in a moment (Error code 15: locking protocol) [true]
    the disk is full, and this change was not written (Error code 13: database or disk is full) [true]
    it may only be read: check the rights to the file and its directory (Error code 8: attempt to write a readonly database) [false]
    it cannot be opened: check the path and the rights to it (Error code 14: unable to open database file) [false]
    it is damaged; restore it from a backup (Error code 11: database disk image is malformed) [false]
    the disk failed to read or write (Error code 1034: disk I/O error) [false]
    Error code 18: string or blob too big [false]
    ");
}
