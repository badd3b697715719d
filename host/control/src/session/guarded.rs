//! An operation of the world, as a session reaches it: what changes nothing can be interrupted, and of what changes
//! something is remembered whether it was looked up.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::pin::pin;
use std::rc::Rc;

use async_trait::async_trait;
use futures_util::future::{Either, select};
use jiff::Timestamp;
use moontide_runtime::effect::{
    Call, Class, Consequences, EffectError, Finding, Operation, Reply, World,
};
use serde_json::Value;

use super::desk::Desk;

/// What a wait ends with that the operator did not want any longer.
const INTERRUPTED: &str = "Interrupted";

/// An operation behind its guard.
pub(super) struct Guarded {
    pub(super) world: Rc<dyn World>,
    pub(super) name: &'static str,
    pub(super) class: Class,
    pub(super) desk: Rc<dyn Desk>,
    /// The calls that were cut off, and were looked up.
    pub(super) looked_up: Rc<RefCell<BTreeSet<String>>>,
}

impl Guarded {
    fn inner(&self) -> Result<&dyn Operation, EffectError> {
        self.world.operation(self.name).ok_or_else(|| {
            EffectError::new("UnknownOperation", format!("there is no operation `{}`", self.name))
        })
    }
}

#[async_trait(?Send)]
impl Operation for Guarded {
    fn name(&self) -> &'static str {
        self.name
    }

    fn class(&self) -> Class {
        self.class
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        self.inner()?.check(arguments)
    }

    fn returns(&self) -> Option<&'static str> {
        self.inner().ok()?.returns()
    }

    fn is_kept(&self) -> bool {
        self.inner().is_ok_and(Operation::is_kept)
    }

    async fn consequences(&self, call: &Call) -> Result<Consequences, EffectError> {
        self.inner()?.consequences(call).await
    }

    async fn perform(&self, call: &Call) -> Reply {
        let inner = match self.inner() {
            Ok(inner) => inner,
            Err(error) => return Reply::failed(error),
        };
        let mut reply = pin!(inner.perform(call));
        match select(reply.as_mut(), pin!(self.desk.interrupted())).await {
            Either::Left((reply, _)) => reply,
            // What was sent is waited for: it may have happened.
            Either::Right(_) if self.class.needs_intent() => {
                self.desk.is_sent(self.name);
                reply.await
            }
            Either::Right(_) => {
                let message = format!("`{}` was interrupted", self.name);
                Reply::failed(EffectError::new(INTERRUPTED, message))
            }
        }
    }

    async fn reconcile(&self, call: &Call, intended_at: Timestamp) -> Finding {
        self.looked_up.borrow_mut().insert(call.key.as_str().to_owned());
        match self.inner() {
            Ok(inner) => inner.reconcile(call, intended_at).await,
            Err(error) => Finding::Unseen(error),
        }
    }
}
