//! Drives in this process: started, interrupted and gone on with; and several at once, each on a thread of its own.
//!
//! - `obligations`: what is owed for a drill that has ended. `session`: what an operator types.

mod obligations;
mod session;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Barrier};
use std::thread;

use jiff::Timestamp;
use moontide_control::answers::flags::Flag;
use moontide_control::clocks::VirtualClock;
use moontide_control::environment::Environment;
use moontide_control::error::code;
use moontide_control::face::{Attendants, Face};
use moontide_control::listener::{Listener, Remark, Silent};
use moontide_control::next::Next;
use moontide_control::operator::Operator;
use moontide_control::reached::Reached;
use moontide_control::rehearsal::{self, Rehearsal};
use moontide_control::resume::{self, Resume, Resumed};
use moontide_control::runbook::Files;
use moontide_control::runner::Runner;
use moontide_control::settings::Settings;
use moontide_control::start::{Request, Start, Started};
use moontide_control::stores::Address;
use moontide_control::target::{Opened, Target};
use moontide_control::view::Record;
use moontide_control::whoami::Person;
use moontide_control::{aws, params, world_file};
use moontide_runtime::clock::Clock;
use moontide_runtime::journal::{Channel, Execution};
use moontide_runtime::observe::{Notice, Observer};
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::{Ended, ExecutionStatus};
use moontide_runtime::store::{MemoryStore, Store};
use moontide_sim::{PausedClock, Scenario, Simulator};
use serde_json::Value;
use tokio::sync::Notify;

fn runbook(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runbooks").join(name)
}

/// A face that remembers what it heard, and tells when a launch has left through the door.
#[derive(Default)]
struct Heard {
    remarks: RefCell<Vec<Remark>>,
    /// The executions whose drives were about to begin.
    begun: RefCell<Vec<String>>,
    follower: Rc<Follower>,
}

#[derive(Default)]
struct Follower {
    launches: Cell<usize>,
    launched: Notify,
}

impl Listener for Heard {
    fn hear(&self, remark: &Remark) {
        self.remarks.borrow_mut().push(remark.clone());
    }

    fn keep_secret(&self, _values: &BTreeMap<String, Value>) {}
}

impl Face for Heard {
    fn begin(&self, execution: &str) {
        self.begun.borrow_mut().push(execution.to_owned());
    }

    fn attend(&self, _execution: &Execution, _person: Option<&Person>) -> Attendants {
        Attendants { observers: vec![Rc::clone(&self.follower) as _], ..Attendants::default() }
    }
}

impl Observer for Follower {
    fn notice(&self, _at: Timestamp, notice: &Notice) {
        if matches!(notice, Notice::Effect { operation, .. } if operation == "drs.start_recovery") {
            self.launches.set(self.launches.get() + 1);
            self.launched.notify_one();
        }
    }
}

fn operator(store: &Arc<dyn Store>, face: &Rc<Heard>) -> Operator {
    Operator {
        environment: Environment::default(),
        settings: Settings::default(),
        // Only whether AWS names the person who answers depends on it.
        address: Address::Sqlite("moontide.db".into()),
        store: Arc::clone(store),
        target: Target::default(),
        by: Some("ann".into()),
        face: Rc::clone(face) as _,
    }
}

/// The world of an execution: a simulator in this process, in virtual time.
async fn reached(simulator: &Simulator, clock: &Arc<dyn Clock>, head: &Execution) -> Reached {
    let session = rehearsal::session(simulator);
    let world = aws::world(session, &head.regions[0], clock, head.seed);
    let caller = aws::caller(world.as_ref()).await.expect("the simulator says who asks");
    Reached { world, clock: Arc::clone(clock), caller }
}

/// When a world begins, or else some morning.
fn start_of(scenario: &Scenario) -> Timestamp {
    let morning = || "2026-11-20T08:00:00Z".parse().expect("a moment");
    scenario.start().unwrap_or_else(morning)
}

