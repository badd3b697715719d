//! The command document, schema 2.2.

use serde_json::{Value, json};

use super::script;
use super::source::Source;
use crate::ssm::parameters::{self, MODE, STORE, TIMEOUT};

/// The name of the step that runs the runbook: its output is that of the command.
pub const STEP: &str = "run";

/// The folder, below that of the command, in which runbooks arrive.
const FETCHED: &str = "moontide";

/// A command document, as an operator wants it.
#[derive(Clone, Debug)]
pub struct Command {
    /// Where the package installs the binary.
    pub binary: String,
    /// Where runbooks come from; `None`: they are on the instance.
    pub source: Option<Source>,
    /// The folder on the instance in which they are otherwise.
    pub runbooks: String,
    /// The store where no parameter names one.
    pub store: Option<String>,
    /// Whether its callers may start recoveries.
    pub allows_recovery: bool,
    /// How many times faster than life the simulator runs with which it is tried.
    pub speed: Option<f64>,
}

impl Default for Command {
    fn default() -> Command {
        Command {
            binary: "/usr/local/bin/moontide".to_owned(),
            source: None,
            runbooks: "/etc/moontide/runbooks".to_owned(),
            store: None,
            allows_recovery: false,
            speed: None,
        }
    }
}

impl Command {
    /// The document.
    pub fn document(&self) -> Value {
        let directory = if self.source.is_some() { FETCHED } else { &self.runbooks };
        let fetch = self.source.iter().map(|source| {
            step(
                "fetch",
                "aws:downloadContent",
                &json!({
                    "sourceType": source.kind,
                    "sourceInfo": source.info.to_string(),
                    "destinationPath": FETCHED,
                }),
            )
        });
        let run = step(
            STEP,
            "aws:runShellScript",
            &json!({
                "timeoutSeconds": format!("{{{{ {TIMEOUT} }}}}"),
                "workingDirectory": directory,
                "runCommand": script::lines(self),
            }),
        );
        json!({
            "schemaVersion": "2.2",
            "description": "Starts a runbook of Moontide on an instance, or goes on with it",
            "parameters": self.parameters(),
            "mainSteps": fetch.chain([run]).collect::<Vec<_>>(),
        })
    }

    fn parameters(&self) -> Value {
        let mut all = json!({});
        for parameter in parameters::ALL {
            let mut declared = parameter.declared();
            // The agent reads it itself, and hands over the others.
            if parameter.name != TIMEOUT {
                declared["interpolationType"] = "ENV_VAR".into();
            }
            all[parameter.name] = declared;
        }
        let modes = if self.allows_recovery { &["drill", "recovery"][..] } else { &["drill"] };
        all[MODE]["allowedValues"] = modes.into();
        if let Some(store) = &self.store {
            all[STORE]["default"] = store.as_str().into();
        }
        all
    }
}

fn step(name: &str, action: &str, inputs: &Value) -> Value {
    json!({
        "action": action,
        "name": name,
        "precondition": { "StringEquals": ["platformType", "Linux"] },
        "inputs": inputs,
    })
}
