//! What a journal is worth that is as it was written, in every store.

use moontide_runtime::journal::canonical::Hash;
use moontide_runtime::journal::chain::{self, ChainHead};
use moontide_runtime::journal::{Execution, Format};
use moontide_runtime::store::verified::{How, Verdict, Verified};
use moontide_runtime::store::{Lease, Store};

use crate::given::{entries, execution, leased, moment};
use crate::on_every_store;
use crate::place::Place;

on_every_store! {
    a_journal_is_whole_and_its_head_is_the_hash_of_its_last_row,
    a_head_that_was_noted_is_found_when_the_journal_has_gone_on,
    a_hash_of_no_entry_is_a_journal_that_was_written_anew,
    what_keeps_no_chain_is_neither_whole_nor_broken,
}

async fn append(store: &dyn Store, lease: &Lease, sequences: std::ops::RangeInclusive<u64>) {
    store.append(lease, &entries(lease, sequences)).await.unwrap();
}

async fn a_journal_is_whole_and_its_head_is_the_hash_of_its_last_row(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    let stored = store.stored("x").await.unwrap();
    let hash = chain::link(stored.head.as_deref().unwrap());
    let head = Some(ChainHead { sequence: 0, hash });
    assert_eq!(store.chain_head("x").await.unwrap(), head, "before the first entry");
    append(&*store, &lease, 1..=3).await;
    append(&*store, &lease, 4..=5).await;
    let stored = store.stored("x").await.unwrap();
    let rows: Vec<&str> = stored.rows.iter().map(|row| row.text.as_deref().unwrap()).collect();
    let head = Some(ChainHead { sequence: 5, hash: Hash::of(rows[4].as_bytes()) });
    assert_eq!(store.chain_head("x").await.unwrap(), head);
    let verified = Verified::of(&stored);
    assert_eq!((verified.verdict, verified.entries), (Verdict::Whole, 5), "{verified:?}");
    assert_eq!((verified.head, verified.broken), (head, None));
}

async fn a_head_that_was_noted_is_found_when_the_journal_has_gone_on(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    append(&*store, &lease, 1..=2).await;
    let noted = store.chain_head("x").await.unwrap().unwrap();
    append(&*store, &lease, 3..=4).await;
    let stored = store.stored("x").await.unwrap();
    let verified = Verified::of(&stored).beside(&stored, noted.hash);
    assert_eq!(verified.verdict, Verdict::Whole);
    let noted = verified.noted.unwrap();
    assert_eq!((noted.sequence, noted.at, noted.proves), (Some(2), Some(moment(2)), true));
}

async fn a_hash_of_no_entry_is_a_journal_that_was_written_anew(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    append(&*store, &lease, 1..=2).await;
    let stored = store.stored("x").await.unwrap();
    let verified = Verified::of(&stored).beside(&stored, Hash::of(b"another one"));
    let broken = verified.broken.unwrap();
    assert_eq!((verified.verdict, broken.how), (Verdict::Broken, How::OtherHead));
    assert!(broken.message.ends_with("of entry 2"), "{}", broken.message);
}

async fn what_keeps_no_chain_is_neither_whole_nor_broken(place: &Place) {
    let store = place.open();
    store.create(&Execution { format: Format(1), ..execution("x") }).await.unwrap();
    let lease = store.take("x", "alice", None).await.unwrap();
    append(&*store, &lease, 1..=2).await;
    assert_eq!(store.chain_head("x").await.unwrap(), None);
    let verified = Verified::of(&store.stored("x").await.unwrap());
    assert_eq!((verified.verdict, verified.head), (Verdict::NotChained, None));
}
