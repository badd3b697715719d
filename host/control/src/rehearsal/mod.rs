//! A rehearsal: the real engine and the real SDK against the simulator in this process, in virtual
//! time. Nothing real may be awaited in it: while tokio's time is paused, a wait that depends on the
//! outside would let the clock run ahead.
//!
//! - [`connector`]: the SDK's requests, handed to the simulator without a network.
//! - [`witness`]: what is remembered of what happened.
//! - [`hooks`]: which hooks ran.
//! - [`report`]: the document at the end.

mod connector;
mod hooks;
mod report;
mod witness;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::Timestamp;
use moontide_aws::Session;
use moontide_control::aws;
use moontide_control::clocks::{SystemClock, VirtualClock};
use moontide_control::error::{CommandError, Result, code};
use moontide_control::ids;
use moontide_control::settings::Settings;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{Patience, state};
use moontide_runtime::journal::{Bundle, Channel, Execution, Format};
use moontide_runtime::plan::{Mode, Plan};
use moontide_runtime::sandbox::luau_version;
use moontide_runtime::scheduler::{Changes, DriveError, Driver, Graph};
use moontide_runtime::store::{MemoryStore, Pulse, Store};
use moontide_sim::{PausedClock, Scenario, Simulator};
use serde_json::Value;

use crate::answers::flags::{Flag, Flags};
use crate::answers::rehearsal::Assumed;
use crate::output::Output;
use connector::InProcess;
pub(crate) use report::Report;
use witness::Witness;

/// Who is named as having given an answer that a flag gave.
const FLAG: &str = "--answer";

/// Everything that a rehearsal depends on.
pub(crate) struct Rehearsal {
    pub(crate) output: Output,
    pub(crate) settings: Settings,
    pub(crate) plan: Plan,
    pub(crate) bundle: Bundle,
    pub(crate) world: Scenario,
    pub(crate) mode: Mode,
    pub(crate) params: BTreeMap<String, Value>,
    pub(crate) answers: Vec<Flag>,
    pub(crate) seed: u64,
}

/// How a rehearsal went.
pub(crate) struct Rehearsed {
    pub(crate) report: Report,
    /// Why it did not come to its end: AWS could not be seen for longer than a runner waits.
    pub(crate) stopped: Option<CommandError>,
}

/// What a runner says that waits no longer. There is nothing to restore here: the world's faults last too long.
fn out_of_patience(trouble: &DriveError) -> CommandError {
    CommandError::new(code::OUT_OF_PATIENCE, trouble.to_string())
        .hint("a fault of the world lasts longer than a runner waits; the notes of the rehearsal name it")
        .hint("on the day itself, no wave would have failed, and `moontide resume` would go on from here")
}

impl Rehearsal {
    /// Rehearses it, in virtual time.
    pub(crate) fn perform(self) -> Result<Rehearsed> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .map_err(|error| {
                CommandError::new(code::INTERNAL, format!("the runtime cannot start: {error}"))
            })?;
        runtime.block_on(self.act())
    }

    async fn act(self) -> Result<Rehearsed> {
        let start = self.world.start().unwrap_or_else(|| SystemClock::new().now());
        let execution = self.execution(start);
        let clock: Arc<dyn Clock> = Arc::new(VirtualClock::starting_at(start));
        let remembered = self.world.state().clone();
        let simulator = Simulator::new(self.world, Arc::new(PausedClock::new(start)));
        let client = SharedHttpClient::new(InProcess::new(simulator.router()));
        let region = execution.regions[0].as_str();
        let world = aws::world(Session::pretend(client), region, &clock, self.seed);
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        store.create(&execution).await?;
        for (key, value) in &remembered {
            let change = state::given(&execution.plan.name, (key, value), start, FLAG);
            let change = change.map_err(|wrong| {
                CommandError::new(code::WORLD_REFUSED, format!("the world's {}", wrong.message))
            })?;
            store.change(&change).await?;
        }
        let lease = store.take(&execution.id, FLAG, None).await?;
        let witness = Rc::new(Witness::new(self.output));
        let people = Rc::new(Graph::of(&execution));
        let assumed = Rc::new(Assumed::new(Rc::clone(&people)));
        let answers = Rc::new(Flags::new(&self.answers, FLAG, people, assumed).for_all());
        let driver = Driver {
            store: Arc::clone(&store),
            world,
            clock: Arc::clone(&clock),
            observer: Rc::clone(&witness) as _,
            answers: Rc::clone(&answers) as _,
            limits: self.settings.limits(),
            changes: Changes::default(),
            denied: self.settings.denied,
            signals_every: None,
            patience: Patience::USUAL,
            pulse: Pulse::steady(Arc::new(SystemClock::new())),
            beside: Vec::new(),
            secrets: BTreeMap::new(),
        };
        let stopped = match driver.drive(&lease, std::future::pending()).await {
            Ok(_) => {
                answers.refuse_misfits()?;
                answers.say_unused(self.output);
                None
            }
            Err(error @ DriveError::Trouble(_)) => Some(out_of_patience(&error)),
            Err(error) => return Err(error.into()),
        };
        let now = clock.now();
        let report = Report::of(store.as_ref(), &execution, &witness, &simulator, now).await?;
        Ok(Rehearsed { report, stopped })
    }

    fn execution(&self, start: Timestamp) -> Execution {
        let mut regions = self.plan.regions.clone();
        if regions.is_empty() {
            regions.push(self.world.region().to_owned());
        }
        #[expect(clippy::cast_possible_truncation, reason = "twenty bits of it are used")]
        let random = self.seed as u32;
        Execution {
            format: Format::CURRENT,
            id: ids::generate(&self.plan.name, start, random),
            nonce: String::new(),
            created_at: start,
            created_by: crate::answers::rehearsal::BY.to_owned(),
            mode: self.mode,
            params: self.params.clone(),
            regions,
            account: self.plan.account.clone().or_else(|| Some(self.world.account().to_owned())),
            replaceable: Vec::new(),
            gives_up: None,
            simulator: None,
            beside: Vec::new(),
            source: Some(Channel::Rehearsal),
            reason: String::new(),
            labels: BTreeMap::new(),
            only: Vec::new(),
            excluded: Vec::new(),
            origin: String::new(),
            acts_for: None,
            made: Vec::new(),
            secrets: BTreeMap::new(),
            denied: Vec::new(),
            approvers: self.settings.approvers.clone(),
            limits: BTreeMap::new(),
            waves_at_once: Some(self.settings.limits().together.waves),
            sources: None,
            seed: self.seed,
            moontide: env!("CARGO_PKG_VERSION").to_owned(),
            luau: luau_version(),
            plan: self.plan.clone(),
            bundle: self.bundle.clone(),
        }
        .pinned()
    }
}
