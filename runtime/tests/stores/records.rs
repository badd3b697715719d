//! Heads, journals and signals are kept as they were given.

use std::sync::Arc;

use futures_util::future::join_all;
use moontide_runtime::journal::{Channel, Execution, Format, Module};
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Lease, LeaseRecord, Standing, StoreError, Told, Wanted};

use crate::given::{entries, execution, leased, moment, sequences, signal};
use crate::place::Place;

crate::on_every_store!(
    an_execution_is_found_as_it_was_created,
    executions_of_one_runbook_and_of_others_keep_their_sources,
    an_id_is_created_once,
    one_of_many_creates_wins,
    the_list_is_newest_first,
    a_list_says_where_each_stands,
    a_list_is_of_what_is_wanted_part_by_part,
    what_is_not_there_is_not_found,
    what_a_newer_release_wrote_is_only_listed,
    a_journal_is_read_from_any_entry,
    entries_follow_one_another,
    an_append_of_nothing_needs_the_lease_all_the_same,
    many_appends_that_wait_are_all_made,
    signals_are_numbered_in_order,
    no_signal_is_lost_among_many,
);

async fn an_execution_is_found_as_it_was_created(place: &Place) {
    place.open().create(&execution("x")).await.unwrap();
    assert_eq!(place.open().execution("x").await.unwrap(), execution("x"));
}

async fn executions_of_one_runbook_and_of_others_keep_their_sources(place: &Place) {
    let mut mended = execution("mended");
    let module = Module { file: "three_tier/more.luau".to_owned(), source: "return 2\n".into() };
    mended.bundle.modules.insert("more".to_owned(), module);
    let old = Execution { format: Format(6), ..execution("old") };
    let all = [execution("x"), execution("y"), mended, old];
    let store = place.open();
    for execution in &all {
        store.create(execution).await.unwrap();
    }
    // The one knows what it has written, the other has to read it.
    for store in [store, place.open()] {
        for execution in &all {
            assert_eq!(store.execution(&execution.id).await.unwrap(), *execution);
        }
    }
}

async fn an_id_is_created_once(place: &Place) {
    let store = place.open();
    store.create(&execution("x")).await.unwrap();
    let other = Execution { created_by: "bob".to_owned(), ..execution("x") };
    let refused = place.open().create(&other).await;
    assert_eq!(refused, Err(StoreError::Exists("x".to_owned())));
    assert_eq!(store.execution("x").await.unwrap().created_by, "alice");
}

async fn one_of_many_creates_wins(place: &Place) {
    let stores = [place.open(), place.open()];
    let execution = execution("x");
    let creates = (0..20).map(|n| stores[n % 2].create(&execution));
    let winners = join_all(creates).await.into_iter().flatten().count();
    assert_eq!(winners, 1);
}

async fn the_list_is_newest_first(place: &Place) {
    let store = place.open();
    assert_eq!(store.list().await.unwrap(), []);
    // Half a second is written with more digits than a whole one, and must not sort by them.
    for (id, at) in [("b", 1000), ("a", 1000), ("d", 1500), ("c", 500)] {
        let execution = Execution { created_at: moment(at), ..execution(id) };
        store.create(&execution).await.unwrap();
    }
    let lease = store.take("b", "alice", None).await.unwrap();
    store.append(&lease, &entries(&lease, 1..=3)).await.unwrap();

    let list = place.open().list().await.unwrap();
    let ids: Vec<_> = list.iter().map(|listed| (&*listed.id, listed.last_sequence)).collect();
    assert_eq!(ids, [("d", 0), ("a", 0), ("b", 3), ("c", 0)]);
    assert_eq!((&*list[0].runbook, list[0].created_at), ("three-tier", moment(1500)));
}

