//! Journals in a file that a hand, or a disk, has changed: the first entry that does not fit is named.

use moontide_runtime::store::verified::{How, Verdict, Verified};
use rusqlite::Connection;

use crate::given::{entries, leased, moment};
use crate::place::Place;

/// A file with a journal of five entries, and the hash of the third.
async fn written() -> (Place, moontide_runtime::journal::canonical::Hash) {
    let place = Place::in_a_file();
    let store = place.open();
    let lease = leased(&*store).await;
    store.append(&lease, &entries(&lease, 1..=3)).await.unwrap();
    let noted = store.chain_head("x").await.unwrap().unwrap().hash;
    store.append(&lease, &entries(&lease, 4..=5)).await.unwrap();
    (place, noted)
}

async fn verified(place: &Place) -> Verified {
    Verified::of(&place.open().stored("x").await.unwrap())
}

fn change(place: &Place, sql: &str) {
    Connection::open(place.file()).unwrap().execute_batch(sql).unwrap();
}

#[tokio::test]
async fn one_byte_that_was_changed_in_the_file_names_its_entry() {
    let (place, noted) = written().await;
    change(&place, "PRAGMA wal_checkpoint(TRUNCATE)");
    let mut bytes = std::fs::read(place.file()).unwrap();
    let text = "entry 4".as_bytes();
    let at = bytes.windows(text.len()).position(|it| it == text).unwrap();
    bytes[at + 6] = b'7';
    std::fs::write(place.file(), bytes).unwrap();

    let stored = place.open().stored("x").await.unwrap();
    let verified = Verified::of(&stored).beside(&stored, noted);
    let broken = verified.broken.as_ref().unwrap();
    assert_eq!(verified.verdict, Verdict::Broken);
    assert_eq!((broken.sequence, broken.how), (Some(4), How::Changed), "{broken:?}");
    assert_eq!((broken.kind, broken.about.as_str()), (Some("event"), "timed_out"));
    assert_eq!(verified.head, None, "no broken journal has a head to quote");
    // What stands before it is as it was when its head was noted.
    let noted = verified.noted.unwrap();
    assert_eq!((noted.sequence, noted.at, noted.proves), (Some(3), Some(moment(3)), true));
}

#[tokio::test]
async fn whatever_was_done_to_a_journal_names_the_first_entry_that_does_not_fit() {
    let twin = "UPDATE entries SET sequence = sequence + 1000 WHERE sequence > 3;
         INSERT INTO entries SELECT execution, 4, epoch, entry FROM entries WHERE sequence = 3;
         UPDATE entries SET sequence = sequence - 999 WHERE sequence > 1000;";
    let hidden = "DELETE FROM entries WHERE sequence = 3;
         UPDATE entries SET sequence = sequence - 1, entry = replace(entry,
             '\"sequence\":' || sequence, '\"sequence\":' || (sequence - 1)) WHERE sequence = 4;
         UPDATE entries SET sequence = sequence - 1, entry = replace(entry,
             '\"sequence\":' || sequence, '\"sequence\":' || (sequence - 1)) WHERE sequence = 5;";
    for (sql, sequence, how, says) in [
        ("DELETE FROM entries WHERE sequence = 1", 1, How::Missing, "behind the execution's head"),
        ("DELETE FROM entries WHERE sequence = 3", 3, How::Missing, "entry 3 is missing: entry 4"),
        ("DELETE FROM entries WHERE sequence IN (2, 3)", 2, How::Missing, "entries 2 to 3"),
        (twin, 3, How::Added, "the second was put in"),
        (hidden, 3, How::Changed, "another hash than that of entry 2"),
        (
            "UPDATE entries SET entry = replace(entry, '\"sequence\":3', '\"sequence\":9')
             WHERE sequence = 3",
            3,
            How::Changed,
            "an entry says that it is 9",
        ),
        (
            "UPDATE entries SET entry = replace(entry, '{\"chain\"', '{\"chain') WHERE sequence = 2",
            2,
            How::Unreadable,
            "entry 2 cannot be read",
        ),
        (
            "UPDATE entries SET entry = CAST(x'7BFF' || CAST(entry AS BLOB) AS TEXT)
             WHERE sequence = 5",
            5,
            How::Unreadable,
            "it is no text",
        ),
        (
            "UPDATE entries SET entry = '{\"chain\":\"' || substr('00000000', 1, 8) ||
                 substr(entry, 19) WHERE sequence = 3",
            3,
            How::Changed,
            "it carries another hash than that of entry 2",
        ),
        (
            "UPDATE entries SET entry = replace(entry, 'entry 4', 'entry 7') WHERE sequence = 4",
            4,
            How::Changed,
            "one of the two was changed",
        ),
        (
            "UPDATE entries SET entry = replace(entry, '\"epoch\":1', '\"epoch\":2')
             WHERE sequence = 2",
            2,
            How::Changed,
            "its epoch 2 is not between",
        ),
        (
            "UPDATE heads SET head = replace(head, 'alice', 'eve')",
            0,
            How::Changed,
            "than that of the execution's head",
        ),
        (
            "UPDATE executions SET format = 1",
            1,
            How::Changed,
            "of a later format than the execution",
        ),
        ("DELETE FROM heads", 0, How::Unreadable, "it is not there"),
    ] {
        let (place, _) = written().await;
        change(&place, sql);
        let verified = verified(&place).await;
        let broken = verified.broken.unwrap_or_else(|| panic!("it is whole: {sql}"));
        assert_eq!((broken.sequence, broken.how), (Some(sequence), how), "{sql}: {broken:?}");
        assert!(broken.message.contains(says), "{sql}: {}", broken.message);
    }
}

#[tokio::test]
async fn an_entry_that_was_put_in_with_the_right_hash_is_told_from_the_genuine_one() {
    let (place, _) = written().await;
    let db = Connection::open(place.file()).unwrap();
    // It carries the hash of entry 3, and the numbers of those behind it make room.
    db.execute_batch(
        "UPDATE entries SET sequence = sequence + 1000 WHERE sequence > 3;
         INSERT INTO entries SELECT execution, 4, epoch, replace(entry, 'entry 4', 'a forgery')
             FROM entries WHERE sequence = 1004;
         UPDATE entries SET sequence = sequence - 999 WHERE sequence > 1000;",
    )
    .unwrap();
    let broken = verified(&place).await.broken.unwrap();
    assert_eq!((broken.sequence, broken.how), (Some(4), How::Added));
    assert!(broken.message.ends_with("the first was put in"), "{}", broken.message);
}

#[tokio::test]
async fn what_was_changed_in_the_last_entry_shows_only_beside_a_head_that_was_noted() {
    let (place, _) = written().await;
    let noted = place.open().chain_head("x").await.unwrap().unwrap().hash;
    change(
        &place,
        "UPDATE entries SET entry = replace(entry, 'entry 5', 'entry 8') WHERE sequence = 5",
    );
    let stored = place.open().stored("x").await.unwrap();
    assert_eq!(Verified::of(&stored).verdict, Verdict::Whole);
    let verified = Verified::of(&stored).beside(&stored, noted);
    assert_eq!(verified.verdict, Verdict::Broken, "{verified:?}");
}
