//! AWS as a session reaches it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{Key, Operation, Sight, World};
use moontide_runtime::store::Pulse;

use super::desk::Desk;
use super::guarded::Guarded;
use super::lines::{NextLine, Show};
use super::permit::Permit;

/// The world behind a desk.
pub(super) struct SessionWorld {
    world: Rc<dyn World>,
    operations: BTreeMap<&'static str, Box<dyn Operation>>,
}

impl SessionWorld {
    pub(super) fn new(
        world: Rc<dyn World>,
        clock: &Arc<dyn Clock>,
        desk: &Rc<dyn Desk>,
    ) -> SessionWorld {
        let permit = Rc::new(Permit::new(Arc::clone(clock)));
        let mut operations: BTreeMap<&'static str, Box<dyn Operation>> = BTreeMap::new();
        for name in world.names() {
            let Some(class) = world.operation(name).map(Operation::class) else { continue };
            let (desk, permit) = (Rc::clone(desk), Rc::clone(&permit));
            let (world, looked_up) = (Rc::clone(&world), RefCell::default());
            operations
                .insert(name, Box::new(Guarded { world, name, class, desk, permit, looked_up }));
        }
        let own: [Box<dyn Operation>; 2] =
            [Box::new(NextLine { desk: Rc::clone(desk), permit }), Box::new(Show(Rc::clone(desk)))];
        operations.extend(own.map(|it| (it.name(), it)));
        SessionWorld { world, operations }
    }
}

impl World for SessionWorld {
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
