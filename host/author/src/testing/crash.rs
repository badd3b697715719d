//! A case again, each of its rehearsals killed behind each entry of its journal, and taken up by another runner.

use super::case::{Crash, Ended, Failed, How, Ran, run};
use super::seen::End;
use super::suite::{Case, Suite};

/// How often it was killed, if it came to the same end each time, and the case held; else what came otherwise.
pub(super) fn crash(suite: &Suite, case: &Case, ran: &Ran) -> Result<usize, Box<Failed>> {
    let mut points = 0;
    for (rehearsal, seen) in ran.seen.iter().enumerate() {
        for entry in 1..=seen.entries {
            let crash = Crash { rehearsal, entry, before: &ran.seen };
            let again = run(suite, case, How { known: None, updates: false, crash: Some(crash) });
            let killed = format!("killed behind entry {entry} of {}", seen.entries);
            let (expected, got) = match (again.seen.get(rehearsal), again.ended) {
                (Some(other), _) if other.end != seen.end => difference(&seen.end, &other.end),
                (_, Ended::Failed(failed)) => {
                    return Err(Box::new(Failed {
                        message: format!("{killed}: {}", failed.message),
                        ..failed
                    }));
                }
                (Some(_), _) => {
                    points += 1;
                    continue;
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
    for (one, other) in [(&one.waves, &other.waves), (&one.servers, &other.servers)] {
        let mut names = one.keys().chain(other.keys());
        if let Some(name) = names.find(|name| one.get(*name) != other.get(*name)) {
            let said = |it: Option<&String>| {
                format!("{name}: {}", it.map_or("nothing is known", String::as_str))
            };
            return (said(one.get(name)), said(other.get(name)));
        }
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
