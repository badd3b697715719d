//! One item of `waves`.

use std::time::Duration;

use super::declared::{Declared, whole};
use super::fields::Fields;
use super::{FailurePolicy, MinSuccess, Node, Wave, names, pause, servers};

pub(super) const FIELDS: &[&str] = &[
    "name",
    "depends_on",
    "pause",
    "servers",
    "run",
    "before",
    "verify",
    "after",
    "on_cancel",
    "min_success",
    "on_failure",
    "max_attempts",
    "timeout",
];
/// The functions of a wave, in the order in which they run; the last one only after a cancel.
const HOOKS: &[&str] = &["before", "run", "verify", "after", "on_cancel"];
/// How often a wave is attempted when `on_failure = "retry"` says no number.
const ATTEMPTS: u32 = 3;
/// More attempts than an operator wants.
const MOST_ATTEMPTS: u32 = 100;

/// Reads the list of waves.
pub(super) fn read(declared: &Declared<'_>) -> Vec<Wave> {
    if declared.is_empty() {
        declared.complain("a runbook needs at least one wave");
    }
    declared.items().iter().map(|item| wave(item).unwrap_or_else(nameless)).collect()
}

/// Stands in for what is not even a table, so that the others keep their numbers.
fn nameless() -> Wave {
    Wave {
        name: String::new(),
        depends_on: Vec::new(),
        pause: None,
        servers: None,
        min_success: None,
        on_failure: None,
        max_attempts: ATTEMPTS,
        timeout: None,
        hooks: Vec::new(),
    }
}

fn wave(declared: &Declared<'_>) -> Option<Wave> {
    let fields = declared.fields("a wave", FIELDS)?;
    let name = fields.required("a wave", "name").and_then(|field| names::wave(&field));
    servers_or_run(&fields);
    Some(Wave {
        name: name.unwrap_or_default(),
        depends_on: fields.get("depends_on").map(|field| field.plain_texts()).unwrap_or_default(),
        pause: fields.get("pause").and_then(|field| pause::read(&field)),
        servers: fields.get("servers").and_then(|field| servers::read(&field)),
        min_success: min_success(&fields),
        on_failure: fields.get("on_failure").and_then(|field| on_failure(&field)),
        max_attempts: max_attempts(&fields),
        timeout: fields.get("timeout").and_then(|field| timeout(&field)),
        hooks: hooks(&fields),
    })
}

/// A wave has a program: the standard one for its servers, or one of its own.
fn servers_or_run(fields: &Fields<'_>) {
    match (fields.has("servers"), fields.has("run")) {
        (false, false) => fields
            .table()
            .complain("a wave needs `servers` to recover, or `run`, a function of its own"),
        (true, true) => fields.table().complain(
            "a wave has either `servers` or `run`, not both; put what surrounds a recovery into \
             `before`, `verify` and `after`",
        ),
        _ => {}
    }
}

fn hooks(fields: &Fields<'_>) -> Vec<String> {
    let given = HOOKS.iter().filter(|hook| fields.get(hook).is_some_and(|field| field.function()));
    let policy = fields.get("on_failure").filter(|field| *field.node == Node::Function);
    given.copied().chain(policy.map(|_| "on_failure")).map(str::to_owned).collect()
}

/// The policy, unless it is a function, which is a hook.
fn on_failure(declared: &Declared<'_>) -> Option<FailurePolicy> {
    match declared.node {
        Node::Function => None,
        Node::Text(_) => declared.one_of(&[
            ("ask", FailurePolicy::Ask),
            ("retry", FailurePolicy::Retry),
            ("skip", FailurePolicy::Skip),
            ("abort", FailurePolicy::Abort),
        ]),
        _ => {
            declared.must_be("`ask`, `retry`, `skip`, `abort` or a function");
            None
        }
    }
}

fn max_attempts(fields: &Fields<'_>) -> u32 {
    let Some(field) = fields.get("max_attempts") else {
        return ATTEMPTS;
    };
    let retries = fields.get("on_failure").is_some_and(|policy| match policy.node {
        Node::Text(policy) => policy == "retry",
        // Whether the function asks for a retry is not known before it runs.
        other => *other == Node::Function,
    });
    if !retries && !fields.has("on_failure") {
        field.complain("`max_attempts` needs `on_failure = \"retry\"`");
    } else if !retries {
        field.complain("`max_attempts` counts only with `on_failure = \"retry\"`");
    }
    field.count(MOST_ATTEMPTS).unwrap_or(ATTEMPTS)
}

/// How long an attempt may take. None at all would fail every attempt.
fn timeout(declared: &Declared<'_>) -> Option<Duration> {
    let timeout = declared.duration()?;
    if timeout.is_zero() {
        declared.complain("`timeout` must be longer than nothing");
    }
    Some(timeout)
}

fn min_success(fields: &Fields<'_>) -> Option<MinSuccess> {
    let field = fields.get("min_success")?;
    if !fields.has("servers") {
        field.complain("`min_success` counts servers, and this wave has no `servers`");
    }
    let read = match field.node {
        Node::Number(number) => whole(*number).map(MinSuccess::Count),
        Node::Text(text) => percent(text).map(MinSuccess::Percent),
        _ => None,
    };
    match read {
        None => field.must_be("a number of servers, or a share such as \"75%\""),
        Some(MinSuccess::Count(0)) => field.complain(NO_MISS),
        Some(MinSuccess::Percent(share)) if share <= 0.0 => field.complain(NO_MISS),
        Some(_) => {}
    }
    read
}

/// A threshold that says nothing.
const NO_MISS: &str = "nothing can miss this: the wave would complete without any server; write at least 1, or name the `optional` servers";

/// The number in `75%`.
fn percent(text: &str) -> Option<f64> {
    let number = text.trim().strip_suffix('%')?;
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let percent: f64 = number.parse().ok()?;
    (plain && (0.0..=100.0).contains(&percent)).then_some(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_number_from_0_to_100_with_a_percent_sign() {
        assert_eq!(percent("75%"), Some(75.0));
        assert_eq!(percent(" 33.3% "), Some(33.3));
        for wrong in ["75", "101%", "-1%", "%", "NaN%", "1e1%", "all"] {
            assert_eq!(percent(wrong), None, "{wrong}");
        }
    }
}
