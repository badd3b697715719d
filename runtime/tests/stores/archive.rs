//! Journals that are cut down, and executions that move.

use moontide_runtime::effect::state::OF_EXECUTIONS;
use moontide_runtime::effect::{Class, Key, Lane, Outcome};
use moontide_runtime::journal::{Body, Entry, Execution, Format, Step, canonical};
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::feed::{Feed, Words};
use moontide_runtime::store::obligations::{Ends, What};
use moontide_runtime::store::{
    Behalf, Change as ChangeOf, Condition, Documents, Lease, Moved, Obligation, Parcel, Seal,
    SqliteStore, Standing, Store, StoreError, Wanted,
};
use serde_json::json;
use tempfile::TempDir;

use crate::given::{execution, leased, moment, sequences, signal, version};
use crate::place::Place;

crate::on_every_archive!(
    what_is_pruned_keeps_its_evidence_and_goes_on_no_more,
    nothing_is_pruned_without_the_lease_or_twice,
    an_execution_moves_and_comes_back,
    what_was_moved_is_of_a_later_format_to_earlier_releases_and_may_be_taken_back,
    a_parcel_that_was_changed_is_refused,
    what_is_there_is_not_written_over,
    what_an_execution_keeps_for_itself_moves_with_it,
    what_is_pruned_keeps_nothing_for_itself,
    what_is_sealed_takes_nothing_under_the_lease_that_it_was_sealed_under,
);

/// Where executions go in these tests.
fn elsewhere() -> Moved {
    let (by, to) = ("bob".to_owned(), "elsewhere".to_owned());
    Moved { at: moment(9), by, to, store: Some("b".to_owned()), format: Format::CURRENT }
}

/// A file, whatever store is looked at.
struct File(TempDir);

impl File {
    fn new() -> File {
        File(TempDir::new().unwrap())
    }

    fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.0.path().join("store.db")).unwrap()
    }
}

/// The same, on its way from where it has left.
fn moving(parcel: &Parcel) -> Parcel {
    Parcel { moves: true, ..parcel.clone() }
}

/// An outcome of an operation of this class.
fn outcome(lease: &Lease, sequence: u64, class: Class) -> Entry {
    let lane = Lane::of_wave("database", 1);
    let position = u32::try_from(sequence).unwrap();
    let step = Step {
        key: Key::of("x", &lane, position),
        lane,
        position,
        operation: "drs.anything".to_owned(),
        class,
        hash: canonical::hash(&json!({})),
        site: "runbook.luau:1".to_owned(),
        arguments: Some(json!({})),
    };
    let outcome = Outcome::Ok { value: json!({ "text": "🌙".repeat(100) }) };
    let (attempt, request_id) = (u32::from(class.needs_intent()), None);
    let body = Body::Outcome { step, attempt, outcome, request_id, adopted: false };
    Entry { sequence, epoch: lease.epoch, at: moment(0), body }
}

/// A journal of what was looked at and done: 1 an event, 2, 3 and 5 looks, 4 a launch.
async fn journal(store: &dyn Store, lease: &Lease) {
    let mut entries = crate::given::entries(lease, [1]);
    for (sequence, class) in
        [(2, Class::Read), (3, Class::Pure), (4, Class::Tagged), (5, Class::Read)]
    {
        entries.push(outcome(lease, sequence, class));
    }
    let standing = Standing { status: ExecutionStatus::Completed, seen: 1 };
    store.append_standing(lease, &entries, Some(standing)).await.unwrap();
}

/// What the effect at this position writes under a key of its own.
fn put(lease: &Lease, position: u32, key: &str) -> ChangeOf {
    ChangeOf {
        kind: OF_EXECUTIONS.to_owned(),
        name: format!("{}/{key}", lease.execution),
        body: Some(json!(position)),
        condition: Condition::Any,
        at: moment(3),
        by: "x".to_owned(),
        behalf: Some(Behalf { lease: lease.clone(), key: key_of(position) }),
    }
}

fn key_of(position: u32) -> Key {
    Key::of("x", &Lane::of_wave("database", 1), position)
}

