//! A process that resumes an execution from whatever the journal says.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{
    Call, Class, Consequences, EffectError, Evidence, Operation, Place, Reply, RetryBudget, World,
};
use moontide_runtime::journal::execution::Module;
use moontide_runtime::journal::{Bundle, Entry, Execution, Format};
use moontide_runtime::observe::Unobserved;
use moontide_runtime::plan::{Mode, Plan};
use moontide_runtime::sandbox::{Limits, Vm};
use moontide_runtime::scheduler::{Answers, Changes, DriveError, Driver, Ended, Given, Prompt};
use moontide_runtime::store::{MemoryStore, Pulse, Store};
use serde_json::{Value, json};

/// Two waves side by side, effects of every class, branches, a pause point, a question, and a failure.
const RUNBOOK: &str = include_str!("runbook.luau");

static EXECUTION: LazyLock<Execution> = LazyLock::new(|| {
    let module = |file: &str, source: &str| Module { file: file.into(), source: source.into() };
    let mut modules: BTreeMap<String, Module> = moontide_stdlib::MODULES
        .iter()
        .map(|(name, source)| ((*name).to_owned(), module(name, source)))
        .collect();
    modules.insert("runbook".into(), module("fuzz/runbook.luau", RUNBOOK));
    let bundle = Bundle { entry: "runbook".into(), modules };
    let vm = Vm::open(&bundle, &Limits::default(), 7).expect("the VM opens");
    let plan = Plan::check(&vm.declare().expect("it declares").node).expect("a plan");
    Execution {
        format: Format::CURRENT,
        id: "fuzz".into(),
        nonce: String::new(),
        created_at: Timestamp::UNIX_EPOCH,
        created_by: "ann".into(),
        mode: Mode::Drill,
        params: BTreeMap::from([("share".into(), json!(0.1))]),
        regions: vec!["us-west-2".into()],
        account: None,
        replaceable: Vec::new(),
        gives_up: None,
        simulator: None,
        reason: String::new(),
        labels: BTreeMap::new(),
        only: Vec::new(),
        excluded: Vec::new(),
        beside: Vec::new(),
        source: None,
        origin: String::new(),
        acts_for: None,
        waves_at_once: None,
        sources: None,
        made: Vec::new(),
        secrets: BTreeMap::new(),
        denied: Vec::new(),
        approvers: BTreeMap::new(),
        limits: BTreeMap::new(),
        seed: 7,
        moontide: "0".into(),
        luau: "0".into(),
        plan,
        bundle,
    }
    .pinned()
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
    let driver = Driver {
        store: store.clone(),
        world: Rc::new(Echoes::default()),
        clock: Arc::new(PausedClock),
        observer: Rc::new(Unobserved),
        answers: Rc::new(Patient(Cell::new(8))),
        limits: Limits { fuel: 1_000_000, effects_per_lane: 200, ..Limits::default() },
        changes: Changes::default(),
        denied: Vec::new(),
        signals_every: None,
        patience: RetryBudget::USUAL,
        pulse: Pulse::steady(Arc::new(PausedClock)),
        beside: Vec::new(),
        secrets: BTreeMap::new(),
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
struct Echoes(Vec<Echo>);

impl Default for Echoes {
    fn default() -> Echoes {
        let classes = [
            ("echo.read", Class::Read),
            ("echo.convergent", Class::Convergent),
            ("echo.token", Class::Token),
            ("echo.tagged", Class::Tagged),
            ("echo.once", Class::Once),
        ];
        Echoes(classes.map(|(name, class)| Echo { name, class }).into())
    }
}

impl World for Echoes {
    fn operation(&self, name: &str) -> Option<&dyn Operation> {
        self.0.iter().find(|echo| echo.name == name).map(|echo| echo as &dyn Operation)
    }

    fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|echo| echo.name).collect()
    }
}

struct Echo {
    name: &'static str,
    class: Class,
}

#[async_trait(?Send)]
impl Operation for Echo {
    fn name(&self) -> &'static str {
        self.name
    }

    fn class(&self) -> Class {
        self.class
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        Ok(arguments.clone())
    }

    async fn consequences(&self, _call: &Call) -> Result<Consequences, EffectError> {
        Ok(Consequences { place: Place::Region("us-west-2".into()), ..Consequences::default() })
    }

    async fn perform(&self, call: &Call) -> Reply {
        match call.arguments.get("lose") {
            Some(_) => Reply::unknown(Evidence::new("the line went dead")),
            None => Reply::ok(json!({ "said": call.arguments, "share": 214.996_155_817_658_06 })),
        }
    }
}
