//! What stores complain about.

use moontide_runtime::store::{Seal, StoreError};

use super::CommandError;
use super::code::{self, Code};
use crate::words::quoted;

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> CommandError {
        let message = error.to_string();
        match error {
            StoreError::NotFound(_) => CommandError::new(code::NO_EXECUTION, message)
                .hint("`moontide list` shows every execution in the store"),
            StoreError::Exists(_) => CommandError::new(code::EXECUTION_EXISTS, message),
            StoreError::Fenced { .. } => CommandError::new(code::FENCED, message)
                .hint("this runner has stopped and writes nothing more; the other one goes on"),
            StoreError::Misplaced { .. } => CommandError::new(code::INTERNAL, message)
                .hint("`moontide resume` reads the journal anew and goes on")
                .hint("please report it if it happens again"),
            StoreError::Held { .. } => CommandError::new(code::HELD, message),
            StoreError::Lapsed { .. } => CommandError::new(code::LAPSED, message).hint(
                "this runner has stopped and sends nothing more; once the store answers again:",
            ),
            StoreError::Sealed { execution, seal } => {
                let hint = match *seal {
                    Seal::Pruned(_) => {
                        format!("`moontide show {execution}` shows its evidence; it cannot go on")
                    }
                    Seal::Moved(moved) => format!(
                        "it goes on there; if it never arrived, and never will, `moontide store take-back {execution} --from {}`",
                        quoted(&moved.to)
                    ),
                };
                CommandError::new(code::SEALED, message).hint(hint)
            }
            StoreError::Conflict { .. } => CommandError::new(code::CHANGED_MEANWHILE, message),
            StoreError::Refused { .. } => CommandError::new(code::BAD_ARGUMENT, message),
            StoreError::Format { .. } => newer(message),
            StoreError::Damaged { .. } => CommandError::new(code::STORE_DAMAGED, message)
                .hint("nothing was sent and nothing was changed; restore the store from a backup, and go on")
                .hint(
                    "without one: `moontide adopt`, with another `--store`, takes up what it launched, by the \
                     tags on the jobs of DRS",
                ),
            StoreError::Unusable { place, message: said, transient }
                if place.starts_with("dynamodb:")
                    && (!transient || said.contains("credentials")) =>
            {
                table(message, &place, &said)
            }
            StoreError::Unusable { transient, message: said, .. } => {
                unusable(message, &said, transient)
            }
        }
    }
}

/// A journal or store from a newer release.
pub(super) fn newer(message: String) -> CommandError {
    CommandError::new(code::NEWER_FORMAT, message)
        .hint("use the release of Moontide that wrote it, or a newer one")
}

fn unusable(message: String, said: &str, transient: bool) -> CommandError {
    let (code, hint): (&'static Code, &str) = if is_full(said) {
        (code::STORE_FULL, "make room and try again: the journal is in order")
    } else if transient {
        (code::STORE_BUSY, "try again in a moment")
    } else if said.contains("may only be read") {
        let hint = "give this user the right to write to the file and its directory: a store is \
                    written to also when it is only looked at";
        (code::STORE_UNUSABLE, hint)
    } else if said.contains("removed or replaced") {
        (
            code::STORE_UNUSABLE,
            "put the right file in its place, with no runner at work; then go on:",
        )
    } else if said.contains("disk I/O error") {
        (code::STORE_UNUSABLE, "look whether its disk is full, read-only or broken")
    } else {
        (code::STORE_UNUSABLE, "choose another place with `--store sqlite:PATH` or MOONTIDE_HOME")
    };
    CommandError::new(code, message).hint(hint)
}

/// What to do about a table that is there no more. Executions that were begun anew in an empty one would launch again.
pub(super) const LOST: &str = "where executions were kept in it, restore it from its backup: made anew, it would \
                               know of no launch before `moontide adopt` takes them up";

/// A DynamoDB table.
fn table(message: String, place: &str, said: &str) -> CommandError {
    let error = CommandError::new(code::STORE_UNUSABLE, message);
    if said.contains("no such table") {
        return error.hint(LOST).hint(format!(
            "where there never was one: `moontide store init --store {place}` makes it"
        ));
    }
    error.hint(
        "the store follows AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL_DYNAMODB; flags such as \
         `--profile` are for the world only",
    )
}

/// `SQLite` and the system say it in their own words.
fn is_full(said: &str) -> bool {
    let said = said.to_lowercase();
    ["disk is full", "no space left", "quota exceeded"].iter().any(|words| said.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(message: &str, transient: bool) -> &'static str {
        let place = "moontide.db".to_owned();
        let error = StoreError::Unusable { place, message: message.into(), transient };
        CommandError::from(error).code.name
    }

    #[test]
    fn a_full_disk_a_busy_store_and_a_broken_one_are_told_apart() {
        assert_eq!(code_of("database or disk is full", false), code::STORE_FULL.name);
        assert_eq!(code_of("database is locked", true), code::STORE_BUSY.name);
        assert_eq!(code_of("file is not a database", false), code::STORE_UNUSABLE.name);
    }

    #[test]
    fn a_table_that_has_gone_comes_with_the_command_that_makes_it() {
        let place = "dynamodb:drills@us-west-2".to_owned();
        let message = "there is no such table".to_owned();
        let error = CommandError::from(StoreError::Unusable { place, message, transient: false });
        assert_eq!(error.code, code::STORE_UNUSABLE);
        assert_eq!(
            error.hints,
            [
                LOST,
                "where there never was one: `moontide store init --store dynamodb:drills@us-west-2` makes it"
            ]
        );
    }
}
