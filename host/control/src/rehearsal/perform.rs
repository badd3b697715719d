//! Performing a rehearsal: an execution, a pretend world, one driver over both.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::Timestamp;
use moontide_aws::Session;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{RetryBudget, state};
use moontide_runtime::journal::{Bundle, Channel, Execution};
use moontide_runtime::observe::Observer;
use moontide_runtime::plan::{Mode, Plan};
use moontide_runtime::scheduler::{Changes, DriveError, Driver, Ended, Graph};
use moontide_runtime::store::{MemoryStore, Pulse, Store};
use moontide_sim::{PausedClock, Scenario, Simulator};
use serde_json::Value;

use super::connector::InProcess;
use super::staged::{Cast, Staged, Unmet};
use crate::answers::flags::{Flag, Flags};
use crate::answers::rehearsal::{Assumed, BY};
use crate::clocks::{SystemClock, VirtualClock};
use crate::error::{CommandError, Result, code};
use crate::execution::Made;
use crate::listener::Listener;
use crate::runbook::Files;
use crate::settings::Settings;
use crate::{aws, ids};
use crate::{params, world_file};

/// The seed of a rehearsal for which no other one was chosen.
const SEED: u64 = 0;
/// The name under which a flag answers.
const FLAG: &str = "--answer";

/// Everything that a rehearsal depends on.
pub struct Rehearsal {
    /// What the operator denies, and what scripts may use.
    pub settings: Settings,
    /// What the runbook declares.
    pub plan: Plan,
    /// Its sources.
    pub bundle: Bundle,
    /// The pretend estate.
    pub world: Scenario,
    /// Drill or recovery.
    pub mode: Mode,
    /// The values of the params.
    pub params: BTreeMap<String, Value>,
    /// Answers that were given beforehand.
    pub answers: Vec<Flag>,
    /// Seed of the runbook's random numbers: the same seed gives the same rehearsal.
    pub seed: u64,
}

/// How a rehearsal went.
pub struct Rehearsed {
    /// The execution's head.
    pub execution: Execution,
    /// Where its journal is.
    pub store: Arc<dyn Store>,
    /// The pretend world, as it was left.
    pub simulator: Simulator,
    /// When it ended, in virtual time.
    pub ended: Timestamp,
    /// Why it did not come to its end: AWS could not be seen for longer than a runner waits.
    pub stopped: Option<CommandError>,
    /// What was staged, and met nothing.
    pub unmet: Vec<Unmet>,
}

/// How long the store is watched for staged signals at a time; what is sent is found at once.
const LISTENED: Duration = Duration::from_mins(10);

/// How driving it has ended.
type Driven = Result<Ended, DriveError>;

/// Drives an execution to its end; behind each entry where that is staged, its runner is killed, and another one
/// goes on.
async fn drive(driver: &Driver, store: &MemoryStore, id: &str, staged: &Staged) -> Driven {
    let mut kills = staged.kills.clone();
    kills.sort_unstable();
    kills.dedup();
    for kill in kills.into_iter().chain([0]) {
        store.silent_behind(kill);
        let seen = store.lease(id).await?;
        let lease = store.take(id, FLAG, seen.as_ref()).await?;
        tokio::select! {
            biased;
            () = store.fell_silent() => {}
            way = driver.drive(&lease, std::future::pending()) => return way,
        }
    }
    unreachable!("behind the last death a runner goes on to the end")
}

/// What a runner says that waits no longer. There is nothing to restore here: the world's faults last too long.
fn out_of_patience(error: &DriveError) -> CommandError {
    CommandError::new(code::OUT_OF_PATIENCE, error.to_string())
        .hint("a fault of the world lasts longer than a runner waits; the notes of the rehearsal name it")
        .hint("on the day itself, no wave would have failed, and `moontide resume` would go on from here")
}

/// A session whose calls reach this simulator, without a network.
pub fn session(simulator: &Simulator) -> Session {
    Session::pretend(SharedHttpClient::new(InProcess::new(simulator.router())))
}

/// A runtime in virtual time, for what happens in a pretend world of this process.
pub fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().start_paused(true).build().map_err(|error| {
        CommandError::new(code::INTERNAL, format!("the runtime cannot start: {error}"))
    })
}

impl Rehearsal {
    /// The rehearsal of the runbook in this folder as a drill: in the world beside it, with the params that it has by
    /// default, and nothing else decided.
    pub fn of(listener: &dyn Listener, folder: &Path) -> Result<Rehearsal> {
        let (files, settings) = (Files::read(folder)?, Settings::default());
        let plan = files.plan(listener, &settings.limits(), SEED)?;
        Rehearsal::of_plan(listener, files, plan, settings)
    }

