//! The list of them.

use std::rc::Rc;

use super::{Place, get, writes};
use crate::effect::Operation;

/// The operations of an execution that is driven under this lease.
pub fn all(place: Place) -> Vec<Box<dyn Operation>> {
    let place = Rc::new(place);
    vec![
        Box::new(get::Get(Rc::clone(&place))),
        Box::new(writes::Put(Rc::clone(&place))),
        Box::new(writes::CompareAndPut(Rc::clone(&place))),
        Box::new(writes::Delete(place)),
    ]
}
