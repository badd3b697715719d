//! A world that answers nothing: what the journal does not have is refused to the attempt that is replayed, and never
//! answered to the others.

use std::collections::BTreeMap;
use std::future::pending;
use std::rc::Rc;

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_runtime::effect::{
    Call, Class, Consequences, EffectError, Finding, Lane, Operation, Reply, World,
};
use serde_json::Value;

use super::DIFFERS;

/// The operations of another world, of which none is performed.
pub(super) struct Nothing {
    operations: BTreeMap<&'static str, Unanswered>,
}

struct Unanswered {
    world: Rc<dyn World>,
    name: &'static str,
    class: Class,
    /// The attempt that is replayed.
    root: Lane,
}

impl Nothing {
    /// The world around the attempt with this root lane.
    pub(super) fn around(world: &Rc<dyn World>, root: &Lane) -> Nothing {
        let unanswered = |name: &'static str| {
            let class = world.operation(name)?.class();
            Some((name, Unanswered { world: Rc::clone(world), name, class, root: root.clone() }))
        };
        Nothing { operations: world.names().into_iter().filter_map(unanswered).collect() }
    }
}

impl World for Nothing {
    fn operation(&self, name: &str) -> Option<&dyn Operation> {
        self.operations.get(name).map(|it| it as &dyn Operation)
    }

    fn names(&self) -> Vec<&'static str> {
        self.operations.keys().copied().collect()
    }
}

impl Unanswered {
    /// Refuses a call of the attempt that is replayed; one of another attempt waits for ever.
    async fn refuse(&self, call: &Call) -> EffectError {
        if call.lane.root() != self.root {
            pending::<()>().await;
        }
        EffectError::new(DIFFERS, format!("the journal has no `{}` here", self.name))
    }
}

#[async_trait(?Send)]
impl Operation for Unanswered {
    fn name(&self) -> &'static str {
        self.name
    }

    fn class(&self) -> Class {
        self.class
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        match self.world.operation(self.name) {
            Some(operation) => operation.check(arguments),
            None => Ok(arguments.clone()),
        }
    }

    async fn consequences(&self, call: &Call) -> Result<Consequences, EffectError> {
        Err(self.refuse(call).await)
    }

    async fn perform(&self, call: &Call) -> Reply {
        Reply::failed(self.refuse(call).await)
    }

    async fn reconcile(&self, call: &Call, _intended_at: Timestamp) -> Finding {
        Finding::Unseen(self.refuse(call).await)
    }
}
