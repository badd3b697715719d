//! What the door keeps of the calls that look again and again, by their keys.

use std::cell::RefCell;
use std::collections::HashMap;

use moontide_runtime::effect::sight::WeakSight;
use moontide_runtime::effect::{Call, Key, Sight};

/// The calls that the door watches.
#[derive(Default)]
pub(crate) struct Sights(RefCell<HashMap<Key, WeakSight>>);

impl Sights {
    /// What the call with this key will have seen, for the door.
    pub(crate) fn open(&self, key: &Key) -> Sight {
        let sight = Sight::default();
        let mut open = self.0.borrow_mut();
        open.retain(|_, sight| sight.upgrade().is_some());
        open.insert(key.clone(), sight.downgrade());
        sight
    }

    /// The same, for its operation. A call that no door watches has one of its own.
    pub(crate) fn of(&self, call: &Call) -> Sight {
        self.0.borrow().get(&call.key).and_then(WeakSight::upgrade).unwrap_or_default()
    }
}
