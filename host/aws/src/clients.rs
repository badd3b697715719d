//! The clients of a session, by type, Region and how often they send: each is made when it is first asked for.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;

use crate::attempts::Attempts;

/// What tells one client from another.
type Name = (TypeId, String, Attempts);

/// The clients that were made so far.
#[derive(Default)]
pub(crate) struct Clients(RefCell<HashMap<Name, Box<dyn Any>>>);

impl Clients {
    /// The client of the type `C` in `region`, which `make` makes if there is none.
    pub(crate) fn of<C: Clone + 'static>(
        &self,
        region: &str,
        attempts: Attempts,
        make: impl FnOnce() -> C,
    ) -> C {
        let name = (TypeId::of::<C>(), region.to_owned(), attempts);
        let known = self.0.borrow().get(&name).and_then(|it| it.downcast_ref::<C>()).cloned();
        known.unwrap_or_else(|| {
            let client = make();
            self.0.borrow_mut().insert(name, Box::new(client.clone()));
            client
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_made_once_for_a_type_a_region_and_a_number_of_attempts() {
        let (clients, made) = (Clients::default(), RefCell::new(0));
        let client = || {
            *made.borrow_mut() += 1;
            made.borrow().to_string()
        };
        let several = |region| clients.of(region, Attempts::Several, client);
        assert_eq!([several("a"), several("b"), several("a")], ["1", "2", "1"]);
        assert_eq!(clients.of("a", Attempts::One, client), "3");
        assert_eq!(clients.of("a", Attempts::Several, || 7_u32), 7, "another type");
    }
}
