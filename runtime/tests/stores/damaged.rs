//! What a store makes of rows that were changed or lost.

use std::collections::BTreeMap;

use moontide_runtime::journal::Execution;
use moontide_runtime::store::{SignalKind, StoreError, Wanted};
use rusqlite::Connection;

use crate::given::{entries, execution, leased, signal};
use crate::place::Place;

fn change(place: &Place, sql: &str) {
    assert_eq!(Connection::open(place.file()).unwrap().execute(sql, []).unwrap(), 1, "{sql}");
}

#[tokio::test]
async fn an_entry_that_is_missing_is_found_when_the_journal_is_read() {
    for (lost, found) in [(1, 2), (3, 4)] {
        let place = Place::in_a_file();
        let store = place.open();
        let lease = leased(&*store).await;
        store.append(&lease, &entries(&lease, 1..=5)).await.unwrap();
        change(&place, &format!("DELETE FROM entries WHERE sequence = {lost}"));
        let error = store.journal("x", 1).await.unwrap_err().to_string();
        let expected = format!(
            "the journal of execution `x` is damaged: entry {found} stands where entry {lost} belongs"
        );
        assert!(error.ends_with(&expected), "{error}");
        assert_eq!(store.journal("x", 4).await.unwrap().len(), 2, "what follows is whole");
    }
}

#[tokio::test]
async fn what_was_changed_after_it_was_written_is_found_when_the_journal_is_read() {
    let renumbered = "UPDATE entries SET sequence = sequence - 1,
        entry = replace(entry, '\"sequence\":' || sequence, '\"sequence\":' || (sequence - 1))
        WHERE sequence = 3";
    let of_format_1 = "UPDATE executions SET format = 1";
    for (changes, found) in [
        (
            vec![
                "UPDATE entries SET entry = replace(entry, 'entry 2', 'entry 5') WHERE sequence = 2",
            ],
            "entry 3 does not carry the hash of entry 2",
        ),
        (
            vec!["DELETE FROM entries WHERE sequence = 2", renumbered],
            "entry 2 does not carry the hash of entry 1",
        ),
        (
            vec!["UPDATE heads SET head = replace(head, 'alice', 'eve')"],
            "entry 1 does not carry the hash of the execution's head",
        ),
        (vec![of_format_1], "entry 1 is one of a later format than its head says"),
    ] {
        let place = Place::in_a_file();
        let store = place.open();
        let lease = leased(&*store).await;
        store.append(&lease, &entries(&lease, 1..=3)).await.unwrap();
        assert_eq!(store.journal("x", 1).await.unwrap().len(), 3);
        for sql in changes {
            change(&place, sql);
        }
        let error = store.journal("x", 1).await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
        let expected = format!("the journal of execution `x` is not as it was written: {found}");
        assert!(error.to_string().ends_with(&expected), "{error}");
    }
}

#[tokio::test]
async fn an_entry_that_lies_under_another_number_and_a_head_that_is_gone_are_damage() {
    for (change_to, found) in [
        ("UPDATE entries SET sequence = 99 WHERE sequence = 3", "entry 3 lies under the number 99"),
        ("DELETE FROM heads", "a row is missing, or cannot be read"),
        (
            "UPDATE entries SET sequence = 0 WHERE sequence = 1",
            "entry 2 stands where entry 1 belongs",
        ),
        ("UPDATE executions SET epoch = -1", "a row is missing, or cannot be read"),
    ] {
        let place = Place::in_a_file();
        let store = place.open();
        let lease = leased(&*store).await;
        store.append(&lease, &entries(&lease, 1..=3)).await.unwrap();
        change(&place, change_to);
        let error = store.journal("x", 1).await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
        assert!(error.to_string().contains(found), "{error}");
        // A list shows all the same that it is there.
        assert_eq!(store.find(&Wanted::default()).await.unwrap().rows.len(), 1);
    }
}

#[tokio::test]
async fn a_head_of_another_execution_is_damage_and_a_date_that_is_none_hides_no_row() {
    let place = Place::in_a_file();
    let store = place.open();
    store.create(&execution("x")).await.unwrap();
    store.create(&execution("y")).await.unwrap();
    change(&place, "UPDATE executions SET id = 'z', created_at = 'soon' WHERE id = 'x'");
    let error = store.execution("z").await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    assert!(error.to_string().ends_with("the head of execution `z` is that of `x`"), "{error}");
    let rows = store.find(&Wanted::default()).await.unwrap().rows;
    let listed: Vec<_> = rows.iter().map(|row| (row.id.as_str(), row.created_at)).collect();
    let created_at = execution("x").created_at;
    assert_eq!(listed, [("z", created_at), ("y", created_at)]);
}

