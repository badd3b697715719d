//! AWS as a session reaches it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{
    Call, Class, Consequences, EffectError, Key, Operation, Sight, Touch, World, policy,
};
use moontide_runtime::store::Pulse;

use super::desk::{Desk, Proposal};
use super::guarded::Guarded;
use super::lines::{NextLine, Show};
use super::permit::Permit;

/// The world behind a desk.
pub(super) struct SessionWorld {
    world: Rc<dyn World>,
    operations: BTreeMap<&'static str, Box<dyn Operation>>,
    desk: Rc<dyn Desk>,
    permit: Rc<Permit>,
    /// The calls that were cut off, and were looked up: the operator has let them out before.
    looked_up: Rc<RefCell<BTreeSet<String>>>,
}

impl SessionWorld {
    pub(super) fn new(
        world: Rc<dyn World>,
        clock: &Arc<dyn Clock>,
        desk: &Rc<dyn Desk>,
    ) -> SessionWorld {
        let permit = Rc::new(Permit::new(Arc::clone(clock)));
        let looked_up = Rc::default();
        let mut operations: BTreeMap<&'static str, Box<dyn Operation>> = BTreeMap::new();
        for name in world.names() {
            let Some(class) = world.operation(name).map(Operation::class) else { continue };
            let (desk, looked_up) = (Rc::clone(desk), Rc::clone(&looked_up));
            let world = Rc::clone(&world);
            operations.insert(name, Box::new(Guarded { world, name, class, desk, looked_up }));
        }
        let own: [Box<dyn Operation>; 2] = [
            Box::new(NextLine { desk: Rc::clone(desk), permit: Rc::clone(&permit) }),
            Box::new(Show(Rc::clone(desk))),
        ];
        operations.extend(own.map(|it| (it.name(), it)));
        SessionWorld { world, operations, desk: Rc::clone(desk), permit, looked_up }
    }

    /// Refuses what the operator does not want changed.
    async fn ask(&self, call: &Call, what: &Consequences) -> Result<bool, EffectError> {
        let refused = |why: String| Err(EffectError::new(policy::REFUSED, why));
        let is_again = self.looked_up.borrow().contains(call.key.as_str());
        let may_go = || self.permit.is_given() || is_again;
        let read_only =
            || format!("the session is read-only, and `{}` changes something", call.operation);
        if !may_go() {
            return refused(read_only());
        }
        let proposal = Proposal {
            operation: call.operation.clone(),
            arguments: call.arguments.clone(),
            account: what.account.clone(),
            region: what.region().map(str::to_owned),
            is_again,
            touches: what.touches.iter().map(|it| (it.verb.to_owned(), named(it))).collect(),
        };
        if !self.desk.consents(&proposal).await {
            return refused("the operator did not consent: this call was not sent".to_owned());
        }
        // A question that was open for long is no permit.
        if !may_go() {
            return refused(read_only());
        }
        self.permit.is_used();
        Ok(true)
    }
}

/// A thing by its id, the name that people know, and what would go away for it.
fn named(touch: &Touch) -> String {
    let mut named = touch.what.id().to_owned();
    let Some(launch) = &touch.launch else { return named };
    if let Some(name) = &launch.name {
        named = format!("{named} ({name})");
    }
    let gone = launch.replaces.iter().map(|it| it.instance.as_str()).filter(|it| !it.is_empty());
    let gone: Vec<&str> = gone.collect();
    if gone.is_empty() { named } else { format!("{named}, which deletes {}", gone.join(", ")) }
}

impl World for SessionWorld {
    fn consent<'a>(
        &'a self,
        _class: Class,
        call: &'a Call,
        what: &'a Consequences,
    ) -> LocalBoxFuture<'a, Result<bool, EffectError>> {
        Box::pin(self.ask(call, what))
    }

    fn operation(&self, name: &str) -> Option<&dyn Operation> {
        self.operations.get(name).map(Box::as_ref)
    }

    fn names(&self) -> Vec<&'static str> {
        self.world.names()
    }

    fn sight(&self, key: &Key) -> Sight {
        self.world.sight(key)
    }

    fn belongs_to(&self, account: &str) {
        self.world.belongs_to(account);
    }

    fn heed(&self, pulse: &Pulse) {
        self.world.heed(pulse);
    }
}
