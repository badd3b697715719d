//! An operation of the world, as a session reaches it: what changes nothing can be interrupted, and what changes
//! something needs the operator's permit and consent.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::pin::pin;
use std::rc::Rc;

use async_trait::async_trait;
use futures_util::future::{Either, select};
use jiff::Timestamp;
use moontide_runtime::effect::policy;
use moontide_runtime::effect::{
    Call, Class, Consequences, EffectError, Finding, Operation, Reply, World,
};
use serde_json::Value;

use super::desk::{Desk, Proposal};
use super::permit::Permit;

/// What a wait ends with that the operator did not want any longer.
const INTERRUPTED: &str = "Interrupted";

/// An operation behind its guard.
pub(super) struct Guarded {
    pub(super) world: Rc<dyn World>,
    pub(super) name: &'static str,
    pub(super) class: Class,
    pub(super) desk: Rc<dyn Desk>,
    pub(super) permit: Rc<Permit>,
    /// The calls that were cut off, and were looked up: the operator has let them out before.
    pub(super) looked_up: RefCell<BTreeSet<String>>,
}

impl Guarded {
    fn is_again(&self, call: &Call) -> bool {
        self.looked_up.borrow().contains(call.key.as_str())
    }

    fn inner(&self) -> Result<&dyn Operation, EffectError> {
        self.world.operation(self.name).ok_or_else(|| {
            EffectError::new("UnknownOperation", format!("there is no operation `{}`", self.name))
        })
    }

    /// Refuses what the operator does not want changed.
    async fn ask(&self, call: &Call, what: &Consequences) -> Result<(), EffectError> {
        let touches = what.touches.iter();
        let proposal = Proposal {
            operation: self.name.to_owned(),
            arguments: call.arguments.clone(),
            account: what.account.clone(),
            region: what.region().map(str::to_owned),
            is_again: self.is_again(call),
            touches: touches.map(|it| (it.verb.to_owned(), it.what.id().to_owned())).collect(),
        };
        if self.desk.consents(&proposal).await {
            self.permit.is_used();
            return Ok(());
        }
        Err(EffectError::new(policy::REFUSED, "the operator did not consent: nothing was sent"))
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
        if self.class.needs_intent() && !self.permit.is_given() && !self.is_again(call) {
            let message =
                format!("the session is read-only, and `{}` changes something", self.name);
            return Err(EffectError::new(policy::REFUSED, message));
        }
        let what = self.inner()?.consequences(call).await?;
        if self.class.needs_intent() {
            self.ask(call, &what).await?;
        }
        Ok(what)
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
