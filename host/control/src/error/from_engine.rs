//! What the scheduler's driver complains about.

use moontide_runtime::effect::Unavailable;
use moontide_runtime::scheduler::DriveError;

use super::{CommandError, code, from_store};

impl From<DriveError> for CommandError {
    fn from(error: DriveError) -> CommandError {
        let message = error.to_string();
        match error {
            DriveError::Store(error) => error.into(),
            DriveError::OutOfPatience(waited) => {
                let what = match waited.unavailable {
                    Unavailable::Credentials => {
                        "renew the credentials, for example with `aws sso login`"
                    }
                    Unavailable::Network => "restore the way to AWS",
                    Unavailable::Busy => "wait until AWS answers again",
                    Unavailable::Lease => "wait until the store takes renewals again",
                };
                CommandError::new(code::OUT_OF_PATIENCE, message)
                    .hint("no wave has failed, and no retry is spent: the journal is in order")
                    .hint(format!("{what}; then go on:"))
            }
            DriveError::Mismatch(_) => CommandError::new(code::MISMATCH, message)
                .hint("nothing was sent; the journal is as it was")
                .hint("was the execution written by another release of Moontide?"),
            DriveError::Format { .. } => from_store::newer(message),
            DriveError::NoSecret { .. } => CommandError::new(code::NO_SECRET, message),
            DriveError::Refused(_) => CommandError::new(code::INTERNAL, message)
                .hint("please report this, with what `moontide journal` prints"),
        }
    }
}
