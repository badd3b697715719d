use serde_json::json;

use super::*;
use crate::history::{End, Event, Failure, Signal, SignalKind};
use crate::machine::ExecutionStatus;
use crate::store::MemoryStore;

const HOUR: Duration = Duration::from_hours(1);

/// So many minutes after the first of our time.
fn minute(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + 60 * minutes).unwrap()
}

fn execution(nonce: &str) -> Execution {
    serde_json::from_value(json!({
        "format": 2, "id": "drill", "nonce": nonce, "created_at": minute(0),
        "created_by": "ann", "mode": "drill", "params": {}, "regions": ["us-west-2"],
        "account": "111122223333", "seed": 1, "moontide": "0", "luau": "0",
        "plan": { "name": "shop", "waves": [{ "name": "web" }] },
        "bundle": { "entry": "runbook", "modules": {} },
    }))
    .unwrap()
}

async fn owed(store: &MemoryStore) -> Obligation {
    Obligation::owe(store, &execution("1"), What::Cleanup, (HOUR, Ends::All)).await.unwrap()
}

async fn kept(store: &MemoryStore) -> Obligation {
    Obligation::of(store, &execution("1"), What::Cleanup).await.unwrap().unwrap()
}

fn happened(at: i64, event: Event) -> Entry {
    let (sequence, epoch) = (1, 1);
    Entry { sequence, epoch, at: minute(at), body: Body::Event { event } }
}

fn failed(attempt: u32) -> Event {
    let failure = json!({ "code": "NoCapacity", "message": "no", "details": {} });
    let failure: Failure = serde_json::from_value(failure).unwrap();
    Event::Ended { wave: "web".to_owned(), attempt, end: End::Failed { failure } }
}

fn retried() -> Event {
    let wish = SignalKind::Retry { wave: "web".to_owned(), mend: None };
    let (by, sender, comment) = ("ann".to_owned(), String::new(), String::new());
    let signal = Signal { wish, by, sender, comment, at: minute(30) };
    Event::Signalled { signal, number: Some(1), refused: None }
}

#[tokio::test]
async fn it_falls_due_a_time_after_the_last_end_and_a_retry_stops_the_clock() {
    let owed = owed(&MemoryStore::new()).await;
    let graph = Graph::of(&execution("1"));
    let mut journal = vec![happened(0, Event::Started)];
    let due = |journal: &[Entry]| owed.due(ended(&graph, journal));
    assert_eq!(due(&journal), None, "it runs");
    journal.push(happened(10, failed(1)));
    assert_eq!(due(&journal), Some(minute(70)));
    journal.push(happened(30, retried()));
    assert_eq!(due(&journal), None, "it was taken up again");
    let result = json!({});
    let done = Event::Ended { wave: "web".to_owned(), attempt: 2, end: End::Completed { result } };
    journal.push(happened(40, done));
    assert_eq!(due(&journal), Some(minute(100)));
}

#[tokio::test]
async fn one_of_two_carriers_takes_it_and_both_go_on_with_the_same_execution() {
    let store = MemoryStore::new();
    let owed = owed(&store).await;
    let first = owed.take(&store, "drill.cleanup-1", ("ann", minute(1))).await;
    let second = owed.take(&store, "drill.cleanup-2", ("bob", minute(1))).await;
    assert!(matches!(second, Err(StoreError::Conflict { .. })), "{second:?}");
    assert_eq!(kept(&store).await, first.unwrap());
    assert_eq!(kept(&store).await.carried_by(), Some("drill.cleanup-1"));
}

#[tokio::test]
async fn what_was_taken_by_a_carrier_that_died_is_still_owed_in_the_execution_that_it_chose() {
    let store = MemoryStore::new();
    owed(&store).await.take(&store, "drill.cleanup-1", ("ann", minute(1))).await.unwrap();
    // The next carrier knows nothing but the store.
    let found = kept(&store).await;
    assert!(
        found.is_open()
            && found.due(Some((minute(0), ExecutionStatus::Completed))) == Some(minute(60))
    );
    let noted = found.note(&store, "it has failed", ("bob", minute(2))).await.unwrap();
    assert_eq!(noted.carried_by(), Some("drill.cleanup-1"));
    let done = noted.settle(&store, noted.carried_by(), ("bob", minute(3))).await.unwrap();
    assert!(!done.is_open() && done.due(Some((minute(0), ExecutionStatus::Completed))).is_none());
    assert_eq!(kept(&store).await, done);
}

#[tokio::test]
async fn what_an_operator_drops_is_never_taken_and_says_why() {
    let store = MemoryStore::new();
    let owed = owed(&store).await;
    owed.give_up(&store, "we look at it tomorrow", ("ann", minute(1))).await.unwrap();
    let late = owed.take(&store, "drill.cleanup-1", ("bob", minute(2))).await;
    assert!(matches!(late, Err(StoreError::Conflict { .. })), "{late:?}");
    let dropped = kept(&store).await;
    assert_eq!(dropped.due(Some((minute(0), ExecutionStatus::Completed))), None);
    let (dropped_by, dropped_at) = ("ann".to_owned(), minute(1));
    let reason = "we look at it tomorrow".to_owned();
    assert_eq!(dropped.terms.state, Progress::Dropped { dropped_by, dropped_at, reason });
    // A drill that goes on does not take the operator's word back.
    assert_eq!(dropped.renew(&store, ("ann", minute(3))).await.unwrap(), dropped);
}

