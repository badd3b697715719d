//! The flag `--param`, and the values that it gives.

use std::collections::BTreeMap;

use moontide_control::error::{CommandError, Result, code};
use moontide_control::params::{self, Bound, secrets};
use moontide_runtime::journal::Execution;
use moontide_runtime::plan::Plan;
use serde_json::Value;

use super::written;
use crate::context::Context;

/// Reads one `name=value`; for clap.
pub(crate) fn parse(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a param is written `name=value`".to_owned()),
    }
}

/// The values of all params of the plan: as they are written, or by default.
pub(crate) fn bind(context: &Context, plan: &Plan, all: &[(String, String)]) -> Result<Bound> {
    let mut given = BTreeMap::new();
    for (name, written) in all {
        let is_secret = plan.params.get(name).is_some_and(|param| param.secret);
        let read = written::read(context, (name, is_secret), written)?;
        if given.insert(name.clone(), read).is_some() {
            let message = format!("param `{name}` is given twice");
            return Err(CommandError::new(code::BAD_PARAM, message));
        }
    }
    params::bind(context, plan, given)
}

/// The secrets that an operator gives again.
pub(crate) fn given_again(
    context: &Context,
    execution: &Execution,
    all: &[(String, String)],
) -> Result<BTreeMap<String, Value>> {
    let mut values = BTreeMap::new();
    for (name, written) in all {
        let is_secret = secrets::check_again(execution, name)?;
        let read = written::read(context, (name, is_secret), written)?;
        let environment = &context.environment;
        let value = secrets::again(environment, context, execution, (name, &read.text))?;
        values.insert(name.clone(), value);
    }
    Ok(values)
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
