//! A journal's past, lane by lane, and the question *replay or perform?* for each next effect.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use super::{Difference, Mismatch};
use crate::history::{Body, Entry, Lane, Outcome, Step};

/// The recorded effects that have not been replayed yet.
#[derive(Debug, Default)]
pub struct Past {
    lanes: BTreeMap<Lane, VecDeque<Recorded>>,
}

/// One effect as the journal remembers it.
#[derive(Debug)]
struct Recorded {
    step: Step,
    sequence: u64,
    intents: u32,
    intended_at: Option<Timestamp>,
    outcome: Option<(u64, Outcome)>,
}

/// What to do about the effect that a program asks for next.
#[derive(Debug, PartialEq)]
pub enum Next {
    /// It is recorded: deliver this outcome, in the order of the sequences.
    Replay {
        /// The entry that recorded it.
        sequence: u64,
        /// How it ended.
        outcome: Outcome,
    },
    /// It was about to be sent when the process died: find out first.
    Reconcile {
        /// How often it was about to be sent.
        attempts: u32,
        /// When it was about to be sent the first time.
        intended_at: Timestamp,
    },
    /// It is new.
    Perform,
}

impl Past {
    /// The effects in these entries; events are not effects.
    pub fn of(entries: &[Entry]) -> Past {
        let effect = |entry: &&Entry| !matches!(entry.body, Body::Event { .. });
        entries.iter().filter(effect).cloned().collect()
    }

    /// The record of this step: the lane's last one, or a new one behind it.
    fn recorded(&mut self, step: Step, sequence: u64) -> &mut Recorded {
        let lane = self.lanes.entry(step.lane.clone()).or_default();
        if lane.back().is_none_or(|last| last.step.position != step.position) {
            lane.push_back(Recorded {
                step,
                sequence,
                intents: 0,
                intended_at: None,
                outcome: None,
            });
        }
        let last = lane.len() - 1;
        &mut lane[last]
    }

    /// Takes the record of the step that its lane asks for, if there is one and it fits.
    pub fn next(&mut self, asked: &Step) -> Result<Next, Box<Mismatch>> {
        let Some(recorded) = self.lanes.get_mut(&asked.lane).and_then(VecDeque::pop_front) else {
            return Ok(Next::Perform);
        };
        let same = recorded.step.position == asked.position
            && recorded.step.operation == asked.operation
            && recorded.step.hash == asked.hash;
        if !same {
            return Err(Box::new(recorded.mismatch(Some(asked))));
        }
        Ok(match recorded.outcome {
            Some((sequence, outcome)) => Next::Replay { sequence, outcome },
            None => Next::Reconcile {
                attempts: recorded.intents,
                intended_at: recorded.intended_at.unwrap_or(Timestamp::UNIX_EPOCH),
            },
        })
    }

    /// Whether anything recorded is left of the wave attempt with this root lane.
    pub fn remains(&self, root: &Lane) -> bool {
        self.left(root).next().is_some()
    }

    /// Whether, of what is left of the wave attempt, something may have happened or not.
    pub fn is_cut_off(&self, root: &Lane) -> bool {
        let known = |outcome: &(u64, Outcome)| !matches!(outcome.1, Outcome::Unknown { .. });
        self.left(root).any(|recorded| !recorded.outcome.as_ref().is_some_and(known))
    }

    /// The complaint about a program that ended although more is recorded; `None` if nothing is left.
    pub fn leftover(&self, root: &Lane) -> Option<Box<Mismatch>> {
        let first = self.left(root).min_by_key(|recorded| recorded.sequence)?;
        Some(Box::new(first.mismatch(None)))
    }

    fn left<'p>(&'p self, root: &'p Lane) -> impl Iterator<Item = &'p Recorded> {
        let of_root = |(lane, _): &(&Lane, _)| lane.root() == *root;
        self.lanes.iter().filter(of_root).flat_map(|(_, recorded)| recorded)
    }
}

impl FromIterator<Entry> for Past {
    /// The same of entries that are not needed any more.
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Past {
        let mut past = Past::default();
        for Entry { sequence, at, body, .. } in entries {
            match body {
                Body::Event { .. } => {}
                Body::Intent { step, attempt } => {
                    let recorded = past.recorded(step, sequence);
                    recorded.intents = attempt;
                    recorded.intended_at.get_or_insert(at);
                }
                Body::Outcome { step, outcome, .. } => {
                    past.recorded(step, sequence).outcome = Some((sequence, outcome));
                }
            }
        }
        past
    }
}

