//! What is wrong with an AWS session, with a table, and with a pretend world.

use moontide_aws::SessionError;
use moontide_aws::store::OpenError;
use moontide_sim::WorldError;

use super::code::{self, Code};
use super::from_store::LOST;
use super::{CommandError, Place};

impl From<SessionError> for CommandError {
    fn from(error: SessionError) -> CommandError {
        let code: &'static Code = match &error {
            SessionError::UnknownProfile { .. } => code::NO_PROFILE,
            SessionError::MissingRegion => code::NO_REGION,
            _ => code::AWS_CONFIG,
        };
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        let message = format!("{error}{}", cause.unwrap_or_default());
        CommandError::new(code, message).hint(error.next_step())
    }
}

impl From<OpenError> for CommandError {
    fn from(error: OpenError) -> CommandError {
        let message = error.to_string();
        match error {
            OpenError::Session(SessionError::MissingRegion) => {
                CommandError::new(code::NO_REGION, "nothing says in which Region the store is")
                    .hint("write `dynamodb:TABLE@REGION`, or set AWS_REGION")
            }
            OpenError::Session(error) => error.into(),
            OpenError::Store(error) => error.into(),
            OpenError::Missing { place } => CommandError::new(code::STORE_UNUSABLE, message)
                .hint("check its name, its Region and AWS_PROFILE if it should be there")
                .hint(LOST)
                .hint(format!(
                    "where there never was one: `moontide store init --store {place}` makes it"
                )),
            OpenError::NotInitialised { place } => CommandError::new(code::STORE_UNUSABLE, message)
                .hint(format!("`moontide store init --store {place}` makes it one")),
        }
    }
}

impl CommandError {
    /// A mistake in a world file whose text is at hand.
    pub fn of_world(error: &WorldError, text: &str) -> CommandError {
        let mut message = error.message.clone();
        if !error.field.is_empty() {
            message = format!("{}: {message}", error.field);
        }
        if let Some(suggestion) = &error.suggestion {
            message = format!("{message}, did you mean `{suggestion}`?");
        }
        CommandError::new(code::WORLD_REFUSED, message).at(Place::in_source(
            &error.file,
            error.line,
            text,
        ))
    }
}
