//! How an operation is written down in this crate, and how that becomes the engine's `Operation`.

use std::marker::PhantomData;
use std::rc::Rc;

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_runtime::effect::{
    Call, Class, Consequences, EffectError, Evidence, Finding, Operation, Reply, Touch, arguments,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::services::Services;

/// One AWS operation: its name, its class, its typed arguments, and what to do with them.
///
/// Arguments and answers carry AWS's names in `snake_case`, as in the Rust SDK. The Region is an
/// argument of every operation, optional, under the name `region`.
#[async_trait(?Send)]
pub(crate) trait Binding: 'static {
    /// The name runbooks use.
    const NAME: &'static str;
    /// What a crash in the middle of it means.
    const CLASS: Class;
    /// What it returns, as an example, if runbooks cannot go on without: see [`Operation::returns`].
    const RETURNS: Option<&'static str> = None;
    /// Its arguments: unknown fields refused, defaults filled in when written back.
    type Arguments: DeserializeOwned + Serialize;

    /// What the types of the arguments cannot say.
    fn validate(arguments: &Self::Arguments) -> Result<(), EffectError> {
        let _ = arguments;
        Ok(())
    }

    /// Makes the call. An error is a [`Reply`] already: [`crate::error::reply`] says which.
    async fn perform(
        aws: &Services,
        call: &Call,
        arguments: Self::Arguments,
    ) -> Result<Reply, Reply>;
}

/// An operation that changes something outside: it says what, and how to find out whether it has. One that
/// does not say so does not compile, because [`Changing`] is the only way into the world's list for it.
#[async_trait(?Send)]
pub(crate) trait Changes: Binding {
    /// What the call would touch, for the policy to judge; may look at AWS.
    async fn touches(
        aws: &Services,
        call: &Call,
        arguments: Self::Arguments,
    ) -> Result<Vec<Touch>, EffectError>;

    /// Finds out whether it has happened. The default sends again what is harmless to send again.
    async fn reconcile(
        aws: &Services,
        call: &Call,
        arguments: Self::Arguments,
        intended_at: Timestamp,
    ) -> Finding {
        let _ = (aws, call, arguments, intended_at);
        match Self::CLASS {
            Class::Tagged | Class::Once => Finding::Undecided(Evidence::new(format!(
                "`{}` leaves nothing behind by which it could be recognised",
                Self::NAME
            ))),
            _ => Finding::Harmless,
        }
    }
}

/// What a look that failed says: nothing at all if it is trouble of the runner.
pub(crate) fn unseen(error: EffectError, what: &str) -> Finding {
    if error.trouble.is_some() {
        return Finding::Unseen(error);
    }
    Finding::Undecided(Evidence {
        message: format!("{what} cannot be looked up: {error}"),
        found: json!({ "code": error.code }),
    })
}

fn read<B: Binding>(arguments: &Value) -> Result<B::Arguments, EffectError> {
    let read = arguments::read(B::NAME, arguments)?;
    B::validate(&read)?;
    Ok(read)
}

async fn perform<B: Binding>(aws: &Services, call: &Call) -> Reply {
    match read::<B>(&call.arguments) {
        Ok(arguments) => B::perform(aws, call, arguments).await.unwrap_or_else(|reply| reply),
        Err(error) => Reply::failed(error),
    }
}

async fn consequences(
    aws: &Services,
    call: &Call,
    touches: Vec<Touch>,
) -> Result<Consequences, EffectError> {
    let account = aws.account().await?;
    Ok(Consequences { account, region: Some(aws.region_of(call).to_owned()), touches })
}

/// An operation that only looks, in the company of the services it calls.
pub(crate) struct Looking<B> {
    aws: Rc<Services>,
    binding: PhantomData<B>,
}

/// An operation that changes something, likewise.
pub(crate) struct Changing<B> {
    aws: Rc<Services>,
    binding: PhantomData<B>,
}

impl<B: Binding> Looking<B> {
    /// A line of the world's list.
    pub(crate) fn operation(aws: &Rc<Services>) -> Box<dyn Operation> {
        const { assert!(!B::CLASS.needs_intent(), "what needs an intent says what it touches") };
        Box::new(Looking::<B> { aws: Rc::clone(aws), binding: PhantomData })
    }
}

impl<B: Changes> Changing<B> {
    /// A line of the world's list.
    pub(crate) fn operation(aws: &Rc<Services>) -> Box<dyn Operation> {
        const { assert!(B::CLASS.needs_intent(), "what only looks touches nothing") };
        Box::new(Changing::<B> { aws: Rc::clone(aws), binding: PhantomData })
    }
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
        read::<B>(arguments)?;
        arguments::check::<B::Arguments>(B::NAME, arguments)
    }

    async fn consequences(&self, call: &Call) -> Result<Consequences, EffectError> {
        consequences(&self.aws, call, Vec::new()).await
    }

    async fn perform(&self, call: &Call) -> Reply {
        perform::<B>(&self.aws, call).await
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
        read::<B>(arguments)?;
        arguments::check::<B::Arguments>(B::NAME, arguments)
    }

    async fn consequences(&self, call: &Call) -> Result<Consequences, EffectError> {
        let touches = B::touches(&self.aws, call, read::<B>(&call.arguments)?).await?;
        consequences(&self.aws, call, touches).await
    }

    async fn perform(&self, call: &Call) -> Reply {
        perform::<B>(&self.aws, call).await
    }

    async fn reconcile(&self, call: &Call, intended_at: Timestamp) -> Finding {
        match read::<B>(&call.arguments) {
            Ok(arguments) => B::reconcile(&self.aws, call, arguments, intended_at).await,
            Err(error) => Finding::Undecided(Evidence::new(format!(
                "the recorded arguments cannot be read by this release: {error}"
            ))),
        }
    }
}
