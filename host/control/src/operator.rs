//! An operator at work: what every call about executions has to know.

use std::rc::Rc;
use std::sync::Arc;

use moontide_runtime::plan::Plan;
use moontide_runtime::store::Store;

use crate::environment::Environment;
use crate::error::Result;
use crate::face::Face;
use crate::leases;
use crate::settings::Settings;
use crate::stores::Address;
use crate::target::Target;
use crate::whoami::{self, Person};

/// An operator: where, by which way to AWS, in whose name, and which face it has.
#[derive(Clone)]
pub struct Operator {
    /// The variables of the process.
    pub environment: Environment,
    /// What the operator has decided before.
    pub settings: Settings,
    /// Where executions are kept.
    pub address: Address,
    /// The store there.
    pub store: Arc<dyn Store>,
    /// Where AWS is.
    pub target: Target,
    /// In whose name the operator says to speak. A claim: it is journaled beside who really does.
    pub by: Option<String>,
    /// The face that follows, answers and is told.
    pub face: Rc<dyn Face>,
}

impl Operator {
    /// One who is about to start this plan, in the store to which flag, environment and settings lead. What would stop
    /// a runner stops the start before anything is begun.
    pub async fn starting(
        (environment, settings): (Environment, Settings),
        store: Option<&str>,
        plan: &Plan,
        face: Rc<dyn Face>,
    ) -> Result<Operator> {
        leases::ttl(&environment, &settings)?;
        settings.patience.of(&environment)?;
        let address = Address::choose(store, &environment, &settings)?;
        address.warn_if_doomed(face.as_ref(), plan).await;
        let store = address.open()?;
        address.warn_if_loose(face.as_ref());
        let (target, by) = (Target::default(), None);
        Ok(Operator { environment, settings, address, store, target, by, face })
    }

    /// The limits that the operator has given with this call.
    pub(crate) fn typed(&self) -> Vec<(String, String)> {
        self.settings.typed.clone().into_iter().collect()
    }

    /// In whose name the operator speaks to an execution.
    pub async fn author(&self) -> Result<Person> {
        whoami::author(&self.environment, &self.address, self.by.as_deref()).await
    }

    /// In whose name this process answers what its execution asks; `None`: AWS has not said, and it answers nothing.
    pub async fn speaker(&self) -> Result<Option<Person>> {
        let (environment, by) = (&self.environment, self.by.as_deref());
        whoami::speaker(environment, &self.address, by, self.face.as_ref()).await
    }
}
