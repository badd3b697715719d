//! Reading an entry.
//!
//! An entry is written as one flat object whose `kind` says which fields belong to it. serde's own way to
//! read such an object keeps every field in a box until it has seen `kind`, and costs more than all else
//! about a replay; so all fields of all kinds are read where they stand, and sorted out at the end.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::Error;
use serde_json::Value;

use super::canonical::Hash;
use super::{Body, Class, Entry, Event, Key, Lane, Outcome, Step};

/// Every field that an entry may have.
#[derive(Deserialize)]
pub(super) struct Line {
    sequence: u64,
    epoch: u64,
    at: Timestamp,
    kind: Kind,
    event: Option<Event>,
    lane: Option<Lane>,
    position: Option<u32>,
    operation: Option<String>,
    class: Option<Class>,
    hash: Option<Hash>,
    key: Option<Key>,
    #[serde(default)]
    site: String,
    arguments: Option<Value>,
    attempt: Option<u32>,
    outcome: Option<Outcome>,
    request_id: Option<String>,
    #[serde(default)]
    adopted: bool,
}

/// The kinds of [`Body`].
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Event,
    Intent,
    Outcome,
}

/// A field that its kind cannot do without.
fn needed<T, E: Error>(field: Option<T>, name: &'static str) -> Result<T, E> {
    field.ok_or_else(|| E::missing_field(name))
}

impl Line {
    /// The entry that these fields make.
    pub(super) fn entry<E: Error>(self) -> Result<Entry, E> {
        let Line { sequence, epoch, at, .. } = self;
        let body = match self.kind {
            Kind::Event => Body::Event { event: needed(self.event, "event")? },
            Kind::Intent => {
                let attempt = needed(self.attempt, "attempt")?;
                Body::Intent { attempt, step: self.step()?.0 }
            }
            Kind::Outcome => {
                let attempt = needed(self.attempt, "attempt")?;
                let (step, Rest { outcome, request_id, adopted }) = self.step()?;
                let outcome = needed(outcome, "outcome")?;
                Body::Outcome { step, attempt, outcome, request_id, adopted }
            }
        };
        Ok(Entry { sequence, epoch, at, body })
    }

    fn step<E: Error>(self) -> Result<(Step, Rest), E> {
        let step = Step {
            lane: needed(self.lane, "lane")?,
            position: needed(self.position, "position")?,
            operation: needed(self.operation, "operation")?,
            class: needed(self.class, "class")?,
            hash: needed(self.hash, "hash")?,
            key: needed(self.key, "key")?,
            site: self.site,
            arguments: self.arguments,
        };
        let Line { outcome, request_id, adopted, .. } = self;
        Ok((step, Rest { outcome, request_id, adopted }))
    }
}

/// What an outcome has beside its step.
struct Rest {
    outcome: Option<Outcome>,
    request_id: Option<String>,
    adopted: bool,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::history::{EffectError, End, Evidence, canonical};

    fn step(arguments: Option<Value>) -> Step {
        let lane = Lane::of_wave("database", 1).branch(2, 3);
        Step {
            position: 4,
            operation: "drs.start_recovery".to_owned(),
            class: Class::Tagged,
            hash: canonical::hash(&json!({ "is_drill": true })),
            key: Key::of("x", &lane, 4),
            site: String::new(),
            arguments,
            lane,
        }
    }

    fn outcome(outcome: Outcome) -> Body {
        let step = Step { site: "runbook:7".to_owned(), ..step(None) };
        let request_id = Some("r-1".to_owned());
        Body::Outcome { step, attempt: 2, outcome, request_id, adopted: true }
    }

    #[test]
    fn every_kind_of_entry_reads_back_as_it_was_written() {
        let arguments = Some(json!({ "is_drill": true, "none": null, "share": 0.5 }));
        let error =
            EffectError { details: json!([1]), ..EffectError::new("Code", "a \"sentence\"") };
        let bodies = [
            Body::Event { event: Event::Started },
            Body::Event {
                event: Event::Ended {
                    wave: "ä".into(),
                    attempt: 2,
                    end: End::Completed { result: json!({ "kind": "outcome" }) },
                },
            },
            Body::Intent { step: step(arguments.clone()), attempt: 1 },
            Body::Outcome {
                step: step(arguments),
                attempt: 0,
                outcome: Outcome::Ok { value: Value::Null },
                request_id: None,
                adopted: false,
            },
            outcome(Outcome::Ok {
                value: json!({ "status": "ok", "value": [1, { "kind": "event" }] }),
            }),
            outcome(Outcome::Failed { error: error.clone().retryable() }),
            outcome(Outcome::Failed { error: EffectError::new("Code", "") }),
            outcome(Outcome::Unknown { evidence: Evidence::new("no runner saw it") }),
        ];
        for (sequence, body) in (1..).zip(bodies) {
            let at = Timestamp::from_nanosecond(1_800_000_000_123_456_789).unwrap();
            let entry = Entry { sequence, epoch: 3, at, body };
            let written = serde_json::to_string(&entry).unwrap();
            assert_eq!(serde_json::from_str::<Entry>(&written).unwrap(), entry, "{written}");
            // Also where the fields stand in another order: a database may sort them.
            let value = serde_json::to_value(&entry).unwrap();
            assert_eq!(serde_json::from_value::<Entry>(value).unwrap(), entry, "{written}");
        }
    }

    #[test]
    fn an_entry_without_a_field_of_its_kind_is_refused() {
        let at = Timestamp::UNIX_EPOCH;
        let body = outcome(Outcome::Ok { value: json!(1) });
        let whole = serde_json::to_value(Entry { sequence: 1, epoch: 1, at, body }).unwrap();
        let may_miss = ["site", "request_id", "adopted"];
        for (name, _) in whole.as_object().unwrap() {
            let mut entry = whole.clone();
            entry.as_object_mut().unwrap().remove(name);
            match serde_json::from_value::<Entry>(entry) {
                Ok(_) => assert!(may_miss.contains(&name.as_str()), "{name}"),
                Err(error) => assert_eq!(error.to_string(), format!("missing field `{name}`")),
            }
        }
        for (status, missing) in [("ok", "value"), ("failed", "error"), ("unknown", "evidence")] {
            let outcome = serde_json::from_value::<Outcome>(json!({ "status": status }));
            assert_eq!(outcome.unwrap_err().to_string(), format!("missing field `{missing}`"));
        }
        assert!(
            serde_json::from_value::<Outcome>(json!({ "status": "lost", "value": 1 })).is_err()
        );
    }
}
