//! What is claimed is told to the second one, and no crash leaves a claim that has to be lifted by hand.

use futures_util::future::join_all;
use jiff::{Timestamp, ToSpan};
use moontide_runtime::journal::execution::Simulator;
use moontide_runtime::journal::{Execution, Format};
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::{Event, ExecutionStatus, Signal};
use moontide_runtime::store::claims::{self, Claimant, Held, Holder, KIND, Stands, Taken, Wanted};
use moontide_runtime::store::{Change, Condition, Moved, SignalKind, Store, StoreError};
use serde_json::json;

use crate::given::{execution, moment, signal};
use crate::place::Place;

crate::on_every_store!(
    the_second_is_told_of_the_first_until_that_is_over,
    one_that_goes_on_is_not_written_over_by_what_found_it_over,
    one_that_is_about_to_be_retried_is_not_over,
    all_is_claimed_or_nothing,
    what_a_call_that_was_cut_off_has_left_is_given_back_with_the_rest,
    of_many_that_claim_at_once_one_is_first,
    what_was_never_created_holds_nothing_after_a_moment,
    one_that_was_started_beside_another_holds_it_too,
    a_server_that_was_given_up_by_name_is_shared,
    what_is_given_back_leaves_the_others_in_their_place,
    what_cannot_be_read_is_no_decision,
);

/// Claims these, for an execution of that id which was started beside those.
async fn claim(store: &dyn Store, id: &str, names: &[&str], beside: &[&str]) -> Taken {
    claim_at(store, id, names, beside, moment(0)).await.unwrap()
}

async fn claim_at(
    store: &dyn Store,
    id: &str,
    names: &[&str],
    beside: &[&str],
    at: Timestamp,
) -> Result<Taken, StoreError> {
    let beside: Vec<String> = beside.iter().map(|it| (*it).to_owned()).collect();
    let wanted = |it: &&str| Wanted { name: (*it).to_owned(), is_given_up: false };
    let wanted: Vec<Wanted> = names.iter().map(wanted).collect();
    claimant(store, id, &beside, at).take(&wanted).await
}

fn claimant<'a>(
    store: &'a dyn Store,
    id: &str,
    beside: &'a [String],
    at: Timestamp,
) -> Claimant<'a> {
    Claimant { store, holder: holder(id, at), beside }
}

fn holder(id: &str, since: Timestamp) -> Holder {
    Holder { execution: id.to_owned(), wave: String::new(), by: "ann".to_owned(), since }
}

fn held(name: &str, id: &str, stands: Stands) -> Held {
    Held { name: name.to_owned(), holder: holder(id, moment(0)), stands }
}

const PENDING: Stands = Stands::Here(ExecutionStatus::Pending);

/// The holders of each claim, by name.
async fn holders(store: &dyn Store) -> Vec<(String, Vec<String>)> {
    let all = claims::all(store).await.unwrap();
    let ids = |claim: claims::Claim| claim.holders.into_iter().map(|it| it.execution).collect();
    all.into_iter().map(|(name, claim)| (name, ids(claim))).collect()
}

fn one(name: &str, ids: &[&str]) -> (String, Vec<String>) {
    (name.to_owned(), ids.iter().map(|it| (*it).to_owned()).collect())
}

/// Cancels an execution that has not begun.
async fn end(store: &dyn Store, id: &str) {
    use moontide_runtime::journal::{Body, Entry};
    let lease = store.take(id, "runner", None).await.unwrap();
    let (by, sender, comment) = ("ann".to_owned(), String::new(), String::new());
    let signal =
        Signal { wish: SignalKind::Cancel { seen: 0 }, by, sender, comment, at: moment(1) };
    let cancelled = Event::Signalled { number: None, signal, refused: None };
    let events = [cancelled, Event::Started];
    let entry = |(at, event)| Entry {
        sequence: at,
        epoch: lease.epoch,
        at: moment(1),
        body: Body::Event { event },
    };
    let entries: Vec<Entry> = (1..).zip(events).map(entry).collect();
    store.append(&lease, &entries).await.unwrap();
    store.release(&lease).await.unwrap();
}

async fn the_second_is_told_of_the_first_until_that_is_over(place: &Place) {
    let store = place.open();
    let store = store.as_ref();
    let plan = claims::plan(&execution("first")).unwrap();
    assert!(
        matches!(claim(store, "first", &[&plan], &[]).await, Taken::All(beside) if beside.is_empty())
    );
    store.create(&execution("first")).await.unwrap();
    store.create(&execution("second")).await.unwrap();
    let told = Taken::Refused(vec![held(&plan, "first", PENDING)]);
    assert_eq!(claim(store, "second", &[&plan], &[]).await, told);
    assert_eq!(claim(store, "first", &[&plan], &[]).await, Taken::All(Vec::new()), "its own");
    end(store, "first").await;
    // Its runner died before it gave the claim back.
    assert_eq!(holders(store).await, [one(&plan, &["first"])]);
    assert_eq!(claim(store, "second", &[&plan], &[]).await, Taken::All(Vec::new()));
    assert_eq!(holders(store).await, [one(&plan, &["second"])]);
}

