//! What an answer, or the lack of one, says about whether a call happened.
//!
//! | seen | certain? |
//! |---|---|
//! | the request was never sent: no credentials, no connection | yes: it did not happen |
//! | the service said no: a 4xx with a code, a throttle of any status | yes: it did not happen |
//! | a time-out, a lost connection, a 5xx, an answer that cannot be read | no |
//!
//! A read that did not succeed has simply failed, and may be tried again. Anything else that is not
//! certain is `unknown`, and only a reconciliation may say more. What says nothing about the wave, such as
//! expired credentials, is marked as `trouble` of the runner.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;
use aws_types::request_id::RequestId;
use moontide_runtime::effect::{Class, EffectError, Evidence, Outcome, Reply, Trouble};
use serde_json::json;

use self::answer::{answered, details};

mod answer;
mod hint;
mod trouble;

/// What a failed call amounts to.
struct Judgement {
    /// Whether it certainly did not happen.
    certain: bool,
    error: EffectError,
}

/// Turns an SDK error into the reply to a call of `class`.
pub(crate) fn reply<E>(class: Class, operation: &str, error: &SdkError<E, HttpResponse>) -> Reply
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let request_id = error.request_id().map(str::to_owned);
    let judgement = judge(error);
    let outcome = if judgement.certain || !class.needs_intent() {
        Outcome::Failed { error: judgement.error }
    } else {
        let EffectError { code, message, details, .. } = judgement.error;
        let message = format!("`{operation}` may have happened: {message}");
        Outcome::Unknown {
            evidence: Evidence { message, found: json!({ "code": code, "details": details }) },
        }
    };
    Reply { outcome, request_id }
}

/// The reply to a call whose request lacks what the model requires: nothing was sent.
pub(crate) fn not_built(error: &BuildError) -> Reply {
    Reply::failed(EffectError::new("InvalidArguments", error.to_string()))
}

/// Turns the SDK error of a read that serves another operation into that operation's error.
pub(crate) fn failed<E>(error: &SdkError<E, HttpResponse>) -> EffectError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    judge(error).error
}

fn judge<E>(error: &SdkError<E, HttpResponse>) -> Judgement
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
        error.trouble = trouble::of_answer(&error.code, answer.status().as_u16(), retryable);
        return Judgement { certain, error };
    }
    if let Some(told) = find::<EffectError>(error) {
        // Whose the credentials are was asked first, and they signed nothing.
        return Judgement { certain: true, error: told.clone() };
    }
    let (certain, code) = unanswered(error);
    let message = hint::with(code, causes(error));
    let mut error = EffectError::new(code, message);
    error.retryable = code != NO_CREDENTIALS;
    error.trouble = trouble::of_silence(code);
    Judgement { certain, error }
}

/// Whether an error's answer names a code by which AWS does not accept the credentials.
pub(crate) fn names_credentials(answer: &[u8]) -> bool {
    trouble::names_credentials(answer)
}

/// What it comes to that there are no credentials to sign with.
pub(crate) fn no_credentials(error: &CredentialsError) -> EffectError {
    if let Some(told) = find::<EffectError>(error) {
        return told.clone();
    }
    let message = hint::with(NO_CREDENTIALS, causes(error));
    EffectError::new(NO_CREDENTIALS, message).as_trouble(Trouble::Credentials)
}

const NO_CREDENTIALS: &str = "CredentialsUnavailable";

/// Whether a request without an answer was certainly never sent, and what to call that.
fn unanswered<E>(error: &SdkError<E, HttpResponse>) -> (bool, &'static str)
where
    E: Error + 'static,
{
    if find::<CredentialsError>(error).is_some() {
        return (true, NO_CREDENTIALS);
    }
    if never_connected(error) {
        return (true, "ConnectionFailed");
    }
    match error {
        SdkError::ConstructionFailure(_) => (true, "RequestNotBuilt"),
        SdkError::DispatchFailure(it) if it.is_user() => (true, "RequestNotBuilt"),
        SdkError::DispatchFailure(it) if !it.is_timeout() => (false, "ConnectionLost"),
        _ => (false, "RequestTimedOut"),
    }
}

/// Whether there was no connection to send anything on. A connection that breaks later says
/// nothing: the request may have arrived.
fn never_connected(error: &(dyn Error + 'static)) -> bool {
    let refused = |it: &std::io::Error| it.kind() == std::io::ErrorKind::ConnectionRefused;
    find::<hyper_util::client::legacy::Error>(error)
        .is_some_and(hyper_util::client::legacy::Error::is_connect)
        || find::<std::io::Error>(error).is_some_and(refused)
}

/// What went wrong, from the outside in. The outermost says only that something did.
fn causes(error: &(dyn Error + 'static)) -> String {
    let causes: Vec<String> = chain(error).skip(1).map(ToString::to_string).collect();
    if causes.is_empty() { error.to_string() } else { causes.join(": ") }
}

/// The first error of a type in a chain of causes.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|it| it.downcast_ref())
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |it| (*it).source())
}
