//! What drives the execution of a test, and who answers its prompts.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use async_trait::async_trait;
use moontide_runtime::effect::{RetryBudget, World};
use moontide_runtime::observe::Unobserved;
use moontide_runtime::sandbox::Limits;
use moontide_runtime::scheduler::{Answers, Changes, Driver, Given, Prompt};
use moontide_runtime::store::{Lease, Pulse, Store};

use crate::TestClock;

/// A driver over this store and this world, in the time of [`TestClock`]: without limits of its own, an observer, or a
/// person who answers.
pub fn driver(store: Arc<dyn Store>, world: impl World + 'static) -> Driver {
    Driver {
        store,
        world: Rc::new(world),
        clock: Arc::new(TestClock),
        observer: Rc::new(Unobserved),
        answers: Rc::new(Answering::default()),
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
pub async fn lease(store: &dyn Store, id: &str) -> Lease {
    let seen = store.lease(id).await.expect("the store answers");
    store.take(id, "test", seen.as_ref()).await.expect("no other runner is alive")
}

/// Answers every prompt with the choice given for its id, or leaves it open.
#[derive(Default)]
pub struct Answering(pub BTreeMap<&'static str, &'static str>);

#[async_trait(?Send)]
impl Answers for Answering {
    async fn answer(&self, prompt: &Prompt) -> Option<Given> {
        let choice = self.0.get(prompt.id.as_str())?;
        Some(Given { choice: (*choice).into(), by: "test".into(), ..Given::default() })
    }
}
