//! Executions and journals for the tests of what is shown of them.

use jiff::Timestamp;
use moontide_runtime::effect::{Class, Key, Lane, Outcome};
use moontide_runtime::journal::{Body, Entry, Execution, Step, canonical};
use moontide_runtime::scheduler::{End, Event, Failure, Prompt, PromptKind};
use moontide_runtime::store::{MemoryStore, Store};
use serde_json::{Value, json};

/// So many seconds after the first of them all was created.
pub fn second(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).expect("a moment")
}

/// A drill of these waves that was created so many seconds after the first.
pub fn execution(id: &str, created: i64, waves: &[&str]) -> Execution {
    let waves: Vec<Value> = waves.iter().map(|name| json!({ "name": name })).collect();
    let head = json!({
        "format": 2, "id": id, "created_at": second(created), "created_by": "ann", "mode": "drill",
        "params": {}, "regions": ["us-west-2"], "account": "111122223333", "seed": 1,
        "moontide": "0", "luau": "0", "plan": { "name": "shop", "waves": waves },
        "bundle": { "entry": "runbook", "modules": {} },
    });
    serde_json::from_value(head).expect("a head")
}

/// The effect at a position of a wave's first attempt.
pub fn step(id: &str, wave: &str, position: u32, operation: &str, asked: Value) -> Step {
    let lane = Lane::of_wave(wave, 1);
    let key = Key::of(id, &lane, position);
    let (operation, class) = (operation.to_owned(), Class::Tagged);
    let (hash, site, arguments) = (canonical::hash(&asked), String::new(), Some(asked));
    Step { lane, position, operation, class, hash, key, site, arguments }
}

/// It is about to be sent.
pub fn intent(step: &Step) -> Body {
    Body::Intent { step: step.clone(), attempt: 1 }
}

/// It has ended.
pub fn outcome(step: &Step, outcome: Outcome) -> Body {
    let step = Step { arguments: None, ..step.clone() };
    Body::Outcome { step, attempt: 1, outcome, request_id: None, adopted: false }
}

/// The execution has begun.
pub fn started() -> Body {
    Body::Event { event: Event::Started }
}

/// The first attempt of a wave has failed.
pub fn failed(wave: &str, code: &str, details: &Value) -> Body {
    let failure = json!({ "code": code, "message": "no", "details": details });
    let failure: Failure = serde_json::from_value(failure).expect("a failure");
    let end = End::Failed { failure };
    Body::Event { event: Event::Ended { wave: wave.to_owned(), attempt: 1, end } }
}

/// A journal, each entry a second after the one before.
pub fn journal(from: i64, bodies: Vec<Body>) -> Vec<Entry> {
    let entry = |(sequence, body)| Entry {
        sequence,
        epoch: 1,
        at: second(from + i64::try_from(sequence).unwrap_or_default()),
        body,
    };
    (1..).zip(bodies).map(entry).collect()
}

/// Keeps an execution, and what it did since it was created.
pub async fn keep(store: &MemoryStore, head: &Execution, bodies: Vec<Body>) {
    store.create(head).await.expect("a new execution");
    let lease = store.take(&head.id, "ann", None).await.expect("a lease");
    let from = head.created_at.as_second() - second(0).as_second();
    store.append(&lease, &journal(from, bodies)).await.expect("a journal");
    store.release(&lease).await.expect("it is given back");
}

/// A prompt that offers these choices.
pub fn prompt(id: &str, kind: PromptKind, choices: &[&str]) -> Prompt {
    let wave = id.split(['#', '.']).next().unwrap_or_default();
    Prompt::new(id.to_owned(), wave, kind, "Go on?".to_owned(), choices)
}
