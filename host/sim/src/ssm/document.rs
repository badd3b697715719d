//! A command document that a caller has made, schema 2.2: what it takes, and what it runs.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::Value;

use super::error::Error;

/// A document.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) name: String,
    pub(super) content: Value,
}

/// How long a command may run that says nothing of it, or what the agent does not take.
const USUAL: SignedDuration = SignedDuration::from_hours(1);

impl Document {
    /// Checks what a caller gives for its parameters. Returns how long the command may run.
    pub(super) fn check(
        &self,
        given: &BTreeMap<String, Vec<String>>,
    ) -> Result<SignedDuration, Error> {
        let invalid = |message: String| Error::new("InvalidParameters", message);
        let name = &self.name;
        let declared = self.content["parameters"].as_object();
        let known = |parameter: &str| declared.and_then(|all| all.get(parameter));
        if let Some(unknown) = given.keys().find(|it| known(it).is_none()) {
            return Err(invalid(format!("{name} has no parameter {unknown}")));
        }
        for (parameter, declared) in declared.into_iter().flatten() {
            let Some(values) = given.get(parameter) else {
                if declared["default"].is_null() {
                    return Err(invalid(format!("{name} requires the parameter {parameter}")));
                }
                continue;
            };
            let allowed = declared["allowedValues"].as_array();
            let is_allowed = |value: &String| {
                allowed.is_none_or(|all| all.iter().any(|it| it.as_str() == Some(value)))
            };
            if let Some(value) = values.iter().find(|value| !is_allowed(value)) {
                let message = format!("{value:?} is none of the allowed values of {parameter}");
                return Err(invalid(message));
            }
        }
        let limits = self.scripts().map(|step| &step["inputs"]["timeoutSeconds"]);
        let seconds = limits.filter_map(|it| self.resolved(it.as_str()?, given).parse().ok()).max();
        Ok(match seconds {
            Some(seconds @ 5..=172_800) => SignedDuration::from_secs(seconds),
            _ => USUAL,
        })
    }

    /// What its steps run, one after another, and the folder in which they do.
    pub(super) fn script(&self, given: &BTreeMap<String, Vec<String>>) -> (String, Option<String>) {
        let (mut script, mut directory) = (String::new(), None);
        for inputs in self.scripts().map(|step| &step["inputs"]) {
            for line in inputs["runCommand"].as_array().into_iter().flatten() {
                script.push_str(&self.pasted(line.as_str().unwrap_or_default(), given));
                script.push('\n');
            }
            directory = inputs["workingDirectory"].as_str().map(|it| self.resolved(it, given));
        }
        (script, directory)
    }

    /// The variables by which a new agent hands values over.
    pub(super) fn variables(
        &self,
        given: &BTreeMap<String, Vec<String>>,
    ) -> BTreeMap<String, String> {
        let handed = self.parameters().filter(|(_, it)| it["interpolationType"] == "ENV_VAR");
        handed.map(|(name, _)| (format!("SSM_{name}"), self.value(name, given))).collect()
    }

    fn parameters(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.content["parameters"].as_object().into_iter().flatten()
    }

    fn scripts(&self) -> impl Iterator<Item = &Value> {
        let steps = self.content["mainSteps"].as_array().into_iter().flatten();
        steps.filter(|step| step["action"] == "aws:runShellScript")
    }

    fn value(&self, parameter: &str, given: &BTreeMap<String, Vec<String>>) -> String {
        let default = || self.content["parameters"][parameter]["default"].as_str();
        let value = given.get(parameter).and_then(|it| it.first()).cloned();
        value.or_else(|| default().map(str::to_owned)).unwrap_or_default()
    }

    /// A text with the values of all parameters in it.
    fn resolved(&self, text: &str, given: &BTreeMap<String, Vec<String>>) -> String {
        self.parameters()
            .fold(text.to_owned(), |text, (name, _)| put(&text, name, &self.value(name, given)))
    }

    /// The same without those that the agent hands over.
    fn pasted(&self, text: &str, given: &BTreeMap<String, Vec<String>>) -> String {
        let pasted = self.parameters().filter(|(_, it)| it["interpolationType"] != "ENV_VAR");
        pasted.fold(text.to_owned(), |text, (name, _)| put(&text, name, &self.value(name, given)))
    }
}

fn put(text: &str, name: &str, value: &str) -> String {
    let text = text.replace(&format!("{{{{{name}}}}}"), value);
    text.replace(&format!("{{{{ {name} }}}}"), value)
}
