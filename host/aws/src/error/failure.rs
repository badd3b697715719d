//! Why a call did not succeed, and whether it certainly did not happen.
//!
//! | seen | certain? |
//! |---|---|
//! | the request was never sent: no credentials, no connection | yes: it did not happen |
//! | the service said no: a 4xx with a code, a throttle of any status | yes: it did not happen |
//! | a time-out, a lost connection, a 5xx, an answer that cannot be read | no |
//!
//! A read that did not succeed has simply failed, and may be tried again. Anything else that is not
//! certain is `unknown`, and only a reconciliation may say more. What says nothing about the wave, such as
//! expired credentials, is marked as `unavailable`.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;
use aws_types::request_id::RequestId;
use moontide_runtime::effect::{Class, EffectError, Evidence, Outcome, Reply};
use serde_json::json;

use super::answer::{answered, details};
use super::silence::{NO_CREDENTIALS, causes, find, unanswered};
use super::{hint, unavailable};

/// Why a call did not succeed. A binding returns it as it comes, with `?`; what it means for the call follows from
/// the class of the operation.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Whether the call certainly did not happen.
    certain: bool,
    error: EffectError,
    /// The id of the request that was answered.
    request_id: Option<String>,
}

impl Failure {
    /// The reply to a call of this class.
    pub(crate) fn into_reply(self, class: Class, operation: &str) -> Reply {
        let outcome = if self.certain || !class.needs_intent() {
            Outcome::Failed { error: self.error }
        } else {
            let EffectError { code, message, details, .. } = self.error;
            let message = format!("`{operation}` may have happened: {message}");
            Outcome::Unknown {
                evidence: Evidence { message, found: json!({ "code": code, "details": details }) },
            }
        };
        Reply { outcome, request_id: self.request_id }
    }

    /// Whether the call certainly did not happen, and why.
    pub(crate) fn into_parts(self) -> (bool, EffectError) {
        (self.certain, self.error)
    }

    /// AWS's code for it, or ours.
    pub(crate) fn code(&self) -> &str {
        &self.error.code
    }
}

impl<E> From<SdkError<E, HttpResponse>> for Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Failure {
        let (certain, judged) = judge(&error);
        Failure { certain, error: judged, request_id: error.request_id().map(str::to_owned) }
    }
}

/// A request that lacks what the model requires: nothing was sent.
impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Failure {
        EffectError::new("InvalidArguments", error.to_string()).into()
    }
}

/// What the operation itself has to say: it is certain of it.
impl From<EffectError> for Failure {
    fn from(error: EffectError) -> Failure {
        Failure { certain: true, error, request_id: None }
    }
}

/// Turns the SDK error of a read that serves another operation into that operation's error.
pub(crate) fn failed<E>(error: &SdkError<E, HttpResponse>) -> EffectError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    judge(error).1
}

/// Whether the call certainly did not happen, and the error.
fn judge<E>(error: &SdkError<E, HttpResponse>) -> (bool, EffectError)
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let Some(answer) = error.raw_response() {
        let (certain, code, retryable) = answered(answer.status().as_u16(), error.code());
        let message = match error.message() {
            Some(message) if !message.is_empty() => message.to_owned(),
            _ if error.code().is_some() => format!("AWS answered {}", answer.status().as_u16()),
            _ => format!("the answer ({}) cannot be read", answer.status().as_u16()),
        };
        let mut error = EffectError::new(&code, hint::with(&code, message));
        error.retryable = retryable;
        error.details = details(answer);
        error.unavailable =
            unavailable::of_answer(&error.code, answer.status().as_u16(), retryable);
        return (certain, error);
    }
    if let Some(told) = find::<EffectError>(error) {
        // Whose the credentials are was asked first, and they signed nothing.
        return (true, told.clone());
    }
    let (certain, code) = unanswered(error);
    let message = hint::with(code, causes(error));
    let mut error = EffectError::new(code, message);
    error.retryable = code != NO_CREDENTIALS;
    error.unavailable = unavailable::of_silence(code);
    (certain, error)
}
