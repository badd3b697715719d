//! The desk of a session that no person sits at: lines come from a script, what they return is a line of JSON each, and
//! the first error ends it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::pending;

use async_trait::async_trait;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::session::{Desk, Input, Proposal, Typed};
use moontide_runtime::sandbox::Typed as Reading;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::command::Command;
use super::told::complain;
use crate::output::style::plain as text;
use crate::output::{Output, Page};

/// The desk.
pub(crate) struct ScriptDesk {
    output: Output,
    lines: RefCell<VecDeque<Input>>,
    /// Whether the operator consents to all that the lines want to change.
    consents: bool,
    /// Whether a change was refused because the operator has not consented.
    was_refused: Cell<bool>,
    /// Whether a line has failed.
    pub(crate) has_failed: Cell<bool>,
}

impl ScriptDesk {
    /// A desk without lines.
    pub(crate) fn new(output: Output, consents: bool) -> ScriptDesk {
        let (lines, was_refused, has_failed) = Default::default();
        ScriptDesk { output, lines, consents, was_refused, has_failed }
    }

    /// Refuses what cannot be a script in any account.
    pub(crate) fn check(text: &str) -> Result<()> {
        lines(text, None).map(drop)
    }

    /// Reads a script. `account` is that of the session: `:write drill` names its last four digits. A script for
    /// another account has no lines, and has failed.
    pub(crate) fn read(&self, text: &str, account: &str) -> Result<()> {
        self.has_failed.set(true);
        self.lines.replace(lines(text, Some(account))?);
        self.has_failed.set(false);
        Ok(())
    }
}

/// What became of a line.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Returned {
    /// Its number, from 1; null: it is none of the script's.
    line: Value,
    /// What it returned. Absent: it has failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<Value>>,
    /// How many items of lists were left out. Absent: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<u64>,
    /// What it failed of: a code, a message, places. Absent: it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
}

/// The lines of a script: each goes on as long as something in it is open.
fn lines(text: &str, account: Option<&str>) -> Result<VecDeque<Input>> {
    let (mut lines, mut begun) = (VecDeque::new(), String::new());
    for line in text.lines() {
        if begun.is_empty() && line.starts_with(':') {
            lines.push_back(command(line, account)?);
            continue;
        }
        begun.push_str(line);
        if begun.trim().is_empty() {
            begun.clear();
        } else if Reading::of(&begun) == Reading::Begun {
            begun.push('\n');
        } else {
            lines.push_back(Input::Line(std::mem::take(&mut begun)));
        }
    }
    // What is not whole is refused by the session, which says where.
    lines.extend((!begun.trim().is_empty()).then_some(Input::Line(begun)));
    Ok(lines)
}

fn command(line: &str, account: Option<&str>) -> Result<Input> {
    let refused = |why: String| CommandError::new(code::BAD_ARGUMENT, format!("`{line}`: {why}"));
    match Command::read(line).map_err(refused)? {
        Command::Line(line) => Ok(Input::Line(line.to_owned())),
        Command::More => Ok(Input::More),
        Command::Quit => Ok(Input::End),
        Command::Write { on: false, .. } => Ok(Input::Write(false)),
        Command::Write { on: true, digits } => {
            let last = account.map(|it| it.get(it.len().saturating_sub(4)..).unwrap_or_default());
            let fits = |digits: String| last.is_none_or(|last| last.len() == 4 && digits == last);
            if digits.is_some_and(fits) {
                return Ok(Input::Write(true));
            }
            Err(refused("a script names the last four digits of the account".to_owned())
                .hint("like this: `:write drill 0042`"))
        }
        _ => Err(refused("a person has use for it, and a script has not".to_owned())),
    }
}

/// A value as plain JSON.
fn plain(value: &Value) -> Value {
    let kind = value["kind"].as_str();
    match (value, kind) {
        (Value::Object(_), Some("list")) => {
            value["items"].as_array().into_iter().flatten().map(plain).collect()
        }
        (Value::Object(_), Some("record")) => {
            let fields = value["fields"].as_object().into_iter().flatten();
            let fields: Map<String, Value> =
                fields.map(|(name, value)| (name.clone(), plain(value))).collect();
            Value::Object(fields)
        }
        (Value::Object(_), Some("nil")) => Value::Null,
        (Value::Object(_), Some(kind)) => Value::String(format!("<{kind}>")),
        _ => value.clone(),
    }
}

/// An error as plain JSON; details that there are none of are left out.
fn plain_error(error: &Value) -> Value {
    let mut error = error.clone();
    if let Some(fields) = error.as_object_mut() {
        let details = fields.remove("details").map(|details| plain(&details));
        fields.extend(details.filter(|it| !it.is_null()).map(|it| ("details".to_owned(), it)));
    }
    error
}

/// How many items of a list were left out.
fn more(value: &Value) -> u64 {
    value["more"].as_u64().unwrap_or_default()
}

#[async_trait(?Send)]
impl Desk for ScriptDesk {
    async fn next(&self, _typed: Typed) -> Input {
        if self.has_failed.get() {
            return Input::End;
        }
        self.lines.borrow_mut().pop_front().unwrap_or(Input::End)
    }

    fn show(&self, shown: &Value) {
        let line = &shown["line"];
        let is_read = if shown["error"].is_object() {
            self.has_failed.set(true);
            let mut page = Page::default();
            complain(&mut page, &shown["error"]);
            if self.was_refused.get() {
                page.line([text("  `--yes` consents to what a script changes")]);
            }
            self.output.say_page(page);
            let error = Some(plain_error(&shown["error"]));
            self.output.json_line(&Returned { line: line.clone(), error, ..Returned::default() })
        } else {
            let values = shown["values"].as_array().into_iter().flatten();
            let left: u64 = values.clone().map(more).sum();
            let values = Some(values.map(plain).collect());
            let more = Some(left).filter(|left| *left > 0);
            self.output.json_line(&Returned { line: line.clone(), values, more, error: None })
        };
        // A script whose output is read no more goes no further.
        if !matches!(is_read, Ok(true)) {
            self.has_failed.set(true);
        }
    }

    async fn consents(&self, _proposal: &Proposal) -> bool {
        self.was_refused.set(!self.consents);
        self.consents
    }

    async fn interrupted(&self) {
        pending::<()>().await;
    }

    fn is_sent(&self, _operation: &str) {}
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_script_is_cut_into_lines() {
        let text = "local x = 1\n\nfor i = 1, 2 do\n\tx += i\nend\n:write drill 0042\nx\n:more";
        let read: Vec<Input> = lines(text, Some("123456780042")).unwrap().into();
        let line = |text: &str| Input::Line(text.to_owned());
        let loops = line("for i = 1, 2 do\n\tx += i\nend");
        let expected = [line("local x = 1"), loops, Input::Write(true), line("x"), Input::More];
        assert_eq!(read, expected);
        assert!(lines(":write drill 0041", Some("123456780042")).is_err());
        assert!(lines(":write drill", None).is_err());
        assert!(lines(":write drill 0041", None).is_ok());
        assert!(lines(":write drill 0042", Some("")).is_err(), "no account has no digits");
        assert!(lines(":save x.luau", None).is_err());
    }

    #[test]
    fn what_json_has_not_is_named() {
        let value = json!({ "kind": "record", "more": 0, "fields": {
            "f": { "kind": "function" }, "n": { "kind": "nil" }, "l": { "kind": "list", "items": [1], "more": 0 },
        }});
        assert_eq!(plain(&value), json!({ "f": "<function>", "n": null, "l": [1] }));
    }
}
