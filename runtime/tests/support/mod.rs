//! A world, a clock and a store for tests of the engine, with a fuse that stands for `kill -9`.

#![expect(dead_code, reason = "each test binary uses its part")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{
    Call, Class, Consequences, EffectError, Evidence, Finding, Key, Operation, Place, Reply,
    RetryBudget, World,
};
use moontide_runtime::journal::execution::Module;
use moontide_runtime::journal::{Bundle, Entry, Execution, Format};
use moontide_runtime::observe::Unobserved;
use moontide_runtime::plan::{Mode, Plan};
use moontide_runtime::sandbox::{Limits, Vm};
use moontide_runtime::scheduler::{Answers, Changes, Driver, Ended, Given, Prompt};
use moontide_runtime::store::{
    Change, Document, Documents, Lease, LeaseRecord, Listed, MemoryStore, Part, Pulse, Signal,
    Standing, Store, StoreError, Wanted,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// tokio's paused clock, as the engine's clock.
pub(crate) struct TestClock;

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let since = self.monotonic();
        Timestamp::from_second(1_800_000_000).unwrap().checked_add(since).unwrap()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock of the tests, and it is paused"
    )]
    fn monotonic(&self) -> Duration {
        thread_local!(static START: tokio::time::Instant = tokio::time::Instant::now());
        START.with(|start| tokio::time::Instant::now().saturating_duration_since(*start))
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// A point of a slow fuse takes less.
const LONGEST_PAUSE_MS: u64 = 3000;

/// Blows at the n-th point that it is asked to pass; the call that passes then never comes back.
#[derive(Default)]
pub(crate) struct Fuse {
    blows_at: AtomicUsize,
    passed: AtomicUsize,
    blown: Notify,
    /// How long a point takes to pass, if it takes any time.
    pauses: Option<Mutex<fastrand::Rng>>,
}

impl Fuse {
    pub(crate) fn at(point: usize) -> Arc<Fuse> {
        Arc::new(Fuse { blows_at: AtomicUsize::new(point), ..Fuse::default() })
    }

    /// One of which every point takes up to so many milliseconds to pass, always the same with the same seed.
    pub(crate) fn slow(point: usize, seed: u64) -> Arc<Fuse> {
        let pauses = Some(Mutex::new(fastrand::Rng::with_seed(seed)));
        Arc::new(Fuse { blows_at: AtomicUsize::new(point), pauses, ..Fuse::default() })
    }

    pub(crate) fn never() -> Arc<Fuse> {
        Fuse::at(usize::MAX)
    }

    pub(crate) async fn pass(&self) {
        let passed = self.passed.fetch_add(1, Ordering::Relaxed) + 1;
        if passed >= self.blows_at.load(Ordering::Relaxed) {
            self.blown.notify_one();
            std::future::pending::<()>().await;
        }
        if let Some(pauses) = &self.pauses {
            let pause = pauses.lock().unwrap().u64(0..LONGEST_PAUSE_MS);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    pub(crate) fn points(&self) -> usize {
        self.passed.load(Ordering::Relaxed)
    }

    pub(crate) async fn blown(&self) {
        self.blown.notified().await;
    }
}

/// What really happened outside: key of the effect to how often, and under which operation.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) done: RefCell<BTreeMap<String, (String, u32)>>,
    /// What `test.tagged` answers next time: lost replies, refusals.
    pub(crate) trouble: RefCell<Vec<Trouble>>,
    /// How many look-ups find nothing yet of what happened.
    pub(crate) hidden: Cell<u32>,
    /// Whether the next look-ups, from the last to the first, cannot tell.
    pub(crate) unsure: RefCell<Vec<bool>>,
    /// How many times the world is too busy to say what a call would do.
    pub(crate) busy: Cell<u32>,
}

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Trouble {
    /// It happens, and the reply is lost.
    LostReply,
    /// It does not happen, and no reply says so.
    LostCall,
    /// It is refused, and may be sent again later.
    Throttled,
    /// It is refused for good.
    Conflict,
    /// It does not leave: the lease may be another runner's.
    KeptBack,
}

/// A world with one operation per class.
pub(crate) struct TestWorld {
    operations: Vec<TestOperation>,
}

impl TestWorld {
    pub(crate) fn new(ledger: &Rc<Ledger>, fuse: &Arc<Fuse>) -> TestWorld {
        let operation = |(name, class)| TestOperation {
            name,
            class,
            ledger: Rc::clone(ledger),
            fuse: Arc::clone(fuse),
        };
        let classes = [
            ("test.pure", Class::Pure),
            ("test.read", Class::Read),
            ("test.convergent", Class::Convergent),
            ("test.token", Class::Token),
            ("test.tagged", Class::Tagged),
            ("test.once", Class::Once),
            // Its look-up is not sure of what it does not find.
            ("test.elusive", Class::Tagged),
        ];
        TestWorld { operations: classes.into_iter().map(operation).collect() }
    }
}

impl World for TestWorld {
    fn operation(&self, name: &str) -> Option<&dyn Operation> {
        self.operations.iter().find(|it| it.name == name).map(|it| it as &dyn Operation)
    }

    fn names(&self) -> Vec<&'static str> {
        self.operations.iter().map(|it| it.name).collect()
    }
}

struct TestOperation {
    name: &'static str,
    class: Class,
    ledger: Rc<Ledger>,
    fuse: Arc<Fuse>,
}

impl TestOperation {
    fn reply(call: &Call) -> Reply {
        Reply::ok(json!({ "said": call.arguments["say"], "key": call.key.as_str() }))
    }

    /// A service that knows tokens does nothing the second time; any other does it again.
    fn happen(&self, call: &Call) {
        let mut done = self.ledger.done.borrow_mut();
        let (_, times) = done.entry(call.key.to_string()).or_insert((self.name.to_owned(), 0));
        if self.class != Class::Token || *times == 0 {
            *times += 1;
        }
    }
}

#[async_trait(?Send)]
impl Operation for TestOperation {
    fn name(&self) -> &'static str {
        self.name
    }

    fn class(&self) -> Class {
        self.class
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        match arguments.get("wrong") {
            Some(_) => Err(EffectError::new("InvalidArguments", "`wrong` is wrong")),
            None => Ok(arguments.clone()),
        }
    }

    fn returns(&self) -> Option<&'static str> {
        (self.name == "test.elusive").then_some(r#"{"said":1}"#)
    }

    async fn consequences(&self, _call: &Call) -> Result<Consequences, EffectError> {
        let busy = self.ledger.busy.get();
        if busy > 0 && self.class.needs_intent() {
            self.ledger.busy.set(busy - 1);
            return Err(EffectError::new("ThrottlingException", "slow down").retryable());
        }
        Ok(Consequences { place: Place::Region("us-west-2".into()), ..Consequences::default() })
    }

    async fn perform(&self, call: &Call) -> Reply {
        assert!(call.arguments.get("panic").is_none(), "the world is a lie");
        let trouble =
            if self.class.needs_intent() { self.ledger.trouble.borrow_mut().pop() } else { None };
        self.fuse.pass().await;
        tokio::time::sleep(Duration::from_millis(80)).await;
        match trouble {
            Some(Trouble::Throttled) => {
                return Reply::failed(
                    EffectError::new("ThrottlingException", "slow down").retryable(),
                );
            }
            Some(Trouble::KeptBack) => {
                let kept = EffectError::new("LeaseUncertain", "the lease may be lost");
                return Reply::failed(kept.as_trouble(moontide_runtime::effect::Trouble::Lease));
            }
            Some(Trouble::Conflict) => {
                return Reply::failed(EffectError::new("ConflictException", "it is busy"));
            }
            Some(Trouble::LostCall) => return Reply::unknown(Evidence::new("the line went dead")),
            _ => self.happen(call),
        }
        self.fuse.pass().await;
        if trouble == Some(Trouble::LostReply) {
            return Reply::unknown(Evidence::new("the line went dead"));
        }
        Self::reply(call)
    }

    async fn reconcile(&self, call: &Call, _intended_at: Timestamp) -> Finding {
        self.fuse.pass().await;
        let hidden = self.ledger.hidden.get();
        self.ledger.hidden.set(hidden.saturating_sub(1));
        if self.ledger.unsure.borrow_mut().pop() == Some(true) {
            return Finding::Undecided(Evidence::new("the world did not answer"));
        }
        let happened = hidden == 0 && self.ledger.done.borrow().contains_key(call.key.as_str());
        match self.class {
            Class::Convergent | Class::Tagged if happened => Finding::Happened(Self::reply(call)),
            Class::Tagged if self.name == "test.elusive" => {
                Finding::Undecided(Evidence::new("it may come to light later"))
            }
            Class::Once => Finding::Undecided(Evidence::new("nobody can tell")),
            Class::Token => Finding::Harmless,
            _ => Finding::Absent,
        }
    }
}