fn start(name: &str) -> Start {
    let (files, settings) =
        (Files::read(&runbook(name)).expect("it works here"), Settings::default());
    let request = Request::of(Mode::Drill, Channel::Api);
    let start = Start::read(&Silent, &settings, files, request).expect("it works here");
    let params = params::bind(&Silent, &start.plan, BTreeMap::new()).expect("it works here");
    start.with(params).expect("it works here")
}

async fn begun<'o>(
    operator: &'o Operator,
    simulator: &Simulator,
    clock: &Arc<dyn Clock>,
) -> Box<Runner<'o>> {
    let start = start("hello");
    assert!(start.existing(operator).await.expect("it works here").is_none());
    let head = start.head(operator).expect("it works here");
    let reached = reached(simulator, clock, &head).await;
    match Box::pin(start.begin_in(reached, head, operator)).await.expect("it works here") {
        Started::New(runner) => runner,
        Started::Again(existing) => panic!("{} is there already", existing.id),
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_interrupted_behind_its_launch_goes_on_and_launches_nothing_again() {
    let scenario = world_file::beside(&runbook("hello")).unwrap();
    let start = start_of(&scenario);
    let clock: Arc<dyn Clock> = Arc::new(VirtualClock::starting_at(start));
    let simulator = Simulator::new(scenario, Arc::new(PausedClock::new(start)));
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let face = Rc::new(Heard::default());
    let operator = operator(&store, &face);

    let runner = begun(&operator, &simulator, &clock).await;
    let id = runner.execution.id.clone();
    let driven = runner.drive(face.follower.launched.notified()).await.unwrap();
    assert_eq!(driven.ended, Ended::Interrupted);
    assert_eq!(driven.next, [Next::resume(&id)]);
    assert_eq!(*face.remarks.borrow(), [Remark::Stopped { execution: id.clone() }]);

    let record = Record::load(store.as_ref(), &id).await.unwrap();
    assert_eq!((record.status(), &record.runner), (ExecutionStatus::Running, &None));
    let reached = reached(&simulator, &clock, &record.execution).await;
    let resumed = resume::go_on_in(reached, &operator, record, Resume::default());
    let resumed = Box::pin(resumed).await.unwrap();
    let Resumed::Ready(runner, _) = resumed else { panic!("it is not over") };
    let driven = runner.drive(std::future::pending()).await.unwrap();
    assert_eq!(driven.ended, Ended::Finished(ExecutionStatus::Completed));
    assert_eq!((driven.next, face.follower.launches.get()), (Vec::new(), 1));

    let over = runner.record().await.unwrap();
    let resumed = Box::pin(resume::go_on(&operator, over, Resume::default())).await.unwrap();
    assert!(matches!(resumed, Resumed::Over(_)));
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_on_with_in_a_world_that_is_reached_is_checked_as_any_other() {
    let scenario = world_file::beside(&runbook("hello")).unwrap();
    let start = start_of(&scenario);
    let clock: Arc<dyn Clock> = Arc::new(VirtualClock::starting_at(start));
    let simulator = Simulator::new(scenario, Arc::new(PausedClock::new(start)));
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let face = Rc::new(Heard::default());
    let operator = operator(&store, &face);
    let runner = begun(&operator, &simulator, &clock).await;
    let there = || reached(&simulator, &clock, &runner.execution);

    // An answer that no prompt of the plan takes.
    let answers = vec![Flag::parse("nowhere#1=continue").unwrap()];
    let mistaken = Resume { answers, ..Resume::default() };
    let record = runner.record().await.unwrap();
    let refused = Box::pin(resume::go_on_in(there().await, &operator, record, mistaken)).await;
    assert_eq!(refused.err().expect("it is refused").code, code::BAD_ANSWER);

    runner.drive(std::future::pending()).await.unwrap();
    let over = runner.record().await.unwrap();
    let resumed = resume::go_on_in(there().await, &operator, over, Resume::default());
    assert!(matches!(Box::pin(resumed).await.unwrap(), Resumed::Over(_)));
}

/// A defect may show itself anywhere between a lease and the first step: the face knows by then what is driven.
#[tokio::test(start_paused = true)]
async fn a_drive_names_its_execution_before_it_has_the_lease() {
    let scenario = world_file::beside(&runbook("hello")).unwrap();
    let start = start_of(&scenario);
    let clock: Arc<dyn Clock> = Arc::new(VirtualClock::starting_at(start));
    let simulator = Simulator::new(scenario, Arc::new(PausedClock::new(start)));
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let face = Rc::new(Heard::default());
    let operator = operator(&store, &face);
    let runner = begun(&operator, &simulator, &clock).await;
    assert!(face.begun.borrow().is_empty());
    let driven = runner.drive(std::future::ready(())).await.unwrap();
    assert_eq!(driven.ended, Ended::Interrupted);
    assert_eq!(face.begun.borrow().as_slice(), std::slice::from_ref(&runner.execution.id));
}

/// Drives `hello` on this thread, against a simulator of its own and in a store that others use too; returns its id.
fn drive_alone(place: &str, store: &Arc<dyn Store>, together: &Barrier) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let scenario = world_file::beside(&runbook("hello")).expect("it works here");
        let start = start_of(&scenario);
        let clock: Arc<dyn Clock> = Arc::new(VirtualClock::starting_at(start));
        let simulator = Simulator::new(scenario, Arc::new(PausedClock::new(start)));
        let face = Rc::new(Heard::default());
        let target = Target { endpoint_url: Some(place.to_owned()), ..Target::default() };
        let operator = Operator { target, ..operator(store, &face) };
        together.wait();
        let runner = begun(&operator, &simulator, &clock).await;
        let driven = runner.drive(std::future::pending()).await.expect("it works here");
        assert_eq!(driven.ended, Ended::Finished(ExecutionStatus::Completed));
        assert_eq!(face.follower.launches.get(), 1);
        runner.execution.id.clone()
    })
}

