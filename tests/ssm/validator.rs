//! Command documents of schema 2.2, as the agent's parser reads them: there is no schema of them anywhere.

use serde_json::Value;

/// AWS takes no longer document.
const LARGEST: usize = 64 * 1024;

const TYPES: [&str; 6] = ["String", "StringList", "Integer", "Boolean", "MapList", "StringMap"];

const OF_PARAMETERS: [&str; 11] = [
    "type",
    "description",
    "default",
    "allowedValues",
    "allowedPattern",
    "displayType",
    "minItems",
    "maxItems",
    "minChars",
    "maxChars",
    "interpolationType",
];

const OF_STEPS: [&str; 7] =
    ["action", "name", "inputs", "precondition", "maxAttempts", "timeoutSeconds", "onFailure"];

/// The plugins that we use, each with its inputs, those that it needs first.
const PLUGINS: [(&str, &[&str], &[&str]); 2] = [
    (
        "aws:runShellScript",
        &["runCommand"],
        &["timeoutSeconds", "workingDirectory", "onFailure", "onSuccess", "finallyStep"],
    ),
    ("aws:downloadContent", &["sourceType", "sourceInfo"], &["destinationPath"]),
];

/// What is wrong with a document.
pub(crate) fn mistakes(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut wrong = |is_wrong: bool, what: String| found.extend(is_wrong.then_some(what));
    wrong(text.len() > LARGEST, format!("{} bytes", text.len()));
    let document: Value = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => return vec![error.to_string()],
    };
    let top = ["schemaVersion", "description", "parameters", "mainSteps", "outputs", "files"];
    unknown(&document, &top, "document", &mut wrong);
    wrong(document["schemaVersion"] != "2.2", "schemaVersion is not 2.2".into());
    let none = serde_json::Map::new();
    let parameters = document["parameters"].as_object().unwrap_or(&none);
    for (name, parameter) in parameters {
        unknown(parameter, &OF_PARAMETERS, name, &mut wrong);
        let kind = parameter["type"].as_str().unwrap_or_default();
        wrong(!TYPES.contains(&kind), format!("{name}: type {kind}"));
        let handed = parameter["interpolationType"].as_str();
        wrong(
            handed.is_some_and(|it| it != "ENV_VAR" || kind != "String"),
            format!("{name}: {handed:?}"),
        );
        let used = [format!("{{{{{name}}}}}"), format!("{{{{ {name} }}}}")];
        let steps = document["mainSteps"].to_string();
        wrong(!used.iter().any(|it| steps.contains(it)), format!("{name} is not used"));
        let default = parameter["default"].as_str();
        let allowed = parameter["allowedValues"].as_array();
        let is_allowed = |it: &str| allowed.is_none_or(|all| all.iter().any(|one| one == it));
        wrong(
            default.is_some_and(|it| !is_allowed(it)),
            format!("{name}: its default is not allowed"),
        );
    }
    let steps = document["mainSteps"].as_array().cloned().unwrap_or_default();
    wrong(steps.is_empty(), "there are no steps".into());
    let mut names = Vec::new();
    for step in &steps {
        unknown(step, &OF_STEPS, "step", &mut wrong);
        let (name, action) = (step["name"].as_str().unwrap_or_default(), step["action"].as_str());
        let fits =
            !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
        wrong(!fits || names.contains(&name), format!("the step's name `{name}`"));
        names.push(name);
        match PLUGINS.iter().find(|(known, ..)| Some(*known) == action) {
            None => wrong(true, format!("{name}: unknown action {action:?}")),
            Some((_, needed, more)) => {
                let inputs = &step["inputs"];
                unknown(inputs, &[*needed, *more].concat(), name, &mut wrong);
                let lacking = needed.iter().filter(|it| inputs[**it].is_null());
                wrong(lacking.count() > 0, format!("{name}: an input is missing"));
            }
        }
        let is_pair = |value: &Value| value.as_array().is_some_and(|it| it.len() == 2);
        let condition = &step["precondition"];
        wrong(
            !condition.is_null() && !is_pair(&condition["StringEquals"]),
            format!("{name}: {condition}"),
        );
    }
    // What stands between braces is a parameter; elsewhere it would stay as it is.
    for place in text.split("{{").skip(1) {
        let name = place.split("}}").next().unwrap_or_default().trim();
        let is_known = parameters.contains_key(name) || name.contains(':');
        wrong(!is_known, format!("there is no parameter `{name}`"));
    }
    found
}

fn unknown(of: &Value, known: &[&str], place: &str, wrong: &mut impl FnMut(bool, String)) {
    match of.as_object() {
        None => wrong(true, format!("{place} is no object")),
        Some(fields) => {
            for field in fields.keys().filter(|it| !known.contains(&it.as_str())) {
                wrong(true, format!("{place}: unknown field `{field}`"));
            }
        }
    }
}

#[test]
fn a_document_with_a_mistake_is_told_by_it() {
    let good = serde_json::json!({
        "schemaVersion": "2.2",
        "parameters": { "Mode": { "type": "String", "default": "drill" } },
        "mainSteps": [{
            "name": "run", "action": "aws:runShellScript", "inputs": { "runCommand": ["echo {{ Mode }}"] },
        }],
    });
    assert_eq!(mistakes(&good.to_string()), Vec::<String>::new());
    for (place, value, told) in [
        ("/schemaVersion", "0.3", "schemaVersion"),
        ("/parameters/Mode/type", "Strin", "type Strin"),
        ("/mainSteps/0/action", "aws:runShelScript", "unknown action"),
        ("/mainSteps/0/name", "run it", "name"),
        ("/mainSteps/0/inputs/runCommand/0", "echo {{ Mod }}", "no parameter `Mod`"),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(place).expect("it is there") = value.into();
        let found = mistakes(&bad.to_string());
        assert!(found.iter().any(|it| it.contains(told)), "{place}: {found:?}");
    }
}
