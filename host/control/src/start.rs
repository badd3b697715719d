//! Starting an execution: it is checked, its plan is claimed, and its head is kept; then a runner is ready for it.
//! Starting an id twice is starting it once.
//!
//! - `same`: whether what has that id already is what the operator means.
//! - `replaced`: which instances are given up.

mod replaced;
mod same;

use std::collections::BTreeMap;
use std::time::Duration;

use moontide_runtime::clock::Clock as _;
use moontide_runtime::journal::{Channel, Execution};
use moontide_runtime::plan::{Mode, Plan, suggest};
use moontide_runtime::store::StoreError;
use moontide_runtime::store::obligations::{Ends, Obligation, What};
use serde_json::Value;

use crate::answers::flags::Flag;
use crate::answers::people;
use crate::claims;
use crate::clocks::SystemClock;
use crate::error::{CommandError, Hint, Result, code};
use crate::execution::Made;
use crate::ids;
use crate::listener::Listener;
use crate::next::Next;
use crate::operator::Operator;
use crate::params::{Bound, secrets};
use crate::reached::Reached;
use crate::runbook::Files;
use crate::runner::{Runner, is_of_the_runner};
use crate::settings::Settings;
use crate::whoami;

/// What an operator wants to be started.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its id; `None`: a new one.
    pub id: Option<String>,
    /// Drill or recovery.
    pub mode: Mode,
    /// The values of its params.
    pub params: Bound,
    /// Answers that are given beforehand.
    pub answers: Vec<Flag>,
    /// The source servers whose instances are given up, by the servers' ids.
    pub replaceable: Vec<String>,
    /// The executions beside which it goes on, although they have claimed the same.
    pub beside: Vec<String>,
    /// The waves that run; all, if none is named.
    pub only: Vec<String>,
    /// The source servers that are left out, by their ids or Name tags.
    pub excluded: Vec<String>,
    /// Why it is started.
    pub reason: String,
    /// What it is found by.
    pub labels: BTreeMap<String, String>,
    /// How long after its end a drill is cleaned up, and after which ends.
    pub cleanup_after: Option<(Duration, Ends)>,
    /// What starts it.
    pub source: Channel,
    /// What a timetable that starts it says of it.
    pub mandate: Option<Value>,
}

impl Request {
    /// A request for an execution of this kind, and nothing else.
    pub fn of(mode: Mode, source: Channel) -> Request {
        Request {
            id: None,
            mode,
            params: Bound::default(),
            answers: Vec::new(),
            replaceable: Vec::new(),
            beside: Vec::new(),
            only: Vec::new(),
            excluded: Vec::new(),
            reason: String::new(),
            labels: BTreeMap::new(),
            cleanup_after: None,
            source,
            mandate: None,
        }
    }

    /// Refuses what makes no sense for any runbook.
    pub fn check(&self) -> Result<()> {
        if let Some(id) = &self.id {
            ids::check_new(id)?;
        }
        if self.cleanup_after.is_some() && self.mode == Mode::Recovery {
            let message = "`--cleanup-after`: the instances of a recovery are production";
            return Err(CommandError::new(code::NOT_A_DRILL, message).hint(
                "only a drill is cleaned up after: `--mode drill`, or no `--cleanup-after`",
            ));
        }
        Ok(())
    }
}

/// An execution that is about to be started.
pub struct Start {
    /// The files of its runbook.
    pub files: Files,
    /// Its plan.
    pub plan: Plan,
    /// The seed of its random numbers.
    pub seed: u64,
    /// What the operator wants. The values of its params are bound to the plan.
    pub request: Request,
}

/// Whether a runbook asks approvers before it begins.
pub fn asks_approvers(plan: &Plan) -> bool {
    plan.start.as_ref().is_some_and(|start| !start.approvers.is_empty())
}

/// What a start has come to.
pub enum Started<'o> {
    /// A new execution, ready to be driven.
    New(Box<Runner<'o>>),
    /// The id was started at the same moment elsewhere, such as by a command that was delivered twice, and is what the
    /// operator means.
    Again(Box<Execution>),
}

impl Start {
    /// Reads the plan, and refuses what the request says about other waves than it has.
    pub fn read(
        listener: &dyn Listener,
        settings: &Settings,
        files: Files,
        request: Request,
    ) -> Result<Start> {
        request.check()?;
        let seed = fastrand::u64(..);
        let plan = files.plan(listener, &settings.limits(), seed)?;
        people::check(listener, &plan, &settings.approvers)?;
        check_waves(&plan, &request.only)?;
        Ok(Start { files, plan, seed, request })
    }

    /// Refuses it where the runbook asks no approver before it begins: what starts it is no person.
    pub fn needs_approval(&self) -> Result<()> {
        if asks_approvers(&self.plan) {
            return Ok(());
        }
        let message = format!("`{}` asks no approver before it begins", self.plan.name);
        Err(CommandError::new(code::NOT_CONFIRMED, message).hint(
            "what starts it is no person: `start = { message = …, approvers = { … } }` asks one",
        ))
    }

    /// The same with these params, which are bound to its plan.
    pub fn with(mut self, params: Bound) -> Result<Start> {
        Flag::check(&self.request.answers, &self.plan)?;
        self.request.params = params;
        Ok(self)
    }

