//! `--param name=value`.

use std::collections::BTreeMap;

use moontide_runtime::plan::Plan;
use serde_json::Value;

use crate::error::{CommandError, Result, code};

/// Reads one `name=value`; for clap.
pub(crate) fn parse(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a param is written `name=value`".to_owned()),
    }
}

/// The values of all params of the plan: as given, or by default.
pub(crate) fn bind(plan: &Plan, given: &[(String, String)]) -> Result<BTreeMap<String, Value>> {
    let mut values = BTreeMap::new();
    for (name, value) in given {
        if values.insert(name.clone(), value.clone()).is_some() {
            let message = format!("param `{name}` is given twice");
            return Err(CommandError::new(code::BAD_PARAM, message));
        }
    }
    plan.bind(&values).map_err(|errors| {
        let sentences: Vec<String> = errors.iter().map(ToString::to_string).collect();
        CommandError::new(code::BAD_PARAM, sentences.join("; ")).hint(known(plan))
    })
}

/// The params that the runbook takes, for a hint.
fn known(plan: &Plan) -> String {
    if plan.params.is_empty() {
        return "leave `--param` away".to_owned();
    }
    let names: Vec<String> = plan.params.keys().map(|name| format!("--param {name}=…")).collect();
    format!("the runbook takes {}", names.join(" "))
}

/// Values as they may be shown: a secret's is left out.
pub(crate) fn shown(plan: &Plan, values: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let show = |name: &String, value: &Value| match plan.params.get(name) {
        Some(param) if !param.secret => value.clone(),
        _ => Value::from("(secret)"),
    };
    values.iter().map(|(name, value)| (name.clone(), show(name, value))).collect()
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
