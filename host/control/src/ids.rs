//! Ids of executions.

use jiff::Timestamp;

use crate::error::{CommandError, Result, code};

/// Stores take ids of up to 96 characters; a cleanup's is that of its drill and a few more.
const LONGEST: usize = 80;
/// What is left of the longest id for the runbook's name.
const LONGEST_NAME: usize = 59;
/// What stands between a drill's id and the number of its cleanup.
const INFIX: &str = ".cleanup-";
/// Crockford's alphabet: nothing in it can be mistaken for something else in it.
const BASE32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A new id that people can read: `three-tier-20261120t080000-7k2m`. `random` tells apart what starts
/// in the same second.
pub fn generate(runbook: &str, at: Timestamp, random: u32) -> String {
    let name: String = runbook.chars().take(LONGEST_NAME).collect();
    let letter = |at: u32| char::from(BASE32[(random >> (5 * at)) as usize & 31]);
    let tail: String = (0..4).map(letter).collect();
    format!("{name}-{}-{tail}", at.strftime("%Y%m%dt%H%M%S"))
}

/// Checks an id that an operator chose for a new execution.
pub fn check_new(id: &str) -> Result<()> {
    check(id)?;
    if !is_of_cleanup(id) {
        return Ok(());
    }
    let message = format!("`{id}` cannot be the id of a run");
    let rule =
        "ids that end in `.cleanup-N` are those of the cleanups of drills: choose another one";
    Err(CommandError::new(code::BAD_ARGUMENT, message).hint(rule))
}

/// Checks an id that stands somewhere.
pub fn check(id: &str) -> Result<()> {
    let fits = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    if !id.is_empty() && id.len() <= LONGEST && id.chars().all(fits) {
        return Ok(());
    }
    let message = format!("`{id}` cannot be an execution's id");
    let rule = format!("an id has letters, digits, `-`, `_`, `.`, and at most {LONGEST} of them");
    Err(CommandError::new(code::BAD_ARGUMENT, message).hint(rule))
}

/// The id of a drill's cleanup.
pub fn of_cleanup(drill: &str, number: u64) -> String {
    format!("{drill}{INFIX}{number}")
}

/// Whether an id could be that of a cleanup.
pub fn is_of_cleanup(id: &str) -> bool {
    let number = id.rsplit_once(INFIX).map(|(_, number)| number);
    number.is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_id_is_readable_and_valid() {
        let at = "2026-11-20T08:00:03.5Z".parse().unwrap();
        assert_eq!(generate("three-tier", at, 0), "three-tier-20261120t080003-0000");
        let long = generate(&"x".repeat(200), at, u32::MAX);
        assert!(long.ends_with("-zzzz") && check(&long).is_ok());
    }

    #[test]
    fn an_id_is_no_path_and_no_terminal_code() {
        for wrong in ["", "../etc", "a b", "\u{1b}[2J", &"x".repeat(81)] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
        assert!(check("nightly_2026.11").is_ok());
    }

    #[test]
    fn an_id_of_a_cleanup_ends_in_its_number() {
        for id in ["z.cleanup-1", "z.cleanup-01", "z.cleanup-1.cleanup-4294967296"] {
            assert!(is_of_cleanup(id), "{id}");
        }
        for id in ["z", "z.cleanup-", "z.cleanup-1a", "z-cleanup-1", "z.cleanup-1.x", "cleanup-1"] {
            assert!(!is_of_cleanup(id), "{id}");
        }
    }
}
