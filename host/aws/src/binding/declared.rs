//! What a binding says.

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_runtime::effect::{Class, EffectError, Evidence, Finding, Leaves, Reply, Touch};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{At, Paging};
use crate::error::Failure;
use crate::plug::Service;

/// One AWS operation: its name, its class, its typed arguments, and what to do with them.
///
/// Arguments and answers carry AWS's names in `snake_case`, as in the Rust SDK.
#[async_trait(?Send)]
pub(crate) trait Binding: Sized + 'static {
    /// The service that it belongs to. If that has Regions, `region` is an argument of the operation, optional.
    type Service: Service;
    /// The name runbooks use.
    const NAME: &'static str;
    /// What a crash in the middle of it means.
    const CLASS: Class;
    /// Whether it answers page by page: then `max_results` and `next_token` are arguments of it, optional.
    const IS_PAGED: bool = false;
    /// What it returns, as an example, if runbooks cannot go on without: see [`Operation::returns`].
    ///
    /// [`Operation::returns`]: moontide_runtime::effect::Operation::returns
    const RETURNS: Option<&'static str> = None;
    /// Its arguments: unknown fields refused, defaults filled in when written back.
    type Arguments: DeserializeOwned + Serialize;

    /// What the types of the arguments cannot say.
    fn validate(arguments: &Self::Arguments, paging: &Paging) -> Result<(), EffectError> {
        let _ = (arguments, paging);
        Ok(())
    }

    /// Makes the call.
    async fn perform(at: &At<'_, Self>, arguments: Self::Arguments) -> Result<Reply, Failure>;
}

/// An operation that changes something outside: it says what, what it leaves behind, and how to find out whether it has.
/// One that does not say so does not compile, because [`changes`](super::changes) is the only way into the list for it.
#[async_trait(?Send)]
pub(crate) trait Changes: Binding {
    /// What outlives the execution and is put away by a cleanup; `None`: nothing.
    const LEAVES: Option<Leaves>;

    /// What the call would touch, for the policy to judge; may look at AWS.
    async fn touches(
        at: &At<'_, Self>,
        arguments: Self::Arguments,
    ) -> Result<Vec<Touch>, EffectError>;

    /// Finds out whether it has happened. The default is the rule of its class for what cannot be looked up.
    async fn reconcile(
        at: &At<'_, Self>,
        arguments: Self::Arguments,
        intended_at: Timestamp,
    ) -> Finding {
        let _ = (at, arguments, intended_at);
        Self::CLASS.without_a_look(Self::NAME)
    }
}

/// What a look that failed says: nothing at all if it is trouble of the runner.
pub(crate) fn unseen(error: EffectError, what: &str) -> Finding {
    if error.unavailable.is_some() {
        return Finding::Unseen(error);
    }
    Finding::Undecided(Evidence {
        message: format!("{what} cannot be looked up: {error}"),
        found: json!({ "code": error.code }),
    })
}
