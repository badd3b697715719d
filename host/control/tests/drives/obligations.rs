//! What is owed for a drill is seen, carried out and dropped by calls alone: no binary, and no store but this process's.

use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use moontide_control::cleanup::End;
use moontide_control::clocks::SystemClock;
use moontide_control::error::Hint;
use moontide_control::obligations::list::List;
use moontide_control::obligations::{Carrier, How, drop, late};
use moontide_control::view::obligation::Stage;
use moontide_kit::{Hooked, Hooks};
use moontide_runtime::store::documents::{Change, Condition};
use moontide_runtime::store::obligations::Ends;
use moontide_runtime::store::{StoreError, obligations};

use super::*;

/// A drill of `hello` that has ended, and owes its cleanup so long after that; and the world that it is in.
struct Drill {
    store: Arc<dyn Store>,
    simulator: Simulator,
    /// The time in it.
    clock: Arc<dyn Clock>,
    face: Rc<Heard>,
    id: String,
}

impl Drill {
    async fn owing(after: Duration) -> Drill {
        Drill::owing_in(Arc::new(MemoryStore::new()), after).await
    }

    async fn owing_in(store: Arc<dyn Store>, after: Duration) -> Drill {
        let scenario = world_file::beside(&runbook("hello")).expect("it works here");
        // A drill takes a while in the time of its world, and none on this machine: both are over by now.
        let yesterday = SystemClock::new().now() - Duration::from_hours(24);
        let clock: Arc<dyn Clock> = Arc::new(VirtualClock::starting_at(yesterday));
        let simulator = Simulator::new(scenario, Arc::new(PausedClock::new(yesterday)));
        let mut drill = Drill { store, simulator, clock, face: Rc::default(), id: String::new() };
        let operator = drill.operator();
        let mut start = start("hello");
        start.request.cleanup_after = Some((after, Ends::All));
        let head = start.head(&operator).expect("it works here");
        let reached = reached(&drill.simulator, &drill.clock, &head).await;
        let begun = Box::pin(start.begin_in(reached, head, &operator)).await;
        let Ok(Started::New(runner)) = begun else { panic!("it is new") };
        let driven = runner.drive(pending()).await.expect("it works here");
        assert_eq!(driven.ended, Ended::Finished(ExecutionStatus::Completed));
        drill.id = runner.execution.id.clone();
        // AWS tells the time in whole seconds: what is due at once is due in the next one.
        tokio::time::advance(Duration::from_secs(1)).await;
        drill
    }

    /// An operator whose way to AWS leads to the simulator in this process.
    fn operator(&self) -> Operator {
        let session = rehearsal::session(&self.simulator);
        let opened = Some(Opened { session, clock: Some(Arc::clone(&self.clock)) });
        let target = Target { opened, ..Target::default() };
        Operator { target, ..operator(&self.store, &self.face) }
    }

    async fn record(&self, id: &str) -> Record {
        Record::load(self.store.as_ref(), id).await.expect("it works here")
    }

    async fn owed(&self) -> List {
        let list = List::load(self.store.as_ref(), "here".to_owned(), true).await;
        list.expect("it works here")
    }

