//! What the scheduler's driver complains about.

use moontide_runtime::scheduler::DriveError;

use super::{CommandError, code, from_store};

impl From<DriveError> for CommandError {
    fn from(error: DriveError) -> CommandError {
        let message = error.to_string();
        match error {
            DriveError::Store(error) => error.into(),
            DriveError::Mismatch(_) => CommandError::new(code::MISMATCH, message)
                .hint("nothing was sent; the journal is as it was")
                .hint("was the execution written by another release of Moontide?"),
            DriveError::Format { .. } => from_store::newer(message),
            DriveError::Refused(_) => CommandError::new(code::INTERNAL, message)
                .hint("please report this, with what `moontide journal` prints"),
        }
    }
}
