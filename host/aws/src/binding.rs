//! How an operation is written down in this crate, and how that becomes the engine's `Operation`.

use std::rc::Rc;

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_runtime::effect::{
    Call, Class, Consequences, EffectError, Evidence, Finding, Operation, Reply, arguments,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

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

    /// What the call would do; account and Region are filled in by [`Bound`].
    async fn consequences(
        aws: &Services,
        call: &Call,
        arguments: Self::Arguments,
    ) -> Result<Consequences, EffectError> {
        let _ = (aws, call, arguments);
        Ok(Consequences::default())
    }

    /// Makes the call. An error is a [`Reply`] already: [`crate::error::reply`] says which.
    async fn perform(
        aws: &Services,
        call: &Call,
        arguments: Self::Arguments,
    ) -> Result<Reply, Reply>;

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

/// A binding in the company of the services it calls.
pub(crate) struct Bound<B> {
    aws: Rc<Services>,
    binding: std::marker::PhantomData<B>,
}

impl<B: Binding> Bound<B> {
    /// A line of the world's list.
    pub(crate) fn operation(aws: &Rc<Services>) -> Box<dyn Operation> {
        Box::new(Bound::<B> { aws: Rc::clone(aws), binding: std::marker::PhantomData })
    }

    fn read(arguments: &Value) -> Result<B::Arguments, EffectError> {
        let read = arguments::read(B::NAME, arguments)?;
        B::validate(&read)?;
        Ok(read)
    }
}

#[async_trait(?Send)]
impl<B: Binding> Operation for Bound<B> {
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
        Self::read(arguments)?;
        arguments::check::<B::Arguments>(B::NAME, arguments)
    }

    async fn consequences(&self, call: &Call) -> Result<Consequences, EffectError> {
        let arguments = Self::read(&call.arguments)?;
        let mut consequences = B::consequences(&self.aws, call, arguments).await?;
        consequences.account = self.aws.account().await;
        consequences.region = Some(self.aws.region_of(call).to_owned());
        Ok(consequences)
    }

    async fn perform(&self, call: &Call) -> Reply {
        match Self::read(&call.arguments) {
            Ok(arguments) => {
                B::perform(&self.aws, call, arguments).await.unwrap_or_else(|reply| reply)
            }
            Err(error) => Reply::failed(error),
        }
    }

    async fn reconcile(&self, call: &Call, intended_at: Timestamp) -> Finding {
        match Self::read(&call.arguments) {
            Ok(arguments) => B::reconcile(&self.aws, call, arguments, intended_at).await,
            Err(error) => Finding::Undecided(Evidence::new(format!(
                "the recorded arguments cannot be read by this release: {error}"
            ))),
        }
    }
}