async fn a_list_says_where_each_stands(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    let told = async || {
        let part = place.open().find(&Wanted::default()).await.unwrap();
        assert_eq!((part.rows.len(), part.next), (1, None));
        part.rows[0].told.unwrap()
    };
    let new = Told { mode: Mode::Drill, standing: Standing::NEW, sent: 0 };
    assert_eq!(told().await, new);
    let standing = Standing { status: ExecutionStatus::Running, seen: 0 };
    store.append_standing(&lease, &entries(&lease, 1..=2), Some(standing)).await.unwrap();
    store.append(&lease, &entries(&lease, 3..=3)).await.unwrap();
    assert_eq!(told().await, Told { standing, ..new });
    store.send("x", &signal("bob")).await.unwrap();
    store.send("x", &signal("eve")).await.unwrap();
    let told_of_two = told().await;
    assert_eq!((told_of_two, told_of_two.waiting()), (Told { standing, sent: 2, ..new }, 2));
    // What is refused changes nothing.
    let failed = Standing { status: ExecutionStatus::Failed, seen: 2 };
    store.append_standing(&lease, &entries(&lease, 9..=9), Some(failed)).await.unwrap_err();
    assert_eq!(told().await, told_of_two);
    store.append_standing(&lease, &entries(&lease, 4..=4), Some(failed)).await.unwrap();
    let over = told().await;
    assert_eq!((over.standing, over.waiting()), (failed, 0));
}

async fn a_list_is_of_what_is_wanted_part_by_part(place: &Place) {
    let store = place.open();
    for (n, id) in (0..).zip(["a", "b", "c", "d", "e", "f", "g"]) {
        // Two of each moment.
        let label = |key: &str, value: String| (key.to_owned(), value);
        let labels = [label("team", format!("t{}", n % 2)), label("day \"1\"", String::new())];
        let (created_at, labels) = (moment(1000 + n / 2), labels.into());
        // An earlier release did not say what started the first one.
        let other = if n % 2 == 1 { Channel::Schedule } else { Channel::Cli };
        let source = (n > 0).then_some(other);
        let execution = Execution { created_at, labels, source, ..execution(id) };
        store.create(&execution).await.unwrap();
        let lease = store.take(id, "alice", None).await.unwrap();
        let status = if n % 3 == 0 { ExecutionStatus::Failed } else { ExecutionStatus::Completed };
        let standing = Some(Standing { status, seen: 0 });
        store.append_standing(&lease, &entries(&lease, 1..=1), standing).await.unwrap();
    }
    let ids = async |wanted: Wanted| {
        let (mut ids, mut parts, mut after) = (String::new(), 0, wanted.after.clone());
        loop {
            let part = store.find(&Wanted { after, ..wanted.clone() }).await.unwrap();
            parts += 1;
            part.rows.iter().for_each(|row| ids.push_str(&row.id));
            after = part.next;
            if after.is_none() {
                return (ids, parts);
            }
        }
    };
    let all = Wanted::default();
    assert_eq!(ids(all.clone()).await, ("gfedcba".to_owned(), 1));
    for (limit, parts) in [(1, 7), (3, 3), (6, 2), (7, 1), (100, 1)] {
        let wanted = Wanted { limit: Some(limit), ..all.clone() };
        assert_eq!(ids(wanted).await, ("gfedcba".to_owned(), parts), "{limit}");
    }
    let failed = Wanted { statuses: vec![ExecutionStatus::Failed], ..all.clone() };
    assert_eq!(ids(failed.clone()).await.0, "gda");
    assert_eq!(ids(Wanted { limit: Some(2), ..failed.clone() }).await, ("gda".to_owned(), 2));
    let both = vec![ExecutionStatus::Failed, ExecutionStatus::Completed];
    assert_eq!(ids(Wanted { statuses: both, ..all.clone() }).await.0, "gfedcba");
    let running = Wanted { statuses: vec![ExecutionStatus::Running], ..all.clone() };
    assert_eq!(ids(running).await, (String::new(), 1));
    assert_eq!(ids(Wanted { since: Some(moment(1002)), ..failed }).await.0, "g");
    let after = store.find(&Wanted { limit: Some(5), ..all.clone() }).await.unwrap().next;
    let later = Wanted { since: Some(moment(1003)), after, ..all.clone() };
    assert_eq!(ids(later).await, (String::new(), 1), "what comes behind that is older");
    let labelled = |labels: &[(&str, &str)]| Wanted {
        labels: labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
        ..all.clone()
    };
    assert_eq!(ids(labelled(&[("team", "t1")])).await.0, "fdb");
    assert_eq!(ids(labelled(&[("team", "t0"), ("day \"1\"", "")])).await.0, "geca");
    for none in [&[("team", "t2")] as &[_], &[("day", "")], &[("team", "t0"), ("x", "")]] {
        assert_eq!(ids(labelled(none)).await.0, "", "{none:?}");
    }
    let started = |source| Wanted { source: Some(source), ..all.clone() };
    assert_eq!(ids(started(Channel::Schedule)).await.0, "fdb");
    assert_eq!(
        ids(Wanted { limit: Some(1), ..started(Channel::Cli) }).await,
        ("gec".to_owned(), 3)
    );
    assert_eq!(ids(started(Channel::Api)).await.0, "");
    let rows = store.find(&all).await.unwrap().rows;
    let sources: Vec<_> = rows.iter().rev().take(3).map(|row| row.source).collect();
    assert_eq!(sources, [None, Some(Channel::Schedule), Some(Channel::Cli)]);
    let other = Wanted { runbook: Some("other".to_owned()), ..all.clone() };
    assert_eq!(ids(other).await.0, "");
    let same = Wanted { runbook: Some("three-tier".to_owned()), limit: Some(4), ..all };
    assert_eq!(ids(same).await, ("gfedcba".to_owned(), 2));
    for (id, runbook) in
        [("z.cleanup-12", "cleanup"), ("z.cleanup-1x", "cleanup"), ("y.cleanup-1", "shop")]
    {
        let mut cleanup = Execution { created_at: moment(2000), ..execution(id) };
        cleanup.plan.name = runbook.to_owned();
        store.create(&cleanup).await.unwrap();
    }
    let newest = Wanted { since: Some(moment(2000)), without_cleanups: true, ..Wanted::default() };
    assert_eq!(ids(newest).await.0, "z.cleanup-1xy.cleanup-1");
    let newest = Wanted { since: Some(moment(2000)), ..Wanted::default() };
    assert_eq!(ids(newest).await.0.len(), "z.cleanup-1xz.cleanup-12y.cleanup-1".len());
}

