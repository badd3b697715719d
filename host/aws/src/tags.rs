//! The tags by which a job can be recognised as ours.

use std::collections::HashMap;

use moontide_runtime::effect::{Call, EffectError, Origin};

use crate::record::Tags;

/// The execution that started it.
pub const EXECUTION: &str = "moontide:execution";
/// What tells that execution from another one of the same id, begun in another store.
pub const NONCE: &str = "moontide:nonce";
/// The wave that started it.
pub const WAVE: &str = "moontide:wave";
/// The effect that started it: what reconciliation looks for.
pub const KEY: &str = "moontide:key";

/// What AWS allows in a tag's value, at most.
const LONGEST: usize = 256;

/// The caller's tags, and ours.
pub(crate) fn with_ours(tags: Tags, call: &Call) -> HashMap<String, String> {
    let ours = [(EXECUTION, call.execution.as_str()), (WAVE, &call.wave), (KEY, call.key.as_str())];
    let nonce = Some((NONCE, call.nonce.as_str())).filter(|(_, nonce)| !nonce.is_empty());
    let ours =
        ours.into_iter().chain(nonce).map(|(name, value)| (name.to_owned(), permitted(value)));
    tags.into_iter().chain(ours).collect()
}

/// Whether `tags` carry the key of an effect.
pub(crate) fn carry(tags: Option<&HashMap<String, String>>, key: &str) -> bool {
    tags.and_then(|it| it.get(KEY)).is_some_and(|it| it == key)
}

/// Which wave of which execution these tags of a job name, in the letters that a tag may have.
pub(crate) fn origin(tags: Option<&HashMap<String, String>>) -> Option<Origin> {
    let tags = tags?;
    let (execution, wave) = (tags.get(EXECUTION)?.clone(), tags.get(WAVE)?.clone());
    let nonce = tags.get(NONCE).cloned().unwrap_or_default();
    Some(Origin { execution, nonce, wave })
}

/// The same in the eyes of a call: a tag may have lost letters that the name of the asking wave has.
pub(crate) fn seen_by(call: &Call, origin: Origin) -> Origin {
    let is_asking = origin.wave == permitted(&call.wave);
    Origin { wave: if is_asking { call.wave.clone() } else { origin.wave }, ..origin }
}

/// Refuses tags that look like ours: a runbook that copied them would confuse every look-up.
pub(crate) fn check(operation: &str, tags: &Tags) -> Result<(), EffectError> {
    match tags.keys().find(|it| it.starts_with("moontide:")) {
        None => Ok(()),
        Some(name) => Err(EffectError::new(
            "InvalidArguments",
            format!("`{operation}`: the tag `{name}` is Moontide's own; choose another prefix"),
        )),
    }
}

/// A wave's name may contain what a tag's value may not.
fn permitted(value: &str) -> String {
    let allowed = |it: char| it.is_alphanumeric() || " _.:/=+-@".contains(it);
    value.chars().take(LONGEST).map(|it| if allowed(it) { it } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_value_is_made_acceptable() {
        assert_eq!(permitted("data*base (1)"), "data_base _1_");
        assert_eq!(permitted(&"é".repeat(300)).chars().count(), 256);
    }

    #[test]
    fn our_prefix_is_ours() {
        let tags = Tags::from([("moontide:key".into(), "x".into())]);
        assert_eq!(check("drs.start_recovery", &tags).unwrap_err().code, "InvalidArguments");
    }
}
