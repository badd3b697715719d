//! The next step for errors that have one.

/// The message with what to do about it, where that is known.
pub(super) fn with(code: &str, message: String) -> String {
    match for_code(code) {
        Some(hint) => format!("{message} ({hint})"),
        None => message,
    }
}

fn for_code(code: &str) -> Option<&'static str> {
    Some(match code {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            "the credentials have expired: renew them, for example with `aws sso login`, then resume"
        }
        "AuthFailure"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException" => {
            "AWS does not accept these credentials: check them with `aws sts get-caller-identity`, \
             and check this machine's clock"
        }
        "CredentialsUnavailable" => {
            "no usable credentials: pass `--profile`, or log in with `aws sso login`"
        }
        "ConnectionFailed" => "is the Region right, and does this network reach AWS?",
        "UnsupportedPlatformType" => {
            "the document is for another operating system: AWS-RunShellScript is for Linux, \
             AWS-RunPowerShellScript for Windows"
        }
        "UninitializedAccountException" => {
            "Elastic Disaster Recovery was never set up in this Region: initialise it in its console"
        }
        _ => return None,
    })
}
