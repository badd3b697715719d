//! Which errors say nothing about the world but that the runner cannot see it.

use moontide_runtime::effect::Unavailable;

use super::answer::is_throttle;
use super::silence::NO_CREDENTIALS;

/// The codes by which AWS services say that they do not accept who asks, or when.
const CREDENTIALS: [&str; 14] = [
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
];

/// Whether an error's answer names one of these codes.
pub(crate) fn names_credentials(answer: &[u8]) -> bool {
    CREDENTIALS.iter().any(|code| answer.windows(code.len()).any(|part| part == code.as_bytes()))
}

/// What an answer of this code and status says of the runner.
pub(super) fn of_answer(code: &str, status: u16, retryable: bool) -> Option<Unavailable> {
    if CREDENTIALS.contains(&code) {
        return Some(Unavailable::Credentials);
    }
    let is_busy = status == 429 || status >= 500 || is_throttle(code);
    // A time-out that was answered, or an answer that cannot be read: something stands between.
    (is_busy || retryable).then_some(if is_busy { Unavailable::Busy } else { Unavailable::Network })
}

/// What the lack of an answer says of the runner, by the code that it is given.
pub(super) fn of_silence(code: &str) -> Option<Unavailable> {
    match code {
        NO_CREDENTIALS => Some(Unavailable::Credentials),
        "RequestNotBuilt" => None,
        _ => Some(Unavailable::Network),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_nothing_about_the_world_is_trouble() {
        assert_eq!(of_answer("ExpiredTokenException", 400, false), Some(Unavailable::Credentials));
        assert_eq!(of_answer("ThrottlingException", 400, true), Some(Unavailable::Busy));
        assert_eq!(of_answer("InternalServerException", 500, true), Some(Unavailable::Busy));
        assert_eq!(of_answer("RequestTimeout", 408, true), Some(Unavailable::Network));
        for answer in ["AccessDeniedException", "ConflictException", "ValidationException"] {
            assert_eq!(of_answer(answer, 400, false), None, "{answer}");
        }
        assert_eq!(of_silence("CredentialsUnavailable"), Some(Unavailable::Credentials));
        assert_eq!(of_silence("ConnectionLost"), Some(Unavailable::Network));
        assert_eq!(of_silence("RequestNotBuilt"), None);
    }
}