#[tokio::test]
async fn a_source_that_was_changed_or_is_gone_is_damage_of_every_head_that_names_it() {
    for change_to in ["UPDATE sources SET source = source || '-- and more'", "DELETE FROM sources"]
    {
        let place = Place::in_a_file();
        let store = place.open();
        store.create(&execution("x")).await.unwrap();
        store.create(&execution("y")).await.unwrap();
        // Both have the same one, which is there once.
        change(&place, change_to);
        for id in ["x", "y"] {
            assert_eq!(store.execution(id).await.unwrap(), execution(id), "it is known already");
            let error = place.open().execution(id).await.unwrap_err();
            assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
            let expected = format!(
                "the head of execution `{id}` is damaged and cannot be read: the source of its \
                 module `runbook` is missing or was changed"
            );
            assert!(error.to_string().ends_with(&expected), "{error}");
        }
    }
}

#[tokio::test]
async fn a_head_that_cannot_be_read_costs_no_source() {
    let place = Place::in_a_file();
    let store = place.open();
    store.create(&execution("x")).await.unwrap();
    store.create(&execution("y")).await.unwrap();
    change(&place, "UPDATE heads SET head = '{broken' WHERE execution = 1");
    assert_eq!(store.archive().unwrap().reclaim().await, Ok(0));
    assert_eq!(place.open().execution("y").await.unwrap(), execution("y"));
}

#[tokio::test]
async fn a_seal_that_cannot_be_read_hides_no_row_and_lets_nothing_go_on() {
    let place = Place::in_a_file();
    let store = place.open();
    leased(&*store).await;
    let spoil = Connection::open(place.file()).unwrap();
    spoil.execute("INSERT INTO seals SELECT number, 'soon' FROM executions", []).unwrap();
    let rows = store.find(&Wanted::default()).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.pruned).collect::<Vec<_>>(), [false]);
    let seen = store.lease("x").await.unwrap();
    let refused = store.take("x", "eve", seen.as_ref()).await.unwrap_err();
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused:?}");
    let refused = store.send("x", &signal("eve")).await.unwrap_err();
    assert!(refused.to_string().contains("the seal of execution `x` is damaged"), "{refused}");
}

#[tokio::test]
async fn a_signal_that_cannot_be_read_stands_for_itself_and_hides_no_other() {
    let place = Place::in_a_file();
    let store = place.open();
    leased(&*store).await;
    for by in ["ann", "bob", "eve"] {
        store.send("x", &signal(by)).await.unwrap();
    }
    let sent = store.signals("x", 0).await.unwrap();
    change(&place, "UPDATE signals SET signal = replace(signal, 'answer', 'fly') WHERE number = 2");
    let read = store.signals("x", 0).await.unwrap();
    assert_eq!(read.len(), sent.len());
    assert_eq!((&read[0], &read[2..]), (&sent[0], &sent[2..]));
    let (number, unreadable) = &read[1];
    assert_eq!((*number, &unreadable.wish), (2, &SignalKind::Note));
    let comment = "signal 2 cannot be read, and nothing follows from it: unknown variant `fly`";
    assert!(unreadable.comment.starts_with(comment), "{}", unreadable.comment);
}

#[tokio::test]
async fn what_the_list_says_of_an_execution_and_cannot_be_read_hides_no_other() {
    for spoil in [
        "UPDATE standings SET seen = -1 WHERE execution = 1",
        "UPDATE standings SET labels = '{\"team\":' WHERE execution = 1",
        "UPDATE standings SET labels = '[1]', status = 'over' WHERE execution = 1",
        "INSERT INTO signals VALUES (1, -7, '{}')",
    ] {
        let place = Place::in_a_file();
        let store = place.open();
        let labels: BTreeMap<_, _> = [("team".to_owned(), "db".to_owned())].into();
        for id in ["x", "y"] {
            let labels = labels.clone();
            store.create(&Execution { labels, ..execution(id) }).await.unwrap();
        }
        change(&place, spoil);
        let listed = async |wanted: Wanted| {
            let rows = store.find(&wanted).await.unwrap().rows;
            rows.iter().map(|row| (row.id.clone(), row.told.is_some())).collect::<Vec<_>>()
        };
        let all = listed(Wanted::default()).await;
        assert_eq!(all.len(), 2, "{spoil}");
        assert!(all.contains(&("y".to_owned(), true)), "{spoil}");
        let labelled = listed(Wanted { labels, ..Wanted::default() }).await;
        assert!(labelled.contains(&("y".to_owned(), true)), "{spoil}");
    }
}