/// A memory store with points of failure before and after every append.
pub(crate) struct FusedStore {
    pub(crate) inner: Arc<MemoryStore>,
    pub(crate) fuse: Arc<Fuse>,
}

#[async_trait]
impl Store for FusedStore {
    async fn create(&self, execution: &Execution) -> Result<(), StoreError> {
        self.inner.create(execution).await
    }
    async fn execution(&self, id: &str) -> Result<Execution, StoreError> {
        self.inner.execution(id).await
    }
    async fn list(&self) -> Result<Vec<Listed>, StoreError> {
        self.inner.list().await
    }
    async fn find(&self, wanted: &Wanted) -> Result<Part, StoreError> {
        self.inner.find(wanted).await
    }
    async fn append_standing(
        &self,
        lease: &Lease,
        entries: &[Entry],
        standing: Option<Standing>,
    ) -> Result<(), StoreError> {
        self.fuse.pass().await;
        // A disk takes its time: meanwhile others want to append as well.
        tokio::time::sleep(Duration::from_millis(3)).await;
        self.inner.append_standing(lease, entries, standing).await?;
        self.fuse.pass().await;
        Ok(())
    }
    async fn journal(&self, id: &str, from: u64) -> Result<Vec<Entry>, StoreError> {
        self.inner.journal(id, from).await
    }
    async fn lease(&self, id: &str) -> Result<Option<LeaseRecord>, StoreError> {
        self.inner.lease(id).await
    }
    async fn take(
        &self,
        id: &str,
        holder: &str,
        seen: Option<&LeaseRecord>,
    ) -> Result<Lease, StoreError> {
        self.inner.take(id, holder, seen).await
    }
    async fn holder_is_gone(&self, id: &str, seen: &LeaseRecord) -> Result<bool, StoreError> {
        self.inner.holder_is_gone(id, seen).await
    }
    async fn renew(&self, lease: &Lease) -> Result<(), StoreError> {
        self.inner.renew(lease).await
    }
    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        self.inner.release(lease).await
    }
    async fn send(&self, id: &str, signal: &Signal) -> Result<u64, StoreError> {
        self.inner.send(id, signal).await
    }
    async fn signals(&self, id: &str, after: u64) -> Result<Vec<(u64, Signal)>, StoreError> {
        self.inner.signals(id, after).await
    }
}

