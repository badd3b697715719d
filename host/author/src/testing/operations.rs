//! The operations that a case names. One that does not exist was never called, and an argument that it does not take
//! was never given: an assertion of them would hold for ever, and say nothing.

use std::rc::Rc;
use std::sync::Arc;

use moontide_aws::Session;
use moontide_control::aws;
use moontide_control::clocks::SystemClock;
use moontide_control::settings::operations::names;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::elapsed::Blind;
use moontide_runtime::effect::{EffectError, Operation, World, builtin, state};
use moontide_runtime::plan::suggest;
use moontide_runtime::store::{Lease, MemoryStore};
use serde_json::{Map, Value};

use super::asked::refused;

/// Nothing is sent there.
const NOWHERE: &str = "http://127.0.0.1:1";
/// The Region of what is never sent.
const REGION: &str = "us-east-1";

/// Every operation that can be asked for its arguments.
pub(super) struct Operations {
    world: Rc<dyn World>,
    own: Vec<Box<dyn Operation>>,
}

impl Operations {
    pub(super) fn new() -> Operations {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let mut own = builtin::all(&clock, &Blind::default());
        let lease = Lease { execution: String::new(), holder: String::new(), epoch: 0 };
        own.extend(state::all(state::Place {
            store: Arc::new(MemoryStore::new()),
            lease,
            runbook: String::new(),
            client: None,
            clock: Arc::clone(&clock),
        }));
        Operations { world: aws::world(Session::pretend_at(NOWHERE), REGION, &clock, 0), own }
    }

    /// Refuses a name that no operation has, and arguments that this one cannot have been given.
    pub(super) fn check(&self, name: &str, arguments: &Value) -> Result<(), EffectError> {
        let names = names();
        if !names.contains(name) {
            let near = suggest::nearest(name, names);
            let hint = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
            return Err(refused(format!("there is no operation `{name}`{hint}")));
        }
        let own = self.own.iter().find(|it| it.name() == name).map(|it| &**it);
        let operation = own.or_else(|| self.world.operation(name));
        let (Some(operation), Value::Object(arguments)) = (operation, arguments) else {
            return Ok(());
        };
        arguments.iter().try_for_each(|(name, value)| takes(operation, name, value))
    }
}

/// Whether this one argument may be among those of a call. That others are missing is no mistake here.
fn takes(operation: &dyn Operation, name: &str, value: &Value) -> Result<(), EffectError> {
    // Luau has one empty table: it is no mistake where a map is wanted, and none where a list is.
    let shown = filled(value);
    let alone = Map::from_iter([(name.to_owned(), shown.clone().unwrap_or_default())]);
    let Err(error) = operation.check(&Value::Object(alone)) else { return Ok(()) };
    let said = &error.message;
    let is_unknown = said.contains(": there is no `");
    let is_other =
        said.contains("` must be ") && said.contains(", and is ") || said.contains("` cannot be `");
    if is_unknown || is_other && shown.is_some() { Err(refused(said.clone())) } else { Ok(()) }
}

/// A value without the empty tables in it.
fn filled(value: &Value) -> Option<Value> {
    match value {
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) => Some(items.iter().filter_map(filled).collect()),
        Value::Object(fields) => {
            let filled = fields.iter().filter_map(|(name, it)| Some((name.clone(), filled(it)?)));
            Some(Value::Object(filled.collect()))
        }
        other => Some(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_no_call_can_have_is_refused_with_what_was_probably_meant() {
        let operations = Operations::new();
        for (name, arguments, says) in [
            ("moontide.askk", json!(null), "did you mean `moontide.ask`?"),
            ("state.putt", json!(null), "did you mean `state.put`?"),
            ("state.put", json!({ "kye": "n" }), "did you mean `key`?"),
            ("moontide.ask", json!({ "mesage": "?" }), "did you mean `message`?"),
            (
                "ssm.send_command",
                json!({ "document_nam": "X" }),
                "`ssm.send_command`: there is no `document_nam`, did you mean `document_name`?",
            ),
            ("ssm.send_command", json!({ "instance_ids": "i-1" }), "must be a list"),
        ] {
            let error = operations.check(name, &arguments).expect_err("it is refused");
            assert!(error.message.contains(says), "{}", error.message);
        }
    }

    #[test]
    fn a_part_of_the_arguments_is_enough_and_empty_tables_fit_everywhere() {
        let operations = Operations::new();
        for (name, arguments) in [
            ("claims.take", json!(null)),
            ("state.put", json!({ "key": "n" })),
            ("state.put", json!({ "value": [] })),
            ("drs.start_recovery", json!({ "is_drill": true })),
            ("ssm.send_command", json!({ "document_name": "X", "region": "eu-west-1" })),
            ("ssm.send_command", json!({ "instance_ids": [], "parameters": [] })),
            ("ssm.send_command", json!({ "parameters": { "commands": ["pg_isready"] } })),
        ] {
            operations.check(name, &arguments).expect("it may be so");
        }
    }
}