/// Rehearses a runbook in a thread of its own, and returns which waves were seen.
fn rehearse(name: &str, together: &Barrier) -> Vec<String> {
    #[derive(Default)]
    struct Waves(RefCell<Vec<String>>);
    impl Observer for Waves {
        fn notice(&self, _at: Timestamp, notice: &Notice) {
            if let Notice::Wave { wave, .. } = notice {
                let mut waves = self.0.borrow_mut();
                if !waves.contains(wave) {
                    waves.push(wave.clone());
                }
            }
        }
    }
    let Start { files, plan, .. } = start(name);
    let params = params::bind(&Silent, &plan, BTreeMap::new()).expect("it works here").values;
    let rehearsal = Rehearsal {
        settings: Settings::default(),
        plan,
        world: world_file::beside(&files.folder).expect("it works here"),
        bundle: files.bundle,
        mode: Mode::Drill,
        params,
        answers: Vec::new(),
        seed: 0,
    };
    let waves = Rc::new(Waves::default());
    together.wait();
    let rehearsed = rehearsal.perform(&Silent, Rc::clone(&waves) as _).expect("it works here");
    assert!(rehearsed.stopped.is_none());
    waves.0.take()
}

#[test]
fn two_rehearsals_at_once_see_nothing_of_each_other() {
    let together = Barrier::new(2);
    let [hello, tiers] = thread::scope(|scope| {
        let all = ["hello", "three_tier"].map(|name| {
            scope.spawn({
                let together = &together;
                move || rehearse(name, together)
            })
        });
        all.map(|rehearsed| rehearsed.join().expect("it is rehearsed"))
    });
    assert_eq!(hello, ["greet"]);
    assert!(tiers.len() > 1 && !tiers.contains(&"greet".to_owned()), "{tiers:?}");
}

#[test]
fn two_drives_at_once_share_a_store_and_nothing_else() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let together = Barrier::new(2);
    let ids = thread::scope(|scope| {
        let places = ["http://127.0.0.1:1", "http://127.0.0.1:2"];
        let drive = |place| {
            let (store, together) = (&store, &together);
            scope.spawn(move || drive_alone(place, store, together))
        };
        places.map(drive).map(|drive| drive.join().expect("it is driven"))
    });
    assert_ne!(ids[0], ids[1]);
}