async fn one_that_goes_on_is_not_written_over_by_what_found_it_over(place: &Place) {
    let store = place.open();
    let store = store.as_ref();
    store.create(&execution("first")).await.unwrap();
    claim(store, "first", &["plan/x"], &[]).await;
    let seen = store.document(KIND, "plan/x").await.unwrap().unwrap();
    // Taken up again, behind that look.
    assert_eq!(claim(store, "first", &["plan/x"], &[]).await, Taken::All(Vec::new()));
    let late = Change {
        kind: KIND.to_owned(),
        name: "plan/x".to_owned(),
        body: Some(json!({ "holders": [holder("second", moment(3))] })),
        condition: Condition::At(seen.version),
        at: moment(3),
        by: "second".to_owned(),
        behalf: None,
    };
    let refused = store.change(&late).await;
    assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
}

async fn one_that_is_about_to_be_retried_is_not_over(place: &Place) {
    let store = place.open();
    let store = store.as_ref();
    for id in ["first", "second"] {
        store.create(&execution(id)).await.unwrap();
    }
    claim(store, "first", &["plan/x"], &[]).await;
    end(store, "first").await;
    // No runner has taken it yet: the one that does writes nothing into the claim any more.
    let retry = SignalKind::Retry { wave: "database".to_owned(), mend: None };
    store.send("first", &Signal { wish: retry, ..signal("ann") }).await.unwrap();
    let told = claim(store, "second", &["plan/x"], &[]).await;
    assert!(
        matches!(&told, Taken::Refused(held) if held[0].holder.execution == "first"),
        "{told:?}"
    );
}

async fn all_is_claimed_or_nothing(place: &Place) {
    let store = place.open();
    let store = store.as_ref();
    for id in ["first", "second"] {
        store.create(&execution(id)).await.unwrap();
    }
    claim(store, "first", &["server/r/b"], &[]).await;
    let all = ["server/r/a", "server/r/b", "server/r/c"];
    let told = Taken::Refused(vec![held("server/r/b", "first", PENDING)]);
    assert_eq!(claim(store, "second", &all, &[]).await, told);
    assert_eq!(holders(store).await, [one("server/r/b", &["first"])]);
}

async fn what_a_call_that_was_cut_off_has_left_is_given_back_with_the_rest(place: &Place) {
    let store = place.open();
    let store = store.as_ref();
    for id in ["first", "second"] {
        store.create(&execution(id)).await.unwrap();
    }
    let of_wave = |wave: &str| Claimant {
        store,
        holder: Holder { wave: wave.to_owned(), ..holder("second", moment(0)) },
        beside: &[],
    };
    let wanted = |name: &str| Wanted { name: name.to_owned(), is_given_up: false };
    // Its runner died behind the first of two claims, and another execution took the second one.
    of_wave("web").take(&[wanted("server/r/a")]).await.unwrap();
    of_wave("database").take(&[wanted("server/r/d")]).await.unwrap();
    claim(store, "first", &["server/r/b"], &[]).await;
    let told = of_wave("web").take(&[wanted("server/r/a"), wanted("server/r/b")]).await.unwrap();
    assert_eq!(told, Taken::Refused(vec![held("server/r/b", "first", PENDING)]));
    let left = [one("server/r/b", &["first"]), one("server/r/d", &["second"])];
    assert_eq!(holders(store).await, left);
}

async fn of_many_that_claim_at_once_one_is_first(place: &Place) {
    let stores: Vec<_> = (0..6).map(|_| place.open()).collect();
    let ids: Vec<String> = (0..6).map(|at| format!("e{at}")).collect();
    for id in &ids {
        stores[0].create(&execution(id)).await.unwrap();
    }
    let all =
        ids.iter().zip(&stores).map(|(id, store)| claim(store.as_ref(), id, &["plan/x"], &[]));
    let taken = join_all(all).await;
    assert_eq!(taken.iter().filter(|it| matches!(it, Taken::All(_))).count(), 1, "{taken:?}");
    assert_eq!(holders(stores[0].as_ref()).await[0].1.len(), 1);
}

async fn what_was_never_created_holds_nothing_after_a_moment(place: &Place) {
    let store = place.open();
    let store = store.as_ref();
    claim(store, "gone", &["plan/x"], &[]).await;
    store.create(&execution("next")).await.unwrap();
    let told = Taken::Refused(vec![held("plan/x", "gone", Stands::Beginning)]);
    assert_eq!(claim(store, "next", &["plan/x"], &[]).await, told);
    let later = moment(0) + 31.seconds();
    let taken = claim_at(store, "next", &["plan/x"], &[], later).await.unwrap();
    assert_eq!(taken, Taken::All(Vec::new()));
    // Where it was created after all, it finds that it came too late before it is driven.
    store.create(&execution("gone")).await.unwrap();
    let Taken::Refused(told) = claim(store, "gone", &["plan/x"], &[]).await else {
        panic!("two executions hold one plan");
    };
    assert_eq!((told[0].holder.execution.as_str(), &told[0].stands), ("next", &PENDING));
}