async fn what_is_not_there_is_not_found(place: &Place) {
    let store = place.open();
    let lease = Lease { execution: "x".to_owned(), holder: "alice".to_owned(), epoch: 1 };
    let record = LeaseRecord { holder: "alice".to_owned(), epoch: 1, beat: 0 };
    let missing = StoreError::NotFound("x".to_owned());
    assert_eq!(store.execution("x").await, Err(missing.clone()));
    assert_eq!(store.append(&lease, &[]).await, Err(missing.clone()));
    assert_eq!(store.journal("x", 1).await, Err(missing.clone()));
    assert_eq!(store.lease("x").await, Err(missing.clone()));
    assert_eq!(store.take("x", "alice", None).await, Err(missing.clone()));
    assert_eq!(store.holder_is_gone("x", &record).await, Err(missing.clone()));
    assert_eq!(store.renew(&lease).await, Err(missing.clone()));
    assert_eq!(store.release(&lease).await, Err(missing.clone()));
    assert_eq!(store.send("x", &signal("bob")).await, Err(missing.clone()));
    assert_eq!(store.signals("x", 0).await, Err(missing));
}

async fn what_a_newer_release_wrote_is_only_listed(place: &Place) {
    let store = place.open();
    let newer = Execution { format: Format(Format::CURRENT.0 + 1), ..execution("x") };
    store.create(&newer).await.unwrap();
    let is_refused =
        |error| matches!(error, StoreError::Format { place, .. } if place == "execution `x`");
    assert!(is_refused(store.execution("x").await.unwrap_err()));
    assert!(is_refused(store.journal("x", 1).await.unwrap_err()));
    assert!(is_refused(store.take("x", "alice", None).await.unwrap_err()));
    assert!(is_refused(store.send("x", &signal("bob")).await.unwrap_err()));
    assert_eq!(store.list().await.unwrap().len(), 1);
}