/// What `x` keeps for itself.
async fn kept(store: &dyn Store) -> Vec<(String, u64)> {
    let documents = store.documents(OF_EXECUTIONS, "x/").await.unwrap();
    documents.into_iter().map(|document| (document.name, document.version)).collect()
}

/// The execution `x` as one that owes something.
fn owing() -> Execution {
    Execution { nonce: "1".to_owned(), ..execution("x") }
}

async fn owe(store: &dyn Store) -> Obligation {
    let after = std::time::Duration::from_hours(4);
    Obligation::owe(store, &owing(), What::Cleanup, (after, Ends::All)).await.unwrap()
}

async fn owed(store: &dyn Store) -> Option<Obligation> {
    Obligation::of(store, &owing(), What::Cleanup).await.unwrap()
}

async fn what_an_execution_keeps_for_itself_moves_with_it(place: &Place) {
    let store = place.open();
    let taken = owe(&*store).await.take(&*store, "x.cleanup-1", ("ann", moment(4))).await.unwrap();
    let archive = store.archive().unwrap();
    let lease = leased(&*store).await;
    store.change(&put(&lease, 1, "a")).await.unwrap();
    store.change(&put(&lease, 2, "a")).await.unwrap();
    store.change(&put(&lease, 3, "b")).await.unwrap();
    let others = ChangeOf { name: "x-2/a".to_owned(), behalf: None, ..put(&lease, 4, "a") };
    store.change(&others).await.unwrap();
    let (file, parcel) = (File::new(), archive.export("x").await.unwrap());
    let parcel = serde_json::from_str(&serde_json::to_string(&parcel).unwrap()).unwrap();
    let moved = elsewhere();
    archive.part(&lease, &moved).await.unwrap();
    store.release(&lease).await.unwrap();

    let other = file.open();
    let there = other.archive().unwrap();
    there.import(&parcel).await.unwrap();
    let nth = |change| version(moment(3), change);
    assert_eq!(kept(&other).await, [("x/a".to_owned(), nth(2)), ("x/b".to_owned(), nth(1))]);
    assert_eq!(other.documents(OF_EXECUTIONS, "").await.unwrap().len(), 2);
    assert_eq!(owed(&other).await, Some(taken.clone()));
    let done = taken.settle(&other, Some("x.cleanup-1"), ("bob", moment(5))).await.unwrap();
    let seen = other.lease("x").await.unwrap();
    let lease = other.take("x", "carol", seen.as_ref()).await.unwrap();
    // What was cut off before it was journaled is not made again.
    assert_eq!(other.change(&put(&lease, 3, "b")).await, Ok(nth(1)));
    let delete = ChangeOf { body: None, ..put(&lease, 5, "b") };
    assert_eq!(other.change(&delete).await, Ok(nth(2)));
    assert_eq!(other.change(&put(&lease, 6, "c")).await, Ok(nth(1)));
    other.release(&lease).await.unwrap();

    let back = there.export("x").await.unwrap();
    place.open().archive().unwrap().import(&moving(&back)).await.unwrap();
    assert_eq!(kept(&*store).await, [("x/a".to_owned(), nth(2)), ("x/c".to_owned(), nth(1))]);
    assert_eq!(owed(&*store).await, Some(done));
    assert_eq!(store.changed("x", &key_of(5)).await, Ok(Some(nth(2))));
    assert_eq!(archive.export("x").await.unwrap(), back);
    assert_eq!(store.documents(OF_EXECUTIONS, "x-2/").await.unwrap().len(), 1);
}

