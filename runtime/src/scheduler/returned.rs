//! What the waves of an execution have returned, as far as later waves read it again: together it must fit into
//! what a wave is given.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::history::weight::Weight;
use crate::history::{End, Event};
use crate::sandbox::Limits;

/// The weight of each wave's last result.
#[derive(Debug, Default)]
pub(super) struct Returned(BTreeMap<String, Weight>);

/// The weight of a result that says nothing: `nil`, or a table that is empty.
const NOTHING: Weight = Weight { nodes: 1, bytes: 6 };

impl Returned {
    /// What these events say.
    pub(super) fn of<'e>(events: impl Iterator<Item = &'e Event>) -> Returned {
        let result = |event: &'e Event| match event {
            Event::Ended { wave, end: End::Completed { result }, .. } => {
                Some((wave.clone(), Weight::of(result)))
            }
            _ => None,
        };
        Returned(events.filter_map(result).collect())
    }

    /// Takes a result, or says why there is no room for it beside the others. Under limits that were lowered since,
    /// what was taken already may be more than they let; a wave that adds nothing to it is none the less taken.
    pub(super) fn take(
        &mut self,
        wave: &str,
        result: &Value,
        limits: &Limits,
    ) -> Result<(), String> {
        let new = Weight::of(result);
        let before = self.0.get(wave).copied().unwrap_or(NOTHING);
        let adds = new.nodes > before.nodes || new.bytes > before.bytes;
        let others = self.0.iter().filter(|(other, _)| *other != wave).map(|(_, weight)| weight);
        let all = others.fold(new, |all, weight| Weight {
            nodes: all.nodes + weight.nodes,
            bytes: all.bytes + weight.bytes,
        });
        let most = limits.results();
        if adds && (all.nodes > most.nodes as u64 || all.bytes > most.bytes as u64) {
            let (nodes, kib) = (most.nodes, most.bytes / 1024);
            return Err(format!(
                "what the program returned cannot be kept: with it the waves return more than {nodes} values or \
                 {kib} KiB together, which a later wave could not read; an operator can raise `entry_size`"
            ));
        }
        self.0.insert(wave.to_owned(), new);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sandbox::Budget;

    #[test]
    fn what_all_return_is_counted_and_a_wave_that_returns_again_counts_once() {
        let limits = Limits::default();
        let half = json!("x".repeat(limits.results().bytes / 2 - 100));
        let mut returned = Returned::default();
        for wave in ["a", "b", "a", "b"] {
            assert_eq!(returned.take(wave, &half, &limits), Ok(()), "{wave}");
        }
        let refused = returned.take("c", &json!("y".repeat(1_000)), &limits).unwrap_err();
        assert!(refused.contains("`entry_size`"), "{refused}");
        assert_eq!(returned.take("a", &json!(null), &limits), Ok(()));
        assert_eq!(returned.take("c", &json!("y".repeat(1_000)), &limits), Ok(()));
    }

    #[test]
    fn a_wave_that_adds_nothing_to_what_was_taken_is_not_refused_under_less() {
        let usual = Limits::default();
        let less = Limits { outcome: Budget { bytes: 1_000, ..usual.outcome }, ..usual.clone() };
        let mut returned = Returned::default();
        assert_eq!(returned.take("a", &json!("x".repeat(5_000)), &usual), Ok(()));
        for nothing in [json!(null), json!({}), json!([])] {
            assert_eq!(returned.take("b", &nothing, &less), Ok(()), "{nothing}");
        }
        assert_eq!(returned.take("a", &json!("x".repeat(4_000)), &less), Ok(()));
        assert!(returned.take("a", &json!("x".repeat(4_001)), &less).is_err());
        assert!(returned.take("b", &json!({ "n": 1 }), &less).is_err());
    }
}
