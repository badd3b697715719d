//! No answer: whether the request was certainly never sent, and why.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use moontide_runtime::effect::{EffectError, Unavailable};

use super::hint;

/// The code where there are no credentials to sign with.
pub(super) const NO_CREDENTIALS: &str = "CredentialsUnavailable";

/// What it comes to that there are no credentials to sign with.
pub(crate) fn no_credentials(error: &CredentialsError) -> EffectError {
    if let Some(told) = find::<EffectError>(error) {
        return told.clone();
    }
    let message = hint::with(NO_CREDENTIALS, causes(error));
    EffectError::new(NO_CREDENTIALS, message).as_unavailable(Unavailable::Credentials)
}

/// Whether a request without an answer was certainly never sent, and what to call that.
pub(super) fn unanswered<E>(error: &SdkError<E, HttpResponse>) -> (bool, &'static str)
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
pub(crate) fn causes(error: &(dyn Error + 'static)) -> String {
    let causes: Vec<String> = chain(error).skip(1).map(ToString::to_string).collect();
    if causes.is_empty() { error.to_string() } else { causes.join(": ") }
}

/// The first error of a type in a chain of causes.
pub(crate) fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|it| it.downcast_ref())
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |it| (*it).source())
}
