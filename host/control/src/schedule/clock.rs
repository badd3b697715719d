//! What a clock that was wrong has left.
//!
//! A machine whose clock was ahead has decided times that are still to come, and one whose clock is behind takes for
//! those what is right. Which of the two it is cannot be seen from here: nothing is decided until a person says which
//! clock counts.

use jiff::{SignedDuration, Timestamp};
use moontide_runtime::store::Documents;

use super::history::{Entry, Outcome};
use super::progress::{Progress, Terms};
use crate::error::{CommandError, Hint, Result, code};
use crate::next::Next;
use crate::words;

/// Clocks that differ by less are right.
pub const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Whether a moment is so far ahead that a clock has to be wrong.
pub fn is_ahead(moment: Timestamp, now: Timestamp) -> bool {
    now.duration_until(moment) > AHEAD
}

/// Why nothing can be decided of a schedule now, if a clock is or was wrong.
pub fn doubt(progress: &Progress, since: Timestamp, now: Timestamp) -> Option<CommandError> {
    let schedule = &progress.schedule;
    let here = words::time(now);
    let doubt = |what: String, hint: Hint| {
        let message =
            format!("{what}, and here it is {here}: a clock was ahead, or this one is behind");
        Some(CommandError::new(code::CLOCK_DOUBT, message).hint(hint))
    };
    if let Some(decided) = progress.terms.decided.filter(|it| is_ahead(*it, now)) {
        let what = format!("the times of `{schedule}` are decided up to {}", words::time(decided));
        let next = Next::ResumeSchedule { schedule: schedule.clone() };
        let hint = Hint::step("if the clock of this machine is right: `", next, "`");
        return doubt(what, hint.say("; `--keep-paused` leaves a pause"));
    }
    if is_ahead(since, now) {
        let what = format!("`{schedule}` was imported as it is at {}", words::time(since));
        return doubt(what, "if the clock of this machine is right, import it again".into());
    }
    None
}

/// Sets a schedule right by the clock of a person's machine: what another one has decided of the time to come, and
/// begun nothing by, is void.
pub async fn set_right(store: &dyn Documents, name: &str, by: (&str, Timestamp)) -> Result<()> {
    let mut progress = Progress::of(store, name).await?;
    let entries = Entry::all(store, Some(name)).await?;
    let mut said = entries.iter().map(|entry| entry.time).chain(progress.terms.decided);
    // Clocks that differ a little have decided nothing wrong.
    if said.any(|it| is_ahead(it, by.1)) {
        for entry in entries {
            let outcome = &entry.terms.outcome;
            let is_begun = matches!(outcome, Outcome::Starting | Outcome::Started { .. });
            if entry.time > by.1 && !is_begun {
                entry.forget(store, by).await?;
            }
        }
    }
    while progress.terms.decided.is_some_and(|it| is_ahead(it, by.1)) {
        // Another process may write it at the same moment: it is looked at again.
        progress = progress.write(store, terms(&progress.terms, by.1), by).await?;
    }
    Ok(())
}

/// The same progress by a clock that counts: what is to come by it is not decided.
fn terms(terms: &Terms, now: Timestamp) -> Terms {
    let mut terms = terms.clone();
    terms.decided = terms.decided.map(|decided| decided.min(now));
    terms.waiting = terms.waiting.filter(|it| it.time <= now);
    terms.missed = terms.missed.filter(|it| it.time <= now);
    terms.held = terms.held.filter(|it| it.time <= now);
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn clocks_that_differ_a_little_are_right_and_one_that_is_ahead_is_a_doubt() {
        let progress = |decided: &str| {
            let terms = Terms { decided: Some(at(decided)), ..Terms::default() };
            Progress { schedule: "shop".to_owned(), version: 1, terms }
        };
        let now = at("2027-01-01T02:00:00Z");
        let since = at("2026-01-01T00:00:00Z");
        assert!(doubt(&progress("2027-01-01T02:05:00Z"), since, now).is_none());
        let imported = doubt(&progress("2027-01-01T02:00:00Z"), at("2027-01-01T03:00:00Z"), now);
        let imported = imported.unwrap().message;
        assert!(imported.contains("imported as it is at 2027"), "{imported}");
        let doubt = doubt(&progress("2028-01-01T02:00:00Z"), since, now).unwrap();
        assert_eq!(doubt.code.name, "M0905");
        assert!(doubt.message.contains("2028-01-01 02:00:00Z"), "{}", doubt.message);
        let right = terms(&progress("2028-01-01T02:00:00Z").terms, now);
        assert_eq!(right.decided, Some(now));
    }
}