async fn one_that_was_started_beside_another_holds_it_too(place: &Place) {
    let store = place.open();
    let store = store.as_ref();
    for id in ["first", "second", "third"] {
        store.create(&execution(id)).await.unwrap();
    }
    claim(store, "first", &["plan/x"], &[]).await;
    let beside = Taken::All(vec![held("plan/x", "first", PENDING)]);
    assert_eq!(claim(store, "second", &["plan/x"], &["first"]).await, beside);
    end(store, "first").await;
    let told = Taken::Refused(vec![held("plan/x", "second", PENDING)]);
    assert_eq!(claim(store, "third", &["plan/x"], &["first"]).await, told);
}

async fn a_server_that_was_given_up_by_name_is_shared(place: &Place) {
    let store = place.open();
    let store = store.as_ref();
    for id in ["first", "second"] {
        store.create(&execution(id)).await.unwrap();
    }
    claim(store, "first", &["server/r/a", "server/r/b"], &[]).await;
    let wanted = |name: &str, is_given_up| Wanted { name: name.to_owned(), is_given_up };
    let second = claimant(store, "second", &[], moment(0));
    let both = [wanted("server/r/a", true), wanted("server/r/b", false)];
    let told = Taken::Refused(vec![held("server/r/b", "first", PENDING)]);
    assert_eq!(second.take(&both).await.unwrap(), told);
    let beside = Taken::All(vec![held("server/r/a", "first", PENDING)]);
    assert_eq!(second.take(&both[..1]).await.unwrap(), beside);
    // The first goes on with what it has.
    assert_eq!(claim(store, "first", &["server/r/a"], &[]).await, Taken::All(Vec::new()));
}

async fn what_is_given_back_leaves_the_others_in_their_place(place: &Place) {
    let store = place.open();
    let store = store.as_ref();
    for id in ["first", "second"] {
        store.create(&execution(id)).await.unwrap();
    }
    claim(store, "first", &["plan/x", "server/r/a", "server/r/b"], &[]).await;
    claim(store, "second", &["server/r/b"], &["first"]).await;
    claimant(store, "first", &[], moment(2)).release().await.unwrap();
    assert_eq!(holders(store).await, [one("server/r/b", &["second"])]);
    claimant(store, "second", &[], moment(2)).release().await.unwrap();
    assert_eq!(holders(store).await, []);
}

async fn what_cannot_be_read_is_no_decision(place: &Place) {
    let store = place.open();
    let store = store.as_ref();
    for id in ["gone", "next"] {
        store.create(&execution(id)).await.unwrap();
    }
    claim(store, "gone", &["plan/x"], &[]).await;
    if let Some(archive) = store.archive() {
        let lease = store.take("gone", "runner", None).await.unwrap();
        let (by, to) = ("bob".to_owned(), "elsewhere".to_owned());
        let format = Format::CURRENT;
        let moved = Moved { at: moment(9), by, to, store: Some("b".to_owned()), format };
        archive.part(&lease, &moved).await.unwrap();
        let told = Taken::Refused(vec![held("plan/x", "gone", Stands::Moved(moved))]);
        assert_eq!(claim(store, "next", &["plan/x"], &[]).await, told, "it goes on there");
    }
    let change = Change {
        kind: KIND.to_owned(),
        name: "plan/x".to_owned(),
        body: Some(json!({ "owner": "gone" })),
        condition: Condition::Any,
        at: moment(5),
        by: "later".to_owned(),
        behalf: None,
    };
    store.change(&change).await.unwrap();
    let unread = claim_at(store, "next", &["plan/x"], &[], moment(0)).await;
    assert!(matches!(unread, Err(StoreError::Damaged { .. })), "{unread:?}");
}

#[test]
fn a_plan_is_the_same_where_runbook_mode_regions_params_and_place_are() {
    let name = |change: fn(&mut Execution)| {
        let mut execution = execution("x");
        change(&mut execution);
        claims::plan(&execution)
    };
    let usual = name(|_| {}).unwrap();
    assert!(usual.starts_with("plan/drill/us-west-2/three-tier/"), "{usual}");
    assert_eq!(name(|it| it.id = "y".to_owned()).as_ref(), Some(&usual));
    let others = [
        name(|it| it.mode = Mode::Recovery),
        name(|it| it.regions = vec!["eu-west-1".to_owned()]),
        name(|it| drop(it.params.insert("environment".to_owned(), "production".into()))),
        name(|it| it.params.clear()),
        name(|it| it.plan.name = "other".to_owned()),
        name(|it| {
            let endpoint_url = "http://127.0.0.1:9000".to_owned();
            it.simulator = Some(Simulator { endpoint_url, speed: None });
        }),
    ];
    assert!(others.iter().all(|it| it.is_some() && it.as_ref() != Some(&usual)), "{others:?}");
    assert_eq!(name(|it| it.acts_for = Some("drill".to_owned())), None, "a cleanup claims none");
    let server = claims::server(&execution("x"), "us-west-2", "s-1");
    assert_eq!(server, "server/us-west-2/s-1");
}