async fn what_is_sealed_takes_nothing_under_the_lease_that_it_was_sealed_under(place: &Place) {
    let store = place.open();
    let archive = store.archive().unwrap();
    let lease = leased(&*store).await;
    journal(&*store, &lease).await;
    let made = store.change(&put(&lease, 1, "a")).await.unwrap();
    let moved = elsewhere();
    archive.part(&lease, &moved).await.unwrap();
    let before = archive.export("x").await.unwrap();
    let seal = Box::new(Seal::Moved(moved.clone()));
    let sealed = Some(StoreError::Sealed { execution: "x".to_owned(), seal });
    assert_eq!(store.renew(&lease).await.err(), sealed);
    let next = [outcome(&lease, 6, Class::Read)];
    assert_eq!(store.append(&lease, &next).await.err(), sealed);
    assert_eq!(store.append(&lease, &[]).await.err(), sealed);
    assert_eq!(store.change(&put(&lease, 2, "a")).await.err(), sealed);
    assert_eq!(archive.part(&lease, &moved).await.err(), sealed);
    assert_eq!(store.change(&put(&lease, 1, "a")).await, Ok(made), "it was made before");
    assert_eq!(archive.export("x").await.unwrap(), before);
    store.release(&lease).await.unwrap();
    assert!(store.lease("x").await.unwrap().unwrap().is_free());
}

async fn what_is_pruned_keeps_nothing_for_itself(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    journal(&*store, &lease).await;
    store.change(&put(&lease, 1, "a")).await.unwrap();
    let others = ChangeOf { name: "x-2/a".to_owned(), behalf: None, ..put(&lease, 4, "a") };
    store.change(&others).await.unwrap();
    owe(&*store).await;
    store.archive().unwrap().prune(&lease, (9, moment(9)), "bob").await.unwrap();
    assert_eq!(kept(&*place.open()).await, []);
    assert_eq!(owed(&*place.open()).await, None);
    assert_eq!(store.changed("x", &key_of(1)).await, Ok(None));
    assert_eq!(store.documents(OF_EXECUTIONS, "x-2/").await.unwrap().len(), 1);
}

async fn what_is_pruned_keeps_its_evidence_and_goes_on_no_more(place: &Place) {
    let store = place.open();
    let archive = store.archive().unwrap();
    let lease = leased(&*store).await;
    journal(&*store, &lease).await;
    store.send("x", &signal("ann")).await.unwrap();
    let mut feed = Feed::new(lease.epoch);
    let (wave, phase) = ("database".to_owned(), "verifying".to_owned());
    feed.say(moment(1), Words::Phase { wave, phase });
    store.publish(&lease, &feed).await.unwrap();
    let before = store.journal("x", 1).await.unwrap();

    let early = archive.prune(&lease, (0, moment(9)), "bob").await;
    assert_eq!(early, Ok(None), "a signal was sent that its caller has not heard");
    assert_eq!(sequences(&*store).await, [1, 2, 3, 4, 5]);
    let pruned = archive.prune(&lease, (1, moment(9)), "bob").await.unwrap().unwrap();
    assert_eq!((pruned.entries, pruned.removed), (5, 3));
    store.release(&lease).await.unwrap();
    archive.reclaim().await.unwrap();

    for store in [store, place.open()] {
        assert_eq!(sequences(&*store).await, [1, 4]);
        assert_eq!(store.journal("x", 1).await.unwrap(), [before[0].clone(), before[3].clone()]);
        assert_eq!(store.journal("x", 2).await.unwrap(), [before[3].clone()]);
        assert_eq!(store.execution("x").await.unwrap(), execution("x"));
        assert_eq!(store.signals("x", 0).await.unwrap().len(), 1);
        assert_eq!(store.feed("x").await.unwrap().lines, []);
        let seal = Seal::Pruned(pruned.clone());
        assert_eq!(store.archive().unwrap().seal("x").await.unwrap(), Some(seal.clone()));
        let sealed = StoreError::Sealed { execution: "x".to_owned(), seal: Box::new(seal) };
        let seen = store.lease("x").await.unwrap();
        assert_eq!(store.take("x", "eve", seen.as_ref()).await.unwrap_err(), sealed);
        assert_eq!(store.send("x", &signal("eve")).await.unwrap_err(), sealed);
        let rows = store.find(&Wanted::default()).await.unwrap().rows;
        assert!(rows[0].pruned && rows[0].told.unwrap().standing.status.is_terminal());
    }
}

