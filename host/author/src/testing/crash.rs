//! A case again, each of its rehearsals killed behind each entry of its journal, and taken up by another runner.

use super::case::{Ended, Failed, How, Ran, run};
use super::seen::End;
use super::suite::{Case, Suite};

/// How often it was killed, if it came to the same end each time; else what came otherwise.
pub(super) fn crash(suite: &Suite, case: &Case, ran: &Ran) -> Result<usize, Box<Failed>> {
    let mut points = 0;
    for (rehearsal, (end, entries)) in ran.ends.iter().enumerate() {
        for entry in 1..=*entries {
            let how = How { known: None, updates: false, crash: Some((rehearsal, entry)) };
            let again = run(suite, case, how);
            let killed = format!("killed behind entry {entry} of {entries}");
            // Lines that were on their way to the log when it died are gone: what the case says of it may differ.
            let (expected, got) = match (again.ends.get(rehearsal), again.ended) {
                (Some((other, _)), _) if other == end => {
                    points += 1;
                    continue;
                }
                (Some((other, _)), _) => difference(end, other),
                (None, Ended::Failed(failed)) => {
                    return Err(Box::new(Failed {
                        message: format!("{killed}: {}", failed.message),
                        ..failed
                    }));
                }
                (None, _) => ("a rehearsal".to_owned(), "none".to_owned()),
            };
            return Err(Box::new(Failed {
                code: "CrashDiffers".to_owned(),
                message: format!("{killed}, it ends otherwise"),
                expected: Some(expected),
                got: Some(got),
                ..Failed::default()
            }));
        }
    }
    Ok(points)
}

/// What differs first.
fn difference(one: &End, other: &End) -> (String, String) {
    if one.status != other.status {
        return (format!("{:?}", one.status), format!("{:?}", other.status));
    }
    let waves = one.waves.iter().find(|(wave, status)| other.waves.get(*wave) != Some(status));
    if let Some((wave, status)) = waves {
        let other = other.waves.get(wave).cloned().unwrap_or_default();
        return (format!("{wave}: {status}"), format!("{wave}: {other}"));
    }
    let operations = one.changes.keys().chain(other.changes.keys());
    let count = |end: &End, operation: &String| end.changes.get(operation).copied().unwrap_or(0);
    let differs = |operation: &&String| count(one, operation) != count(other, operation);
    match operations.into_iter().find(differs) {
        Some(operation) => {
            let said = |end: &End| format!("{operation}: {}", count(end, operation));
            (said(one), said(other))
        }
        None => Default::default(),
    }
}
