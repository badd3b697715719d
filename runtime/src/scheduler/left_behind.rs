//! What a journal leaves behind: what its calls have made, or may have made for all it tells.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::question::{DID_NOT_HAPPEN, doubt};
use crate::effect::Leaves;
use crate::effect::door::CANCELLED;
use crate::history::{Body, EffectError, Entry, Event, Outcome, SignalKind, Step, unknown};

/// What one effect has left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The operation that was asked for.
    pub operation: String,
    /// The operation that puts it away.
    pub put_away_by: &'static str,
    /// The effect's key.
    pub key: String,
    /// When it was about to be sent the first time.
    pub since: Timestamp,
    /// The Region that its arguments name.
    pub region: Option<String>,
    /// What it is about, by id.
    pub about: Vec<String>,
    /// What was made, by the ids that are certain, in their order.
    pub named: Vec<String>,
    /// Whether there may be more, or something at all, than is named: no answer was seen, or only a person says what
    /// became of it, or it was sent several times.
    pub is_doubtful: bool,
}

/// What the effects of a journal have left behind, in the order in which they were begun. `leaves` says of an operation
/// what it leaves.
pub fn left_behind(entries: &[Entry], leaves: impl Fn(&str) -> Option<Leaves>) -> Vec<Left> {
    let said = said(entries);
    let mut all: Vec<Left> = Vec::new();
    for entry in entries {
        match &entry.body {
            Body::Intent { step, attempt: 1 } => {
                all.extend(leaves(&step.operation).map(|it| Left::begun(step, entry.at, &it)));
            }
            Body::Outcome { step, attempt, outcome, adopted, .. } => {
                let Some(leaves) = leaves(&step.operation) else { continue };
                let person_decided = *adopted && said.contains(doubt(step, *attempt).as_str());
                end(&mut all, step, *attempt, outcome, (&leaves, person_decided));
            }
            _ => {}
        }
    }
    all
}

/// An effect has ended. What was made is certain only if the outside answered our single call, or a look found it by its
/// key, and so is a refusal; what a person said may be wrong.
fn end(
    all: &mut Vec<Left>,
    step: &Step,
    attempt: u32,
    outcome: &Outcome,
    (leaves, person_decided): (&Leaves, bool),
) {
    // Of an adopted execution several jobs may bear one key; each has ended before the next one is begun.
    let Some(at) = all.iter().rposition(|it| it.key == step.key.as_str()) else { return };
    match outcome {
        Outcome::Failed { error } if certainly_not(attempt, error) => {
            if all[at].named.is_empty() {
                all.remove(at);
            }
        }
        Outcome::Ok { value } if !person_decided => {
            let Some(name) = (leaves.named)(value) else { return };
            all[at].is_doubtful &= attempt != 1;
            if !all[at].named.contains(&name) {
                all[at].named.push(name);
            }
        }
        Outcome::Ok { .. } | Outcome::Failed { .. } | Outcome::Unknown { .. } => {}
    }
}

/// Whether a call that has failed has certainly left nothing. A person may be wrong; of several calls an earlier one may
/// have left something; and a cancel says nothing of what was sent before it.
pub fn certainly_not(attempt: u32, error: &EffectError) -> bool {
    attempt == 1 && ![DID_NOT_HAPPEN, CANCELLED].contains(&error.code.as_str())
}

/// The questions to which a person said that the effect happened.
fn said(entries: &[Entry]) -> BTreeSet<&str> {
    let signals = entries.iter().filter_map(|entry| match &entry.body {
        Body::Event { event: Event::Signalled { signal, refused: None, .. } } => Some(signal),
        _ => None,
    });
    let happened = signals.filter_map(|signal| match &signal.wish {
        SignalKind::Answer { prompt, choice, .. } if choice == unknown::HAPPENED => {
            Some(prompt.as_str())
        }
        _ => None,
    });
    happened.collect()
}