#[tokio::test]
async fn one_whose_execution_was_never_created_is_of_no_other_execution_of_that_id() {
    let store = MemoryStore::new();
    let void = owed(&store).await;
    let later = execution("2");
    assert!(!void.is_of(&later) && void.is_of(&execution("1")));
    assert_eq!(Obligation::of(&store, &later, What::Cleanup).await.unwrap(), None);
    void.forget(&store, ("ann", minute(1))).await.unwrap();
    assert_eq!(Obligation::all(&store, None).await.unwrap(), []);
}

#[tokio::test]
async fn what_was_done_is_owed_once_more_when_the_execution_goes_on() {
    let store = MemoryStore::new();
    let done = owed(&store).await.settle(&store, None, ("ann", minute(1))).await.unwrap();
    assert_eq!(done.renew(&store, ("ann", minute(2))).await.unwrap().terms.state, Progress::Owed);
    assert_eq!(
        kept(&store).await.due(Some((minute(5), ExecutionStatus::Completed))),
        Some(minute(65))
    );
}

#[tokio::test]
async fn a_carrier_that_found_it_at_its_end_settles_nothing_behind_a_retry() {
    let store = MemoryStore::new();
    let taken =
        owed(&store).await.take(&store, "drill.cleanup-1", ("ann", minute(1))).await.unwrap();
    let renewed = taken.renew(&store, ("bob", minute(2))).await.unwrap();
    assert_eq!(renewed.terms, taken.terms);
    let late = taken.settle(&store, None, ("ann", minute(3))).await;
    assert!(matches!(late, Err(StoreError::Conflict { .. })), "{late:?}");
    assert_eq!(kept(&store).await, renewed);
}

#[tokio::test]
async fn a_carrier_that_goes_on_with_its_cleanup_sees_that_it_was_dropped() {
    let store = MemoryStore::new();
    let taken =
        owed(&store).await.take(&store, "drill.cleanup-1", ("ann", minute(1))).await.unwrap();
    let again = taken.take(&store, "drill.cleanup-1", ("bob", minute(2))).await.unwrap();
    assert_eq!(again.terms, taken.terms);
    again.give_up(&store, "we look at it", ("eve", minute(3))).await.unwrap();
    let late = again.take(&store, "drill.cleanup-1", ("bob", minute(4))).await;
    assert!(matches!(late, Err(StoreError::Conflict { .. })), "{late:?}");
}

#[tokio::test]
async fn what_a_later_release_has_written_is_said_and_hides_no_other() {
    let store = MemoryStore::new();
    let owed = owed(&store).await;
    let later = Change {
        name: "x/undo/1".to_owned(),
        body: Some(json!({ "what": "undo" })),
        ..owed.change(Condition::New, ("ann", minute(1)))
    };
    crate::store::Documents::change(&store, &later).await.unwrap();
    let all = Obligation::all(&store, None).await.unwrap();
    assert_eq!(all[0], Ok(owed));
    let said = all[1].as_ref().unwrap_err().to_string();
    assert!(said.contains("the obligation `x/undo/1`"), "{said}");
}

#[tokio::test]
async fn what_was_dropped_meanwhile_is_not_owed_anew() {
    let store = MemoryStore::new();
    let dropped_by = "ann".to_owned();
    let dropped =
        Progress::Dropped { dropped_by, dropped_at: minute(1), reason: "by hand".to_owned() };
    let first = owed(&store).await;
    let terms = Terms { state: dropped.clone(), ..first.terms.clone() };
    first.write(&store, terms, Condition::At(first.version), ("ann", minute(1))).await.unwrap();
    assert_eq!(owed(&store).await.terms.state, dropped, "a second process owes it late");
    assert_eq!(kept(&store).await.terms.state, dropped);
}

#[tokio::test]
async fn one_that_is_owed_where_its_execution_completes_is_spared_where_it_does_not_and_owed_behind_a_retry()
 {
    let store = MemoryStore::new();
    let when = (HOUR, Ends::Completed);
    Obligation::owe(&store, &execution("1"), What::Cleanup, when).await.unwrap();
    let owed = kept(&store).await;
    assert_eq!(owed.terms.ends(), Ends::Completed, "it is kept");
    for status in [ExecutionStatus::Running, ExecutionStatus::Waiting, ExecutionStatus::Completed] {
        assert!(!owed.is_spared(status), "{status:?}");
    }
    for status in [ExecutionStatus::Failed, ExecutionStatus::Cancelled] {
        assert!(owed.is_spared(status), "{status:?}");
        assert_eq!(owed.due(Some((minute(0), status))), None);
    }
    let graph = Graph::of(&execution("1"));
    let mut journal = vec![happened(0, Event::Started), happened(10, failed(1))];
    assert_eq!(owed.due(ended(&graph, &journal)), None);
    journal.push(happened(30, retried()));
    let done = End::Completed { result: json!({}) };
    let done = Event::Ended { wave: "web".to_owned(), attempt: 2, end: done };
    journal.push(happened(40, done));
    assert_eq!(owed.due(ended(&graph, &journal)), Some(minute(100)));
    let done = owed.settle(&store, None, ("ann", minute(1))).await.unwrap();
    assert!(!done.is_spared(ExecutionStatus::Failed), "a person has seen to it");
}
