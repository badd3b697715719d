//! Which hooks of a wave ran, told by the phases that the standard program names.

use schemars::JsonSchema;
use serde::Serialize;

/// The hooks, as the standard program names them when they begin.
const HOOKS: [&str; 3] = ["before", "verify", "after"];

/// A hook that began.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hook {
    /// Its name.
    pub hook: String,
    /// Whether the wave went on behind it.
    pub passed: bool,
}

/// The hooks among the phases of a wave's last attempt. A program may call a phase of its own like a hook;
/// only those that the wave has are hooks.
pub(super) fn of(phases: &[String], declared: &[String], completed: bool) -> Vec<Hook> {
    let has = |phase: &str| declared.iter().any(|hook| hook == phase);
    let is_hook = |phase: &&str| HOOKS.contains(phase) && has(phase);
    let goes_on = |later: &String| is_hook(&later.as_str()) || later.starts_with("launching ");
    let begun = phases.iter().enumerate().filter(|(_, phase)| is_hook(&phase.as_str()));
    begun
        .map(|(at, phase)| Hook {
            hook: phase.clone(),
            passed: completed || phases[at + 1..].iter().any(goes_on),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_passed_if_the_wave_went_on_behind_it() {
        let phases = ["before", "launching 2 servers", "verify", "warming caches", "after"];
        let phases = phases.map(str::to_owned);
        let declared = ["before", "verify"].map(str::to_owned);
        let passed = |completed| -> Vec<(String, bool)> {
            of(&phases, &declared, completed).into_iter().map(|it| (it.hook, it.passed)).collect()
        };
        assert_eq!(passed(true), [("before".into(), true), ("verify".into(), true)]);
        assert_eq!(passed(false), [("before".into(), true), ("verify".into(), false)]);
    }
}