    /// The execution that has the id already, if it is what the operator means. `None`: a new one can begin.
    pub async fn existing(&self, operator: &Operator) -> Result<Option<Execution>> {
        let (store, request) = (operator.store.as_ref(), &self.request);
        if let Some(id) = &request.id {
            match store.execution(id).await {
                Ok(existing) => return self.same(operator, existing).await.map(Some),
                Err(StoreError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        claims::check_beside(operator.face.as_ref(), store, &request.beside).await?;
        Ok(None)
    }

    /// Begins a new execution, in the account and the Regions to which the operator's credentials lead.
    pub async fn begin<'o>(&self, operator: &'o Operator) -> Result<Started<'o>> {
        let mut execution = self.head(operator)?;
        let session = operator.target.session(&operator.environment).await?;
        if execution.regions.is_empty() {
            execution.regions.push(session.region()?.to_owned());
        }
        let reached = Reached::by(session, &operator.target, &execution).await?;
        Box::pin(self.begin_in(reached, execution, operator)).await
    }

    /// Begins an execution with this head, in a world that is reached already.
    pub async fn begin_in<'o>(
        &self,
        reached: Reached,
        mut execution: Execution,
        operator: &'o Operator,
    ) -> Result<Started<'o>> {
        let Operator { store, face, .. } = operator;
        execution.account = reached.account_of(&execution)?;
        if let Some(arn) = &reached.caller.arn {
            execution.created_by.clone_from(arn);
        }
        let mut runner = Runner::prepare(operator, execution, reached).await?;
        let (world, listener) = (runner.reached.world.as_ref(), face.as_ref());
        let given_up = replaced::look(listener, world, &runner.execution).await?;
        runner.execution.gives_up = Some(given_up);
        claims::take(listener, store.as_ref(), &runner.execution, &[]).await?;
        if let Some(existing) = self.keep(operator, &runner.execution).await? {
            let existing = self.same(operator, existing).await?;
            return Ok(Started::Again(Box::new(existing)));
        }
        runner.answers.clone_from(&self.request.answers);
        runner.secrets = self.request.params.secrets();
        Ok(Started::New(Box::new(runner)))
    }

    /// Keeps the head, and what is to be done after its end. Returns the execution that has the id already.
    async fn keep(&self, operator: &Operator, execution: &Execution) -> Result<Option<Execution>> {
        let store = operator.store.as_ref();
        // Before the execution: a crash between the two leaves one that is void, and none is ever missing.
        let owed = match self.request.cleanup_after {
            Some(when) => Some(Obligation::owe(store, execution, What::Cleanup, when).await?),
            None => None,
        };
        match store.create(execution).await {
            Ok(()) => Ok(None),
            Err(StoreError::Exists(id)) if self.request.id.is_some() => {
                if let Some(void) = owed {
                    let by = (execution.created_by.as_str(), execution.created_at);
                    void.forget(store, by).await?;
                }
                Ok(Some(store.execution(&id).await?))
            }
            Err(error) => Err(unsure(error.into(), &execution.id)),
        }
    }

    /// The head of the new execution; where it acts is known once its world is reached.
    pub fn head(&self, operator: &Operator) -> Result<Execution> {
        let (request, environment) = (&self.request, &operator.environment);
        let at = SystemClock::new().now();
        let generated = || ids::generate(&self.plan.name, at, fastrand::u32(..));
        let made = Made {
            id: request.id.clone().unwrap_or_else(generated),
            at,
            by: whoami::user(environment),
            mode: request.mode,
            plan: self.plan.clone(),
            bundle: self.files.bundle.clone(),
            seed: self.seed,
            settings: &operator.settings,
        };
        let mut execution = Execution {
            nonce: format!("{:016x}", fastrand::u64(..)),
            params: request.params.values.clone(),
            replaceable: request.replaceable.clone(),
            gives_up: Some(BTreeMap::new()),
            simulator: operator.target.simulator(environment),
            beside: request.beside.clone(),
            source: Some(request.source),
            mandate: request.mandate.clone(),
            reason: request.reason.trim().to_owned(),
            labels: request.labels.clone(),
            only: request.only.clone(),
            excluded: request.excluded.clone(),
            origin: self.files.origin.clone(),
            ..made.head()
        }
        .pinned();
        secrets::kept(environment, &mut execution, &request.params)?;
        Ok(execution)
    }
}

/// The complaint of a store that failed while it kept a head: it may have kept it.
fn unsure(error: CommandError, id: &str) -> CommandError {
    if !is_of_the_runner(&error) {
        return error;
    }
    let if_so = "whether the execution has begun is not known: if it has, `";
    error.hint(Hint::step(if_so, Next::resume(id), "` goes on with it"))
}

/// Refuses to leave everything out because of a slip.
fn check_waves(plan: &Plan, only: &[String]) -> Result<()> {
    let names = || plan.waves.iter().map(|wave| wave.name.as_str());
    let Some(unknown) = only.iter().find(|name| !names().any(|wave| wave == name.as_str())) else {
        return Ok(());
    };
    let message = format!("`--only {unknown}`: the runbook has no such wave");
    let waves = names().collect::<Vec<_>>().join(", ");
    Err(CommandError::new(code::NO_WAVE, message).hint(match suggest::nearest(unknown, names()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("its waves are {waves}"),
    }))
}