impl Left {
    fn begun(step: &Step, since: Timestamp, leaves: &Leaves) -> Left {
        let asked = step.arguments.clone().unwrap_or_default();
        Left {
            operation: step.operation.clone(),
            put_away_by: leaves.put_away_by,
            key: step.key.as_str().to_owned(),
            since,
            region: asked["region"].as_str().map(str::to_owned),
            about: (leaves.about)(&asked),
            named: Vec::new(),
            is_doubtful: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::effect::{Class, Evidence, Key, Lane};
    use crate::journal::canonical;
    use crate::store::Signal;

    const MAKE: &str = "shop.make";

    fn leaves(operation: &str) -> Option<Leaves> {
        (operation == MAKE).then_some(Leaves {
            put_away_by: "shop.unmake",
            about: |asked| asked["of"].as_str().into_iter().map(str::to_owned).collect(),
            named: |value| value["made"].as_str().map(str::to_owned),
        })
    }

    fn left(entries: &[Entry]) -> Vec<Left> {
        left_behind(entries, leaves)
    }

    fn entry(second: i64, body: Body) -> Entry {
        let at = Timestamp::from_second(second).unwrap();
        Entry { sequence: second.unsigned_abs(), epoch: 1, at, body }
    }

    fn step(operation: &str, position: u32) -> Step {
        let lane = Lane::of_wave("db", 1);
        let key = Key::of("drill", &lane, position);
        let asked = json!({ "of": "s-1", "region": "eu-west-1" });
        let (operation, class) = (operation.to_owned(), Class::Tagged);
        let (hash, arguments) = (canonical::hash(&asked), Some(asked));
        Step { lane, position, operation, class, hash, key, site: String::new(), arguments }
    }

    fn intent(position: u32) -> Body {
        Body::Intent { step: step(MAKE, position), attempt: 1 }
    }

    fn outcome(position: u32, attempt: u32, outcome: Outcome) -> Body {
        let step = Step { arguments: None, ..step(MAKE, position) };
        Body::Outcome { step, attempt, outcome, request_id: None, adopted: false }
    }

    fn failed(code: &str) -> Outcome {
        Outcome::Failed { error: EffectError::new(code, "no") }
    }

    fn made(id: &str) -> Outcome {
        Outcome::Ok { value: json!({ "made": id }) }
    }

    #[test]
    fn only_what_the_outside_has_answered_is_without_doubt() {
        let unknown = Outcome::Unknown { evidence: Evidence::new("the reply was lost") };
        let journal = [
            entry(1, intent(1)),
            entry(2, outcome(1, 1, made("j-1"))),
            entry(3, intent(2)),
            entry(4, outcome(2, 1, unknown)),
            entry(5, intent(3)),
            entry(6, outcome(3, 1, Outcome::Ok { value: Value::Null })),
            entry(7, intent(4)),
            entry(8, Body::Intent { step: step(MAKE, 4), attempt: 2 }),
            entry(9, intent(5)),
            entry(10, outcome(5, 1, failed("ConflictException"))),
            entry(11, intent(6)),
            entry(12, outcome(6, 1, failed(DID_NOT_HAPPEN))),
            entry(13, Body::Intent { step: step("shop.look", 7), attempt: 1 }),
        ];
        let all = left(&journal);
        let since = |it: &Left| (it.since.as_second(), it.named.join(" "), it.is_doubtful);
        let doubtful = |second| (second, String::new(), true);
        assert_eq!(
            all.iter().map(since).collect::<Vec<_>>(),
            [(1, "j-1".into(), false), doubtful(3), doubtful(5), doubtful(7), doubtful(11)]
        );
        assert_eq!(all[0].key, step(MAKE, 1).key.as_str());
        assert_eq!((all[0].operation.as_str(), all[0].put_away_by), (MAKE, "shop.unmake"));
        assert_eq!(
            (&all[0].about[..], all[0].region.as_deref()),
            (&["s-1".into()][..], Some("eu-west-1"))
        );
        assert!(left(&[]).is_empty());
    }

    #[test]
    fn what_a_person_names_is_in_doubt_and_what_a_look_found_is_not() {
        let adopted = Body::Outcome {
            step: step(MAKE, 1),
            attempt: 1,
            outcome: made("j-1"),
            request_id: None,
            adopted: true,
        };
        let wish = SignalKind::Answer {
            prompt: doubt(&step(MAKE, 1), 1),
            choice: unknown::HAPPENED.to_owned(),
            fingerprint: String::new(),
            value: json!({ "made": "j-1" }),
        };
        let (by, sender, comment) = ("ann".to_owned(), String::new(), String::new());
        let signal = Signal { wish, by, sender, comment, at: Timestamp::UNIX_EPOCH };
        let event = Event::Signalled { signal, number: None, refused: None };
        let mut journal = vec![entry(1, intent(1)), entry(2, Body::Event { event })];
        journal.push(entry(3, adopted));
        let all = left(&journal);
        assert_eq!((all[0].named.len(), all[0].is_doubtful), (0, true));
        journal.remove(1);
        let all = left(&journal);
        assert_eq!((all[0].named.len(), all[0].is_doubtful), (1, false));
    }

    #[test]
    fn two_jobs_of_one_key_are_two() {
        let journal = [
            entry(1, intent(1)),
            entry(2, outcome(1, 1, made("j-1"))),
            entry(3, intent(1)),
            entry(4, outcome(1, 1, made("j-2"))),
        ];
        let all = left(&journal);
        let named = all.iter().map(|it| (it.named.join(" "), it.is_doubtful)).collect::<Vec<_>>();
        assert_eq!(named, [("j-1".to_owned(), false), ("j-2".to_owned(), false)]);
    }

    #[test]
    fn of_several_calls_an_earlier_one_may_have_made_something_too() {
        let all = left(&[entry(1, intent(1)), entry(2, outcome(1, 2, made("j-2")))]);
        assert_eq!((&all[0].named[..], all[0].is_doubtful), (&["j-2".to_owned()][..], true));
    }
}