    /// The same of a plan that these files declare, for an operator with these settings.
    pub fn of_plan(
        listener: &dyn Listener,
        files: Files,
        plan: Plan,
        settings: Settings,
    ) -> Result<Rehearsal> {
        let params = params::bind(listener, &plan, BTreeMap::new())?.values;
        let world = world_file::beside(&files.folder)?;
        let (bundle, mode, answers, seed) = (files.bundle, Mode::Drill, Vec::new(), SEED);
        Ok(Rehearsal { settings, plan, bundle, world, mode, params, answers, seed })
    }

    /// Rehearses it, in virtual time. The observer is told of everything that happens, as it happens.
    pub fn perform(self, listener: &dyn Listener, observer: Rc<dyn Observer>) -> Result<Rehearsed> {
        self.perform_staged(&Staged::default(), listener, observer)
    }

    /// The same, with what a test stages in it.
    pub fn perform_staged(
        self,
        staged: &Staged,
        listener: &dyn Listener,
        observer: Rc<dyn Observer>,
    ) -> Result<Rehearsed> {
        runtime()?.block_on(self.act(staged, listener, observer))
    }

    async fn act(
        self,
        staged: &Staged,
        listener: &dyn Listener,
        observer: Rc<dyn Observer>,
    ) -> Result<Rehearsed> {
        let start = self.world.start().unwrap_or_else(|| SystemClock::new().now());
        let execution = self.execution(start);
        let clock: Arc<dyn Clock> = Arc::new(VirtualClock::starting_at(start));
        let remembered = self.world.state().clone();
        let simulator = Simulator::new(self.world, Arc::new(PausedClock::new(start)));
        let region = execution.regions[0].as_str();
        let world = aws::world(session(&simulator), region, &clock, self.seed);
        let memory = Arc::new(MemoryStore::new());
        let store: Arc<dyn Store> = Arc::clone(&memory) as _;
        store.create(&execution).await?;
        for (key, value) in &remembered {
            let change = state::given(&execution.plan.name, (key, value), start, FLAG);
            let change = change.map_err(|wrong| {
                CommandError::new(code::WORLD_REFUSED, format!("the world's {}", wrong.message))
            })?;
            store.change(&change).await?;
        }
        let people = Rc::new(Graph::of(&execution));
        let assumed = Rc::new(Assumed::new(Rc::clone(&people)));
        let cast = Cast::new(staged, Rc::clone(&people), Arc::clone(&clock), assumed);
        let cast = Rc::new(cast);
        let otherwise = Rc::clone(&cast) as _;
        let answers = Rc::new(Flags::new(&self.answers, FLAG, people, otherwise).for_all());
        let driver = Driver {
            store: Arc::clone(&store),
            world,
            clock: Arc::clone(&clock),
            observer,
            answers: Rc::clone(&answers) as _,
            limits: self.settings.limits(),
            changes: Changes::default(),
            denied: self.settings.denied,
            signals_every: (!staged.signals.is_empty()).then_some(LISTENED),
            patience: RetryBudget::USUAL,
            pulse: Pulse::steady(Arc::new(SystemClock::new())),
            beside: Vec::new(),
            secrets: BTreeMap::new(),
        };
        let whole = drive(&driver, &memory, &execution.id, staged);
        let signals = async {
            cast.signal(staged, store.as_ref(), &execution.id).await?;
            std::future::pending::<Result<Driven>>().await
        };
        let way = tokio::select! {
            biased;
            way = whole => way,
            failed = signals => failed?,
        };
        let stopped = match way {
            Ok(_) => {
                answers.refuse_misfits()?;
                answers.say_unused(listener);
                None
            }
            Err(error @ DriveError::OutOfPatience(_)) => Some(out_of_patience(&error)),
            Err(error) => return Err(error.into()),
        };
        let ended = clock.now();
        let entries = store.journal(&execution.id, 1).await?.len() as u64;
        let unmet = cast.end(staged, entries)?;
        Ok(Rehearsed { execution, store, simulator, ended, stopped, unmet })
    }

    fn execution(&self, start: Timestamp) -> Execution {
        let mut regions = self.plan.regions.clone();
        if regions.is_empty() {
            regions.push(self.world.region().to_owned());
        }
        #[expect(clippy::cast_possible_truncation, reason = "twenty bits of it are used")]
        let random = self.seed as u32;
        let made = Made {
            id: ids::generate(&self.plan.name, start, random),
            at: start,
            by: BY.to_owned(),
            mode: self.mode,
            plan: self.plan.clone(),
            bundle: self.bundle.clone(),
            seed: self.seed,
            settings: &self.settings,
        };
        let account = self.plan.account.clone();
        Execution {
            params: self.params.clone(),
            regions,
            account: account.or_else(|| Some(self.world.account().to_owned())),
            source: Some(Channel::Rehearsal),
            // What it denies and limits is the runner's affair: a rehearsal is never taken up again.
            denied: Vec::new(),
            limits: BTreeMap::new(),
            ..made.head()
        }
        .pinned()
    }
}