async fn nothing_is_pruned_without_the_lease_or_twice(place: &Place) {
    let store = place.open();
    let archive = store.archive().unwrap();
    let lease = leased(&*store).await;
    journal(&*store, &lease).await;
    let lost = Lease { holder: "eve".to_owned(), ..lease.clone() };
    let refused = archive.prune(&lost, (9, moment(9)), "eve").await;
    assert_eq!(refused, Err(StoreError::Fenced { ours: 1, current: 1 }));
    assert_eq!(sequences(&*store).await, [1, 2, 3, 4, 5]);
    archive.prune(&lease, (9, moment(9)), "bob").await.unwrap();
    let again = archive.prune(&lease, (9, moment(9)), "bob").await;
    assert!(matches!(again, Err(StoreError::Sealed { .. })), "{again:?}");
    archive.sweep("x").await.unwrap();
    assert_eq!(sequences(&*store).await, [1, 4]);
}

async fn an_execution_moves_and_comes_back(place: &Place) {
    let store = place.open();
    let archive = store.archive().unwrap();
    let lease = leased(&*store).await;
    journal(&*store, &lease).await;
    store.send("x", &signal("ann")).await.unwrap();
    let parcel = archive.export("x").await.unwrap();
    // As a file would hold it.
    let text = serde_json::to_string(&parcel).unwrap();
    let parcel: Parcel = serde_json::from_str(&text).unwrap();
    let moved = elsewhere();
    archive.part(&lease, &moved).await.unwrap();
    store.release(&lease).await.unwrap();
    let seen = store.lease("x").await.unwrap();
    let refused = store.take("x", "eve", seen.as_ref()).await.unwrap_err().to_string();
    let at = moment(9);
    assert_eq!(refused, format!("the execution `x` was moved to elsewhere at {at} by bob"));

    let elsewhere = File::new();
    let other = elsewhere.open();
    let there = other.archive().unwrap();
    there.import(&parcel).await.unwrap();
    assert_eq!(other.execution("x").await.unwrap(), store.execution("x").await.unwrap());
    assert_eq!(other.journal("x", 1).await.unwrap(), store.journal("x", 1).await.unwrap());
    assert_eq!(other.signals("x", 0).await.unwrap(), store.signals("x", 0).await.unwrap());
    let mut left = store.find(&Wanted::default()).await.unwrap();
    assert!(left.rows[0].moved, "its list says that it is elsewhere");
    left.rows[0].moved = false;
    assert_eq!(other.find(&Wanted::default()).await.unwrap(), left);
    let seen = other.lease("x").await.unwrap();
    let lease = other.take("x", "carol", seen.as_ref()).await.unwrap();
    assert_eq!(lease.epoch, 2, "later than any that wrote here");
    other.append(&lease, &[outcome(&lease, 6, Class::Read)]).await.unwrap();
    other.send("x", &signal("dora")).await.unwrap();

    let back = there.export("x").await.unwrap();
    place.open().archive().unwrap().import(&moving(&back)).await.unwrap();
    assert_eq!(sequences(&*store).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(archive.export("x").await.unwrap(), back);
    let seen = store.lease("x").await.unwrap();
    let lease = store.take("x", "ann", seen.as_ref()).await.unwrap();
    store.append(&lease, &[outcome(&lease, 7, Class::Tagged)]).await.unwrap();
    assert_eq!(place.open().journal("x", 1).await.unwrap().len(), 7);
}

async fn what_was_moved_is_of_a_later_format_to_earlier_releases_and_may_be_taken_back(
    place: &Place,
) {
    let store = place.open();
    let archive = store.archive().unwrap();
    let old = Execution { format: Format(6), ..execution("x") }.pinned();
    store.create(&old).await.unwrap();
    let lease = store.take("x", "alice", None).await.unwrap();
    journal(&*store, &lease).await;
    let (before, moved) =
        (archive.export("x").await.unwrap(), Moved { format: Format(6), ..elsewhere() });
    assert_eq!(moved.shown(), Format(7));
    archive.part(&lease, &moved).await.unwrap();
    store.release(&lease).await.unwrap();
    assert_eq!(store.execution("x").await.unwrap(), old);
    assert_eq!(sequences(&*store).await, [1, 2, 3, 4, 5]);
    let seal = Some(Seal::Moved(moved.clone()));
    assert_eq!(archive.export("x").await.unwrap(), Parcel { seal, ..before.clone() });
    // By no one else's word for another place.
    let other = Moved { store: None, ..moved.clone() };
    let refused = archive.lift("x", &other).await;
    assert!(matches!(refused, Err(StoreError::Sealed { .. })), "{refused:?}");
    archive.lift("x", &moved).await.unwrap();
    archive.lift("x", &moved).await.unwrap();
    assert_eq!(archive.export("x").await.unwrap(), before);
    let seen = store.lease("x").await.unwrap();
    let lease = store.take("x", "bob", seen.as_ref()).await.unwrap();
    store.append(&lease, &[outcome(&lease, 6, Class::Read)]).await.unwrap();
    // And if it comes back, it is as it was.
    let file = File::new();
    let there = file.open();
    archive.part(&lease, &moved).await.unwrap();
    let parcel = Parcel { seal: None, ..archive.export("x").await.unwrap() };
    there.archive().unwrap().import(&parcel).await.unwrap();
    let back = there.archive().unwrap().export("x").await.unwrap();
    assert_eq!(archive.import(&back).await, Err(StoreError::Exists("x".to_owned())), "a copy");
    archive.import(&moving(&back)).await.unwrap();
    assert_eq!(archive.export("x").await.unwrap().format, Format(6));
    assert_eq!(sequences(&*store).await.len(), 6);
}

/// What could be done to a parcel.
type Change = fn(&mut Parcel);

async fn a_parcel_that_was_changed_is_refused(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    journal(&*store, &lease).await;
    store.change(&put(&lease, 1, "a")).await.unwrap();
    let whole = store.archive().unwrap().export("x").await.unwrap();
    let elsewhere = File::new();
    let changes: [(&str, Change); 11] = [
        ("was never at epoch", |it| it.epoch = u64::MAX),
        ("does not carry the hash of", |it| it.journal[1] = it.journal[1].replace("drs", "ec2")),
        ("stands where entry", |it| drop(it.journal.remove(2))),
        ("does not carry the hash of the execution's head", |it| it.head.push(' ')),
        ("is that of `x`", |it| "y".clone_into(&mut it.id)),
        ("is missing or was changed", |it| it.sources.clear()),
        ("its lease was never beyond 0", |it| it.epoch = 0),
        ("and not of format 2", |it| it.format.0 = 2),
        ("that are not its own", |it| "y/a".clone_into(&mut it.belongings.documents[0].name)),
        ("that are not its own", |it| "group".clone_into(&mut it.belongings.documents[0].kind)),
        ("that are not its own", |it| {
            it.belongings.marks.insert("k".to_owned(), 1);
        }),
    ];
    for (found, change) in changes {
        let mut parcel = whole.clone();
        change(&mut parcel);
        let refused = elsewhere.open().archive().unwrap().import(&parcel).await.unwrap_err();
        assert!(matches!(refused, StoreError::Damaged { .. }), "{refused:?}");
        assert!(refused.to_string().contains(found), "{refused}");
    }
    assert!(elsewhere.open().find(&Wanted::default()).await.unwrap().rows.is_empty());
}

async fn what_is_there_is_not_written_over(place: &Place) {
    let store = place.open();
    let archive = store.archive().unwrap();
    let lease = leased(&*store).await;
    journal(&*store, &lease).await;
    let parcel = archive.export("x").await.unwrap();
    let exists = Err(StoreError::Exists("x".to_owned()));
    assert_eq!(archive.import(&parcel).await, exists, "it is here");
    store.append(&lease, &[outcome(&lease, 6, Class::Read)]).await.unwrap();
    let moved = elsewhere();
    archive.part(&lease, &moved).await.unwrap();
    assert_eq!(archive.import(&moving(&parcel)).await, exists, "it has gone on since");
    assert_eq!(sequences(&*store).await, [1, 2, 3, 4, 5, 6]);
}
