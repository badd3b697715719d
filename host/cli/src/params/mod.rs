//! `--param NAME=VALUE`: params as operators write them.
//!
//! - `written`: what stands behind the `=`: a value, `@FILE`, `@-`.
//! - `secrets`: where the values of secret params are, and how the next runner gets them.
//! - `sealed`: values that only this machine can read.

mod sealed;
pub(crate) mod secrets;
mod written;

use std::collections::BTreeMap;

use moontide_runtime::journal::Execution;
use moontide_runtime::plan::{ParamError, Plan};
use serde_json::Value;

use self::secrets::Whence;
use crate::context::Context;
use crate::error::{CommandError, Result, code};
use crate::trace;

/// Reads one `name=value`; for clap.
pub(crate) fn parse(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a param is written `name=value`".to_owned()),
    }
}

/// All params of a plan, as given or by default.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bound {
    /// Their values.
    pub(crate) values: BTreeMap<String, Value>,
    /// Whence the secret ones come.
    pub(crate) whence: BTreeMap<String, Whence>,
}

impl Bound {
    /// The values of the secret ones.
    pub(crate) fn secrets(&self) -> BTreeMap<String, Value> {
        let secret = self.values.iter().filter(|(name, _)| self.whence.contains_key(*name));
        secret.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// The values of all params of the plan: as given, or by default.
pub(crate) fn bind(context: &Context, plan: &Plan, given: &[(String, String)]) -> Result<Bound> {
    let (mut texts, mut whence) = (BTreeMap::new(), BTreeMap::new());
    for (name, written) in given {
        let is_secret = plan.params.get(name).is_some_and(|param| param.secret);
        let (text, from) = written::read(context, (name, is_secret), written)?;
        if texts.insert(name.clone(), text).is_some() {
            let message = format!("param `{name}` is given twice");
            return Err(CommandError::new(code::BAD_PARAM, message));
        }
        whence.extend(is_secret.then(|| (name.clone(), from)));
    }
    // What a file holds that is not of its param's kind stays unsaid: it may be another file than was meant.
    let is_read = |name: &str| {
        given.iter().any(|(it, written)| it == name && written::is_read_from_elsewhere(written))
    };
    let values = plan.bind(&texts).map_err(|errors| {
        let unsaid = |mut error: ParamError| {
            if is_read(&error.name) {
                let end = error.message.find(", and is ").unwrap_or(error.message.len());
                error.message.truncate(end);
                error.suggestion = None;
            }
            error
        };
        let errors: Vec<ParamError> = errors.into_iter().map(unsaid).collect();
        refused(plan, &errors)
    })?;
    let bound = Bound { values, whence };
    trace::hide(&bound.secrets());
    Ok(bound)
}

/// The same for values that no operator has written.
pub(crate) fn values(plan: &Plan, given: Vec<(String, String)>) -> Result<BTreeMap<String, Value>> {
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
pub(crate) fn shown(execution: &Execution) -> BTreeMap<String, Value> {
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
    fn a_value_may_hold_equals_signs_and_a_name_may_not_be_empty() {
        assert_eq!(parse("query=a=b"), Ok(("query".into(), "a=b".into())));
        assert_eq!(parse("empty="), Ok(("empty".into(), String::new())));
        assert!(parse("=x").is_err() && parse("x").is_err());
    }
}
