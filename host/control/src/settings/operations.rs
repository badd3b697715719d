//! Which operations there are, and what class each is of. A misspelled one in a denial would deny nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use moontide_runtime::clock::Clock;
use moontide_runtime::effect::Class;
use moontide_runtime::effect::builtin;
use moontide_runtime::effect::claims;
use moontide_runtime::effect::elapsed::Blind;
use moontide_runtime::effect::policy::OUTSIDE;
use moontide_runtime::effect::state;
use moontide_runtime::plan::suggest;

use crate::clocks::SystemClock;

/// Every operation that a runbook can ask for, and its class.
pub fn classes() -> BTreeMap<String, Class> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let builtins = builtin::all(&clock, &Blind::default());
    let builtins = builtins.iter().map(|it| (it.name().to_owned(), it.class()));
    let state = state::NAMES.into_iter().map(|it| (it.to_owned(), state::class(it)));
    let aws = moontide_aws::services::classes().map(|(name, class)| (name.to_owned(), class));
    builtins.chain(state).chain(aws).collect()
}

/// Checks a pattern: the name of an operation, `service.*`, `outside`, or `outside:THING`.
pub(super) fn check(pattern: &str) -> Result<(), String> {
    if let Some(rest) = pattern.strip_prefix(OUTSIDE)
        && !rest.starts_with('.')
    {
        return match rest.strip_prefix(':') {
            Some("") => {
                Err(format!("`{pattern}` names nothing: write `outside:i-0123456789abcdef0`"))
            }
            None if !rest.is_empty() => {
                Err(format!("`{pattern}`: write `outside`, or `outside:THING`"))
            }
            _ => Ok(()),
        };
    }
    let names = names();
    let services: BTreeSet<&str> =
        names.iter().filter_map(|name| Some(name.split_once('.')?.0)).collect();
    match pattern.strip_suffix(".*") {
        Some(service) => exists("service", service, &services),
        None => exists("operation", pattern, &names),
    }
}

/// Every operation: the services', and the engine's own.
pub fn names() -> BTreeSet<&'static str> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let builtins = builtin::all(&clock, &Blind::default());
    let own =
        builtins.iter().map(|operation| operation.name()).chain(state::NAMES).chain([claims::TAKE]);
    moontide_aws::services::names().chain(own).collect()
}

fn exists(kind: &str, name: &str, known: &BTreeSet<&str>) -> Result<(), String> {
    if known.contains(name) {
        return Ok(());
    }
    Err(match suggest::nearest(name, known.iter().copied()) {
        Some(nearest) => format!("there is no {kind} `{name}`, did you mean `{nearest}`?"),
        None => format!("there is no {kind} `{name}`"),
    })
}
