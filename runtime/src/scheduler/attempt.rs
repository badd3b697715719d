//! One attempt of one wave: what it runs, what it is told, and what is known when it ends.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::watch;

use crate::history::Mend;
use crate::sandbox::{Limits, Remembered, Unit};

/// One attempt of one wave.
pub(super) struct Attempt {
    pub(super) wave: String,
    pub(super) number: u32,
    pub(super) unit: Unit,
    /// The sources that it runs from; `None`: the execution's own.
    pub(super) mend: Option<Arc<Mend>>,
    /// What it may use.
    pub(super) limits: Limits,
    /// What the program is told: its one argument.
    pub(super) context: Value,
    /// What its program has remembered, once there is one.
    pub(super) memory: Memory,
    /// Set to true when the attempt is to stop at the next effect: by the driver, or by the attempt itself
    /// when it ends before its branches.
    pub(super) stop: watch::Sender<bool>,
}

/// What a program has remembered for the next attempt, also where the program is gone.
pub(super) type Memory = Rc<RefCell<Option<Remembered>>>;

/// What is known at the end of an attempt: what its program has remembered, or else what it was given.
pub(super) fn remembered(memory: &Memory, previous: &Value) -> Value {
    let known = memory.borrow().as_ref().map(|known| known.borrow().clone());
    known.filter(|known| !known.is_null()).unwrap_or_else(|| previous.clone())
}

impl Attempt {
    /// What the attempt before it left.
    pub(super) fn previous(&self) -> Value {
        self.context.get("previous").cloned().unwrap_or_default()
    }

    /// What is known of the wave now.
    pub(super) fn knows(&self) -> Value {
        remembered(&self.memory, &self.previous())
    }
}