#[async_trait]
impl Documents for FusedStore {
    async fn document(&self, kind: &str, name: &str) -> Result<Option<Document>, StoreError> {
        self.inner.document(kind, name).await
    }
    async fn documents(&self, kind: &str, prefix: &str) -> Result<Vec<Document>, StoreError> {
        self.inner.documents(kind, prefix).await
    }
    async fn change(&self, change: &Change) -> Result<u64, StoreError> {
        self.fuse.pass().await;
        let version = self.inner.change(change).await?;
        self.fuse.pass().await;
        Ok(version)
    }
    async fn changed(&self, execution: &str, key: &Key) -> Result<Option<u64>, StoreError> {
        self.inner.changed(execution, key).await
    }
}

/// Answers every prompt with the choice given for its id, or leaves it open.
#[derive(Default)]
pub(crate) struct Answering(pub(crate) BTreeMap<&'static str, &'static str>);

#[async_trait(?Send)]
impl Answers for Answering {
    async fn answer(&self, prompt: &Prompt) -> Option<Given> {
        let choice = self.0.get(prompt.id.as_str())?;
        Some(Given { choice: (*choice).into(), by: "test".into(), ..Given::default() })
    }
}

/// The sources of a runbook with the standard library around it.
pub(crate) fn bundle(source: &str) -> Bundle {
    let own = ("runbook".to_owned(), "test/runbook.luau", source);
    let library =
        moontide_stdlib::MODULES.iter().map(|(name, source)| (name.to_string(), *name, *source));
    let modules = library.chain([own]).map(|(name, file, source)| {
        (name, Module { file: file.to_owned(), source: source.into() })
    });
    Bundle { entry: "runbook".into(), modules: modules.collect() }
}

/// An execution of the runbook, in drill mode.
pub(crate) fn execution(id: &str, source: &str) -> Execution {
    let bundle = bundle(source);
    let declared = Vm::open(&bundle, &Limits::default(), 7).unwrap().declare().unwrap();
    let plan = Plan::check(&declared.node).unwrap();
    let required = plan.params.iter().filter(|(_, param)| param.default.is_none());
    let given = required.map(|(name, _)| (name.clone(), "hunter22".to_owned())).collect();
    Execution {
        format: Format::CURRENT,
        id: id.into(),
        nonce: String::new(),
        created_at: TestClock.now(),
        created_by: "test".into(),
        mode: Mode::Drill,
        params: plan.bind(&given).unwrap(),
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
        moontide: "test".into(),
        luau: "test".into(),
        plan,
        bundle,
    }
    .pinned()
}

/// A driver over these parts.
pub(crate) fn driver(
    store: Arc<dyn Store>,
    world: TestWorld,
    answers: BTreeMap<&'static str, &'static str>,
) -> Driver {
    Driver {
        store,
        world: Rc::new(world),
        clock: Arc::new(TestClock),
        observer: Rc::new(Unobserved),
        answers: Rc::new(Answering(answers)),
        limits: Limits::default(),
        changes: Changes::default(),
        denied: Vec::new(),
        signals_every: None,
        patience: RetryBudget::USUAL,
        pulse: Pulse::steady(Arc::new(TestClock)),
        beside: Vec::new(),
        secrets: BTreeMap::new(),
    }
}

/// Takes the lease as a new runner that knows the old one to be dead.
pub(crate) async fn lease(store: &dyn Store, id: &str) -> Lease {
    let seen = store.lease(id).await.unwrap();
    store.take(id, "test", seen.as_ref()).await.unwrap()
}

/// Drives until it ends, or until the fuse blows: then the process is gone, whatever it was about to do.
pub(crate) async fn killed(driver: &Driver, lease: &Lease, fuse: &Fuse) -> Option<Ended> {
    tokio::select! {
        biased;
        () = fuse.blown() => None,
        ended = driver.drive(lease, std::future::pending()) => Some(ended.unwrap()),
    }
}
