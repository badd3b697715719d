//! Binding what is given to the params of a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use moontide_runtime::journal::Execution;
use moontide_runtime::plan::{ParamError, Plan};
use serde_json::Value;

use super::given::Given;
use super::secrets::{self, Whence};
use crate::error::{CommandError, Result, code};
use crate::listener::Listener;

/// All params of a plan, as given or by default.
#[derive(Clone, Default)]
pub struct Bound {
    /// Their values.
    pub values: BTreeMap<String, Value>,
    /// Whence the secret ones come.
    pub whence: BTreeMap<String, Whence>,
}

/// Names only: some are secret.
impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

impl Bound {
    /// The values of the secret ones.
    pub fn secrets(&self) -> BTreeMap<String, Value> {
        let secret = self.values.iter().filter(|(name, _)| self.whence.contains_key(*name));
        secret.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// The values of all params of the plan: as given, or by default.
pub fn bind(listener: &dyn Listener, plan: &Plan, given: BTreeMap<String, Given>) -> Result<Bound> {
    let (mut texts, mut whence, mut read) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
    for (name, Given { text, whence: from, is_read }) in given {
        if plan.params.get(&name).is_some_and(|param| param.secret) {
            whence.insert(name.clone(), from);
        }
        if is_read {
            read.insert(name.clone());
        }
        texts.insert(name, text);
    }
    // What a file holds that is not of its param's kind stays unsaid: it may be another file than was meant.
    let values = plan.bind(&texts).map_err(|errors| {
        let hushed = |mut error: ParamError| {
            if read.contains(&error.name) {
                error.message = unsaid(&error);
                error.suggestion = None;
            }
            error
        };
        let errors: Vec<ParamError> = errors.into_iter().map(hushed).collect();
        refused(plan, &errors)
    })?;
    let bound = Bound { values, whence };
    listener.keep_secret(&bound.secrets());
    Ok(bound)
}

/// What is wrong with a value that was read from a file, without what the file holds: neither a value, nor the name of
/// a field.
fn unsaid(error: &ParamError) -> String {
    let message = &error.message[..error.message.find(", and is ").unwrap_or(error.message.len())];
    let place = message.strip_prefix('`').and_then(|it| it.split_once('`')).map(|(place, _)| place);
    let of_fields = place.is_some_and(|place| place.starts_with(&format!("{}.", error.name)));
    let nested = place.is_some_and(|place| place.contains("].") || place.contains("[\""));
    if of_fields || nested || message.contains(" has no field ") {
        return format!("a field of `{}` is not as the runbook takes it", error.name);
    }
    message.to_owned()
}

/// The same for values that no operator has written.
pub fn values(plan: &Plan, given: Vec<(String, String)>) -> Result<BTreeMap<String, Value>> {
    plan.bind(&given.into_iter().collect()).map_err(|errors| refused(plan, &errors))
}

fn refused(plan: &Plan, errors: &[ParamError]) -> CommandError {
    let sentences: Vec<String> = errors.iter().map(ToString::to_string).collect();
    CommandError::new(code::BAD_PARAM, sentences.join("; ")).hint(known(plan))
}

/// The params that the runbook takes, for a hint.
fn known(plan: &Plan) -> String {
    if plan.params.is_empty() {
        return "leave `--param` away".to_owned();
    }
    let name = |(name, param): (&String, &moontide_runtime::plan::Param)| {
        let value = if param.secret { "@FILE" } else { "…" };
        format!("--param {name}={value}")
    };
    let names: Vec<String> = plan.params.iter().map(name).collect();
    format!("the runbook takes {}", names.join(" "))
}

/// Values as they may be shown: instead of a secret's, whence it comes.
pub fn shown(execution: &Execution) -> BTreeMap<String, Value> {
    let show = |(name, value): (&String, &Value)| match execution.plan.params.get(name) {
        Some(param) if !param.secret => (name.clone(), value.clone()),
        _ => (name.clone(), Value::from("(secret)")),
    };
    let whence = execution.secrets.iter();
    let whence = whence.map(|(name, text)| (name.clone(), Value::from(secrets::shown(text))));
    execution.params.iter().map(show).chain(whence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_holds_stays_unsaid_names_of_fields_too() {
        let of = |message: &str| {
            let (name, message) = ("t".to_owned(), message.to_owned());
            unsaid(&ParamError { name, message, suggestion: None })
        };
        let hidden = "a field of `t` is not as the runbook takes it";
        for message in [
            "`t` has no field `hunter2`; it has `region`",
            "`t.hunter2` must be a number, and is `x`",
            "`t[2].hunter2` must be a number, and is `x`",
        ] {
            assert_eq!(of(message), hidden, "{message}");
        }
        assert_eq!(of("`t[2]` must be a string, and is `7`"), "`t[2]` must be a string");
        assert_eq!(of("`t` must be a table, and is `7`"), "`t` must be a table");
    }
}
