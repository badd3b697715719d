//! A binding as a line in the list of its service: the engine's `Operation` of it.

use std::marker::PhantomData;
use std::rc::Rc;

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_runtime::effect::{
    Call, Class, Consequences, EffectError, Evidence, Finding, Leaves, Operation, Reply, Touch,
};
use serde_json::Value;

use super::asked::{Asked, complete, read};
use super::{At, Binding, Changes};
use crate::aws::Aws;
use crate::plug::Service;

/// An operation as a line in the list of its service: [`looks`] and [`changes`] make
/// one of a binding.
pub(crate) struct Line {
    /// The name that runbooks use.
    pub(crate) name: &'static str,
    /// What a crash in the middle of it means.
    pub(crate) class: Class,
    /// What a call of it leaves behind, for a cleanup.
    pub(crate) leaves: Option<Leaves>,
    /// The operation, in the company of the clients that it calls.
    pub(crate) open: fn(&Rc<Aws>) -> Box<dyn Operation>,
}

/// The line of an operation that only looks.
pub(crate) const fn looks<B: Binding>() -> Line {
    const {
        assert!(!B::CLASS.needs_intent(), "what needs an intent says what it touches");
        assert!(belongs(B::NAME, B::Service::NAME), "an operation is named after its service");
    };
    Line {
        name: B::NAME,
        class: B::CLASS,
        leaves: None,
        open: |aws| Box::new(Looking::<B>(Rc::clone(aws), PhantomData)),
    }
}

/// The line of an operation that changes something.
pub(crate) const fn changes<B: Changes>() -> Line {
    const {
        assert!(B::CLASS.needs_intent(), "what only looks touches nothing");
        assert!(belongs(B::NAME, B::Service::NAME), "an operation is named after its service");
    };
    Line {
        name: B::NAME,
        class: B::CLASS,
        leaves: B::LEAVES,
        open: |aws| Box::new(Changing::<B>(Rc::clone(aws), PhantomData)),
    }
}

/// Whether an operation is called `service.…`.
const fn belongs(operation: &str, service: &str) -> bool {
    let (operation, service) = (operation.as_bytes(), service.as_bytes());
    let mut at = 0;
    while at < service.len() {
        if at >= operation.len() || operation[at] != service[at] {
            return false;
        }
        at += 1;
    }
    at < operation.len() && operation[at] == b'.'
}

struct Looking<B>(Rc<Aws>, PhantomData<B>);

struct Changing<B>(Rc<Aws>, PhantomData<B>);

/// Reads a call: its surroundings, and the binding's own arguments.
fn open<'a, B: Binding>(
    aws: &'a Aws,
    call: &'a Call,
) -> Result<(At<'a, B>, B::Arguments), EffectError> {
    let Asked { own, paging, .. } = read::<B>(&call.arguments)?;
    Ok((At { aws, call, paging, binding: PhantomData }, own))
}

async fn perform<B: Binding>(aws: &Aws, call: &Call) -> Reply {
    let performed = match open::<B>(aws, call) {
        Ok((at, own)) => B::perform(&at, own).await,
        Err(error) => Err(error.into()),
    };
    performed.unwrap_or_else(|failure| failure.into_reply(B::CLASS, B::NAME))
}

async fn consequences<B: Binding>(
    at: &At<'_, B>,
    touches: Vec<Touch>,
) -> Result<Consequences, EffectError> {
    Ok(Consequences { account: at.aws.account().await?, place: at.place(), touches })
}

#[async_trait(?Send)]
impl<B: Binding> Operation for Looking<B> {
    fn name(&self) -> &'static str {
        B::NAME
    }

    fn class(&self) -> Class {
        B::CLASS
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        complete::<B>(arguments)
    }

    async fn consequences(&self, call: &Call) -> Result<Consequences, EffectError> {
        consequences(&open::<B>(&self.0, call)?.0, Vec::new()).await
    }

    async fn perform(&self, call: &Call) -> Reply {
        perform::<B>(&self.0, call).await
    }
}

#[async_trait(?Send)]
impl<B: Changes> Operation for Changing<B> {
    fn name(&self) -> &'static str {
        B::NAME
    }

    fn class(&self) -> Class {
        B::CLASS
    }

    fn returns(&self) -> Option<&'static str> {
        B::RETURNS
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        complete::<B>(arguments)
    }

    async fn consequences(&self, call: &Call) -> Result<Consequences, EffectError> {
        let (at, own) = open::<B>(&self.0, call)?;
        let touches = B::touches(&at, own).await?;
        consequences(&at, touches).await
    }

    async fn perform(&self, call: &Call) -> Reply {
        perform::<B>(&self.0, call).await
    }

    async fn reconcile(&self, call: &Call, intended_at: Timestamp) -> Finding {
        match open::<B>(&self.0, call) {
            Ok((at, own)) => B::reconcile(&at, own, intended_at).await,
            Err(error) => Finding::Undecided(Evidence::new(format!(
                "the recorded arguments cannot be read by this release: {error}"
            ))),
        }
    }
}
