//! The words of the shapes are the engine's.

use moontide_runtime::{plan, scheduler, store};
use serde::Serialize;

use super::*;

/// The words of an enum's schema.
fn words<T: JsonSchema>() -> Vec<Value> {
    let schema = crate::contract::schema::bare::<T>();
    let each = schema["oneOf"].as_array().expect("a choice of words");
    each.iter().map(|word| word["const"].clone()).collect()
}

fn engine(words: &[impl Serialize]) -> Vec<Value> {
    words.iter().map(|word| serde_json::to_value(word).expect("a word")).collect()
}

#[test]
fn the_words_are_the_engines() {
    use plan::Mode as M;
    use scheduler::{ExecutionStatus as E, WaveStatus as W};
    use store::Verdict as V;
    let modes = [M::Drill, M::Recovery];
    let executions =
        [E::Pending, E::Running, E::Paused, E::Waiting, E::Completed, E::Failed, E::Cancelled];
    let waves = [
        W::Pending,
        W::Paused,
        W::Running,
        W::Waiting,
        W::Completed,
        W::Failed,
        W::Skipped,
        W::Cancelled,
    ];
    let verdicts = [V::Whole, V::Pruned, V::NotChained, V::Broken];
    // A word that is added to the engine does not compile here before it is listed.
    for mode in modes {
        match mode {
            M::Drill | M::Recovery => {}
        }
    }
    for status in executions {
        match status {
            E::Pending
            | E::Running
            | E::Paused
            | E::Waiting
            | E::Completed
            | E::Failed
            | E::Cancelled => {}
        }
    }
    for status in waves {
        match status {
            W::Pending
            | W::Paused
            | W::Running
            | W::Waiting
            | W::Completed
            | W::Failed
            | W::Skipped
            | W::Cancelled => {}
        }
    }
    assert_eq!(words::<Mode>(), engine(&modes));
    assert_eq!(words::<ExecutionStatus>(), engine(&executions));
    assert_eq!(words::<WaveStatus>(), engine(&waves));
    assert_eq!(words::<Verdict>(), engine(&verdicts));
}
