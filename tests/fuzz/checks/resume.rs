//! A process that resumes an execution from whatever the journal says.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_kit::{TestOperation, TestWorld, sources};
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{Class, Consequences, Evidence, Place, Reply};
use moontide_runtime::journal::{Entry, Execution};
use moontide_runtime::sandbox::Limits;
use moontide_runtime::scheduler::{Answers, DriveError, Driver, Ended, Given, Prompt};
use moontide_runtime::store::{MemoryStore, Pulse, Store};
use serde_json::json;

/// Two waves side by side, effects of every class, branches, a pause point, a question, and a failure.
const RUNBOOK: &str = include_str!("runbook.luau");

static EXECUTION: LazyLock<Execution> = LazyLock::new(|| Execution {
    created_at: Timestamp::UNIX_EPOCH,
    created_by: "ann".into(),
    params: BTreeMap::from([("share".into(), json!(0.1))]),
    moontide: "0".into(),
    luau: "0".into(),
    ..sources::execution("fuzz", sources::bundle("fuzz/runbook.luau", RUNBOOK))
});

/// The execution that is resumed.
pub(crate) fn execution() -> &'static Execution {
    &EXECUTION
}

/// Resumes after these entries, which get the sequences and the epoch that a store insists on. Says
/// whether it ended in order; a mismatch is no order. In either case the past is as it was.
pub(crate) fn go_on(entries: &[Entry]) -> bool {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(drive(entries))
}

async fn drive(entries: &[Entry]) -> bool {
    let store = Arc::new(MemoryStore::new());
    store.create(execution()).await.expect("it is new");
    let lease = store.take("fuzz", "fuzz", None).await.expect("it is free");
    let past: Vec<Entry> = (1..)
        .zip(entries)
        .map(|(sequence, entry)| Entry { sequence, epoch: lease.epoch, ..entry.clone() })
        .collect();
    store.append(&lease, &past).await.expect("it takes them");
    let clock: Arc<dyn Clock> = Arc::new(PausedClock);
    let driver = Driver {
        pulse: Pulse::steady(Arc::clone(&clock)),
        clock,
        answers: Rc::new(Patient(Cell::new(8))),
        limits: Limits { fuel: 1_000_000, effects_per_lane: 200, ..Limits::default() },
        ..moontide_kit::driver(store.clone(), echoes())
    };
    let ended = driver.drive(&lease, std::future::pending()).await;
    let journal = store.journal("fuzz", 1).await.expect("it is there");
    assert_eq!(journal[..past.len()], past, "the past does not change");
    match &ended {
        Ok(Ended::Finished(status)) => assert!(status.is_terminal()),
        Ok(Ended::Waiting(prompts)) => assert!(!prompts.is_empty()),
        Err(DriveError::Mismatch(_) | DriveError::Refused(_)) => return false,
        other => panic!("{other:?}"),
    }
    // A reader of the journal now finds an execution that ended just so.
    let again = driver.drive(&lease, std::future::pending()).await.expect("it goes on in order");
    match ended {
        Ok(Ended::Finished(status)) => assert_eq!(again, Ended::Finished(status)),
        _ => assert!(matches!(again, Ended::Waiting(_) | Ended::Finished(_))),
    }
    true
}

/// Takes the first choice, a few times.
struct Patient(Cell<u32>);

#[async_trait(?Send)]
impl Answers for Patient {
    async fn answer(&self, prompt: &Prompt) -> Option<Given> {
        let left = self.0.get().checked_sub(1)?;
        self.0.set(left);
        let choice = prompt.choices.first()?.to_string();
        Some(Given { choice, by: "ann".into(), ..Given::default() })
    }
}

/// tokio's paused clock.
struct PausedClock;

#[async_trait]
impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap_or_default()
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// A world in which everything happens and answers what it was asked; `echo.once` leaves no trace.
fn echoes() -> TestWorld {
    let echo = |name, class| {
        let place = || Place::Region("us-west-2".into());
        TestOperation::new(name, class)
            .touching(move |_| Ok(Consequences { place: place(), ..Consequences::default() }))
            .answering(|call| match call.arguments.get("lose") {
                Some(_) => Reply::unknown(Evidence::new("the line went dead")),
                None => {
                    Reply::ok(json!({ "said": call.arguments, "share": 214.996_155_817_658_06 }))
                }
            })
    };
    TestWorld::of([
        echo("echo.read", Class::Read),
        echo("echo.convergent", Class::Convergent),
        echo("echo.token", Class::Token),
        echo("echo.tagged", Class::Tagged),
        echo("echo.once", Class::Once),
    ])
}