async fn a_journal_is_read_from_any_entry(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    let written = entries(&lease, 1..=5);
    store.append(&lease, &written[..2]).await.unwrap();
    store.append(&lease, &written[2..]).await.unwrap();
    let other = place.open();
    assert_eq!(other.journal("x", 0).await.unwrap(), written);
    assert_eq!(other.journal("x", 1).await.unwrap(), written);
    assert_eq!(other.journal("x", 4).await.unwrap(), written[3..]);
    assert_eq!(other.journal("x", 6).await.unwrap(), []);
    assert_eq!(other.journal("x", u64::MAX).await.unwrap(), []);
}

async fn entries_follow_one_another(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    store.append(&lease, &entries(&lease, [1, 2])).await.unwrap();
    let epoch = lease.epoch;
    for (wrong, last, found) in [([2, 3], 2, 2), ([4, 5], 2, 4), ([3, 5], 3, 5), ([3, 3], 3, 3)] {
        let refused = store.append(&lease, &entries(&lease, wrong)).await;
        assert_eq!(refused, Err(StoreError::Misplaced { last, found, epoch }));
    }
    let foreign = entries(&Lease { epoch: 7, ..lease.clone() }, [3]);
    let refused = store.append(&lease, &foreign).await;
    assert_eq!(refused, Err(StoreError::Misplaced { last: 2, found: 3, epoch: 7 }));
    assert_eq!(sequences(&*store).await, [1, 2], "nothing of a refused append is kept");
    store.append(&lease, &entries(&lease, [3])).await.unwrap();
}

async fn an_append_of_nothing_needs_the_lease_all_the_same(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    assert_eq!(store.append(&lease, &[]).await, Ok(()));
    let other = Lease { holder: "bob".to_owned(), ..lease };
    assert_eq!(store.append(&other, &[]).await, Err(StoreError::Fenced { ours: 1, current: 1 }));
}

async fn many_appends_that_wait_are_all_made(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    let (all, wrong) = (entries(&lease, 1..=200), entries(&lease, [900]));
    // They are asked for in order before any is made; one of them is wrong, and harms no other.
    let mut appends: Vec<_> = all.chunks(1).map(|entry| store.append(&lease, entry)).collect();
    appends.insert(100, store.append(&lease, &wrong));
    let made = join_all(appends).await.into_iter().flatten().count();
    assert_eq!(made, 200);
    assert!(sequences(&*place.open()).await.into_iter().eq(1..=200));
}

async fn signals_are_numbered_in_order(place: &Place) {
    let stores = [place.open(), place.open()];
    stores[0].create(&execution("x")).await.unwrap();
    stores[0].create(&execution("y")).await.unwrap();
    assert_eq!(stores[0].signals("x", 0).await.unwrap(), []);
    for (number, by) in (1..).zip(["alice", "bob", "carol"]) {
        let sent = stores[usize::try_from(number).unwrap() % 2].send("x", &signal(by)).await;
        assert_eq!(sent, Ok(number));
    }
    assert_eq!(stores[1].send("y", &signal("dave")).await, Ok(1));
    let later = stores[1].signals("x", 1).await.unwrap();
    assert_eq!(later, [(2, signal("bob")), (3, signal("carol"))]);
    assert_eq!(stores[0].signals("x", u64::MAX).await.unwrap(), []);
}

async fn no_signal_is_lost_among_many(place: &Place) {
    let stores = [place.open(), place.open()];
    stores[0].create(&execution("x")).await.unwrap();
    let send = |n: usize| {
        let store = Arc::clone(&stores[n % 2]);
        async move { store.send("x", &signal(&n.to_string())).await.unwrap() }
    };
    let mut numbers = join_all((0..100).map(send)).await;
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(1..=100), "{numbers:?}");
}