impl Recorded {
    fn mismatch(&self, asked: Option<&Step>) -> Mismatch {
        let same_operation = asked.filter(|asked| asked.operation == self.step.operation);
        let arguments = same_operation
            .and_then(|asked| self.step.arguments.as_ref().zip(asked.arguments.as_ref()));
        Mismatch {
            lane: self.step.lane.clone(),
            position: self.step.position,
            sequence: self.sequence,
            recorded: self.step.operation.clone(),
            recorded_site: self.step.site.clone(),
            asked: asked.map_or_else(|| "nothing".to_owned(), |asked| asked.operation.clone()),
            site: asked.map_or_else(|| "the program".to_owned(), |asked| asked.site.clone()),
            difference: arguments.and_then(|(then, now)| Difference::between(then, now)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::history::{Class, Key, canonical};

    fn step(lane: &Lane, position: u32, operation: &str, arguments: Value) -> Step {
        Step {
            lane: lane.clone(),
            position,
            operation: operation.into(),
            class: Class::Tagged,
            hash: canonical::hash(&arguments),
            key: Key::of("x", lane, position),
            site: format!("runbook.luau:{position}"),
            arguments: Some(arguments),
        }
    }

    fn entry(sequence: u64, body: Body) -> Entry {
        Entry { sequence, epoch: 1, at: Timestamp::UNIX_EPOCH, body }
    }

    fn intent(sequence: u64, step: &Step, attempt: u32) -> Entry {
        entry(sequence, Body::Intent { step: step.clone(), attempt })
    }

    fn ok(sequence: u64, step: &Step, value: Value) -> Entry {
        let outcome = Outcome::Ok { value };
        let step = step.clone();
        let body = Body::Outcome { step, attempt: 1, outcome, request_id: None, adopted: false };
        entry(sequence, body)
    }

    #[test]
    fn recorded_then_cut_off_then_new() {
        let lane = Lane::of_wave("database", 1);
        let [a, b, c] = [1, 2, 3].map(|at| step(&lane, at, "drs.start_recovery", json!({"n": at})));
        let mut past = Past::of(&[
            intent(1, &a, 1),
            ok(2, &a, json!("job-1")),
            intent(3, &b, 1),
            intent(4, &b, 2),
        ]);
        let value = json!("job-1");
        let replay = Next::Replay { sequence: 2, outcome: Outcome::Ok { value } };
        assert_eq!(past.next(&a), Ok(replay));
        assert!(past.remains(&lane));
        let reconcile = Next::Reconcile { attempts: 2, intended_at: Timestamp::UNIX_EPOCH };
        assert_eq!(past.next(&b), Ok(reconcile));
        assert!(!past.remains(&lane));
        assert_eq!(past.next(&c), Ok(Next::Perform));
    }

    #[test]
    fn another_argument_is_a_mismatch_that_names_the_field() {
        let lane = Lane::of_wave("database", 1);
        let then = step(&lane, 1, "drs.start_recovery", json!({"is_drill": true}));
        let now = step(&lane, 1, "drs.start_recovery", json!({"is_drill": false}));
        let mut past = Past::of(&[intent(1, &then, 1)]);
        let mismatch = past.next(&now).expect_err("they differ");
        assert_eq!(
            mismatch.to_string(),
            "lane `database#1`, effect 1: the journal has `drs.start_recovery` and runbook.luau:1 \
             now asks for `drs.start_recovery` (`is_drill` was true and is false)"
        );
    }

    #[test]
    fn a_program_that_ends_early_is_a_mismatch_even_in_a_branch() {
        let lane = Lane::of_wave("database", 1);
        let step = step(&lane.branch(1, 2), 1, "ec2.create_tags", json!({}));
        let past = Past::of(&[ok(1, &step, json!(null))]);
        let mismatch = past.leftover(&lane).expect("one is left");
        assert_eq!(
            (mismatch.recorded.as_str(), mismatch.asked.as_str()),
            ("ec2.create_tags", "nothing")
        );
        assert_eq!(past.leftover(&Lane::of_wave("web", 1)), None);
    }
}