    fn terminated(&self) -> usize {
        let counts = self.simulator.counts();
        let drs = counts.get("drs").and_then(|drs| drs.get("TerminateRecoveryInstances"));
        drs.copied().unwrap_or_default()
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_owed_and_due_is_carried_out_once() {
    let drill = Drill::owing(Duration::ZERO).await;
    let record = drill.record(&drill.id).await;
    assert!(late(&record).is_some() && record.has_instances);
    let owed = drill.owed().await;
    assert_eq!((owed.obligations[0].view.state, owed.next), (Stage::Due, vec![Next::CarryOut]));

    let operator = drill.operator();
    let carrier = Carrier { operator: &operator };
    let round = carrier.go(true, &mut async || pending().await).await.unwrap();
    let round = round.expect("it was not stopped");
    let completed = End::Driven(Ended::Finished(ExecutionStatus::Completed));
    assert_eq!((round.open, round.hows), (0, vec![How::CleanedUp(vec![completed])]));
    assert_eq!(round.rows[0].view.state, Stage::Done);
    let said = Remark::CleaningUp { drill: drill.id.clone() };
    assert!(drill.face.remarks.borrow().contains(&said));
    assert_eq!(drill.terminated(), 1);

    let record = drill.record(&drill.id).await;
    assert!(late(&record).is_none() && !record.has_instances);
    let again = carrier.go(true, &mut async || pending().await).await.unwrap();
    assert!(again.expect("it was not stopped").rows.is_empty());
    assert_eq!(drill.terminated(), 1);
}

/// Another carrier writes, just as this one is about to say that it is done.
#[derive(Default)]
struct Contended(AtomicBool);

#[async_trait]
impl Hooks for Contended {
    async fn change(&self, inner: &dyn Store, change: &Change) -> Result<u64, StoreError> {
        let is_done = change.body.as_ref().is_some_and(|it| it.to_string().contains("done_by"));
        if change.kind == obligations::KIND && is_done && !self.0.swap(true, Ordering::Relaxed) {
            let now = inner.document(&change.kind, &change.name).await?.expect("it is owed");
            let (body, condition) = (Some(now.body), Condition::At(now.version));
            let by = "another".to_owned();
            inner.change(&Change { body, condition, by, ..change.clone() }).await?;
        }
        inner.change(change).await
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_done_is_done_although_another_carrier_writes_in_between() {
    let store = Hooked::over(&Arc::new(MemoryStore::new()), Contended::default());
    let drill = Drill::owing_in(Arc::new(store), Duration::ZERO).await;
    let operator = drill.operator();
    let carrier = Carrier { operator: &operator };
    let round = carrier.round(&mut async || pending().await).await.unwrap();
    let completed = End::Driven(Ended::Finished(ExecutionStatus::Completed));
    assert_eq!((round.open, round.hows), (0, vec![How::CleanedUp(vec![completed])]));
    assert_eq!((round.rows[0].view.state, drill.terminated()), (Stage::Done, 1));
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_is_stopped_in_a_cleanup_says_so_and_another_one_goes_on_with_it() {
    let drill = Drill::owing(Duration::ZERO).await;
    let operator = drill.operator();
    let carrier = Carrier { operator: &operator };
    let round = carrier.round(&mut async || ()).await.unwrap();
    assert!(round.hows.iter().all(How::is_stop) && round.open == 1, "{round:?}");
    let cleanup = format!("{}.cleanup-1", drill.id);
    // A defect of it would name how it goes on.
    assert_eq!(drill.face.begun.borrow().last(), Some(&cleanup));
    let said = Remark::Stopped { execution: cleanup.clone() };
    assert!(drill.face.remarks.borrow().contains(&said));

    let round = carrier.round(&mut async || pending().await).await.unwrap();
    assert_eq!((round.open, drill.terminated()), (0, 1));
    assert_eq!(drill.record(&cleanup).await.status(), ExecutionStatus::Completed);
}

#[tokio::test(start_paused = true)]
async fn what_is_owed_later_waits_and_what_is_dropped_is_owed_no_more() {
    let drill = Drill::owing(Duration::from_hours(4)).await;
    let operator = drill.operator();
    let round = Carrier { operator: &operator }.round(&mut async || pending().await).await;
    let round = round.unwrap();
    assert_eq!((round.open, round.hows), (1, vec![How::InOrder]));
    let left = round.next.expect("its time is known");
    assert!(left > Duration::from_hours(3) && left <= Duration::from_hours(5), "{left:?}");

    let dropped = drop::drop(&operator, &drill.id, "it is looked at").await.unwrap();
    assert_eq!((dropped.under_way, dropped.next), (None, Vec::new()));
    assert_eq!(drill.owed().await.obligations[0].view.state, Stage::Dropped);
    let refused = drop::drop(&operator, &drill.id, "once more").await.unwrap_err();
    let steps: Vec<&Next> = refused.hints.iter().flat_map(Hint::steps).collect();
    assert_eq!(steps, [&Next::Obligations { all: true }]);
    assert_eq!(drill.terminated(), 0);
}
