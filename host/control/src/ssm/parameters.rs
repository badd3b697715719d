//! The parameters of the command document: what their values may be, here and in AWS.
//!
//! An agent pastes a value into the script, unless it is new enough to hand it over as a variable. So a value has no
//! quote, `$`, backtick, blank, brace or line end in it, and is no flag.

use serde_json::{Value, json};

use crate::error::{CommandError, Result, code};

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name, and that of the variable behind `SSM_`.
    pub name: &'static str,
    /// What it is, for people.
    pub is: &'static str,
    /// What its values match, as AWS and the agent read it.
    pub pattern: &'static str,
    /// The value if none is given; `None`: one has to be.
    pub default: Option<&'static str>,
    /// The same as the pattern.
    accepts: fn(&str) -> bool,
}

/// The runbook.
pub const RUNBOOK: &str = "Runbook";
/// Drill or recovery.
pub const MODE: &str = "Mode";
/// The id.
pub const EXECUTION: &str = "Execution";
/// The params of the runbook.
pub const PARAMS: &str = "Params";
/// An answer to what the execution asks.
pub const ANSWER: &str = "Answer";
/// The store.
pub const STORE: &str = "Store";
/// Whether the runbook has to ask an approver.
pub const APPROVAL: &str = "Approval";
/// What the exit code says of a pause.
pub const PAUSED_IS: &str = "PausedIs";
/// How long the command may run.
pub const TIMEOUT: &str = "ExecutionTimeout";

/// All of them. Only the last one is read by the agent, and not by the script.
pub const ALL: [Parameter; 9] = [
    Parameter {
        name: RUNBOOK,
        is: "The runbook: a folder or a .luau file below the folder of runbooks",
        pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}){0,7}$",
        default: None,
        accepts: is_runbook,
    },
    Parameter {
        name: MODE,
        is: "drill, or recovery where the document allows that",
        pattern: "^(drill|recovery)$",
        default: Some("drill"),
        accepts: |value| ["drill", "recovery"].contains(&value),
    },
    Parameter {
        name: EXECUTION,
        is: "The execution's id. The same id starts one execution, and goes on with it",
        pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$",
        default: None,
        accepts: |value| is_word(value, 1, 80, "_.-"),
    },
    Parameter {
        name: PARAMS,
        is: "Params of the runbook: NAME=VALUE,NAME=VALUE",
        pattern: "^([A-Za-z0-9][A-Za-z0-9_.,:/@%+=-]{0,1023})?$",
        default: Some(""),
        accepts: |value| value.is_empty() || is_word(value, 1, 1024, "_.,:/@%+=-"),
    },
    Parameter {
        name: ANSWER,
        is: "An answer to what the execution asks: PROMPT=CHOICE",
        pattern: "^([A-Za-z0-9][A-Za-z0-9_.:/@#-]{0,95}=[a-z-]{1,32})?$",
        default: Some(""),
        accepts: is_answer,
    },
    Parameter {
        name: STORE,
        is: "Where executions are kept: sqlite:/FOLDER/FILE.db or dynamodb:TABLE@REGION",
        pattern: "^(sqlite:/[A-Za-z0-9][A-Za-z0-9_./-]{0,240}[.]db|dynamodb:[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,250})$",
        default: Some("sqlite:/var/lib/moontide/moontide.db"),
        accepts: is_store,
    },
    Parameter {
        name: APPROVAL,
        is: "Whether the runbook has to ask an approver before it begins: any or needed",
        pattern: "^(any|needed)$",
        default: Some("any"),
        accepts: |value| ["any", "needed"].contains(&value),
    },
    Parameter {
        name: PAUSED_IS,
        is: "What the command's status says when a person has to answer: success or failure",
        pattern: "^(success|failure)$",
        default: Some("success"),
        accepts: |value| ["success", "failure"].contains(&value),
    },
    Parameter {
        name: TIMEOUT,
        is: "After so many seconds the agent kills the command; the same id goes on",
        pattern: "^([5-9]|[1-9][0-9]{1,4}|1[0-6][0-9]{4}|17[01][0-9]{3}|172[0-7][0-9]{2}|172800)$",
        default: Some("172800"),
        accepts: is_timeout,
    },
];

/// The parameter of this name.
pub fn named(name: &str) -> Option<&'static Parameter> {
    static KNOWN: [Parameter; 9] = ALL;
    KNOWN.iter().find(|it| it.name == name)
}

impl Parameter {
    /// Refuses a value that the document would refuse, before it is sent.
    pub fn check(&self, value: &str) -> Result<()> {
        if (self.accepts)(value) {
            return Ok(());
        }
        let message = format!("`{value}` cannot be the {} of a command", self.name);
        Err(CommandError::new(code::BAD_ARGUMENT, message)
            .hint(format!("it stands in a script that root runs, and so matches {}", self.pattern)))
    }

    /// As a document declares it.
    pub(super) fn declared(&self) -> Value {
        let mut declared = json!({
            "type": "String",
            "description": self.is,
            "allowedPattern": self.pattern,
        });
        if let Some(default) = self.default {
            declared["default"] = default.into();
        }
        declared
    }
}

fn is_word(value: &str, least: usize, most: usize, others: &str) -> bool {
    let fits = |it: char| it.is_ascii_alphanumeric() || others.contains(it);
    (least..=most).contains(&value.len())
        && value.starts_with(|it: char| it.is_ascii_alphanumeric())
        && value.chars().all(fits)
}

/// A relative path without a part that begins with a dot or a hyphen: it is below the folder, and no flag.
fn is_runbook(value: &str) -> bool {
    let is_part = |part: &str| {
        let rest = part.strip_prefix('_').map_or(part.to_owned(), |rest| format!("x{rest}"));
        is_word(&rest, 1, 64, "_.-")
    };
    value.split('/').count() <= 8 && value.split('/').all(is_part)
}

fn is_answer(value: &str) -> bool {
    let Some((prompt, choice)) = value.split_once('=') else { return value.is_empty() };
    let is_choice = |it: char| it.is_ascii_lowercase() || it == '-';
    is_word(prompt, 1, 96, "_.:/@#-")
        && (1..=32).contains(&choice.len())
        && choice.chars().all(is_choice)
}

fn is_store(value: &str) -> bool {
    match (value.strip_prefix("sqlite:/"), value.strip_prefix("dynamodb:")) {
        // Root makes the file: it is none that another program reads.
        (Some(path), _) => path.strip_suffix(".db").is_some_and(|it| is_word(it, 1, 241, "_./-")),
        (_, Some(table)) => is_word(table, 1, 251, "_.:/@-"),
        (None, None) => false,
    }
}

fn is_timeout(value: &str) -> bool {
    let is_plain = value.chars().all(|it| it.is_ascii_digit()) && !value.starts_with('0');
    is_plain && value.parse().is_ok_and(|seconds: u32| (5..=172_800).contains(&seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_a_value_and_every_parameter_is_found_by_its_name() {
        for parameter in ALL {
            assert_eq!(named(parameter.name).map(|it| it.pattern), Some(parameter.pattern));
            assert!(parameter.default.is_none_or(accepted(&parameter)), "{}", parameter.name);
        }
    }

    fn accepted(parameter: &Parameter) -> impl Fn(&str) -> bool {
        move |value| parameter.check(value).is_ok()
    }

    #[test]
    fn what_could_leave_its_quotes_its_folder_or_its_flag_is_refused() {
        let hostile = [
            "a b",
            "a\"b",
            "a'b",
            "a`id`",
            "a$(id)",
            "$HOME",
            "a\nb",
            "a;id",
            "a|id",
            "a&id",
            "{{ Mode }}",
            "-x",
            "a\\b",
            "a>b",
            "é",
            "\0",
        ];
        for parameter in ALL {
            for value in hostile {
                assert!(parameter.check(value).is_err(), "{} took {value:?}", parameter.name);
            }
        }
        let runbook = named(RUNBOOK).expect("it is known");
        for value in ["shop", "shop/runbook.luau", "_x/y", "a.b"] {
            assert!(runbook.check(value).is_ok(), "{value}");
        }
        for value in ["/etc/passwd", "../shop", "shop/../x", "shop/", "", ".git", "a//b", "--help"]
        {
            assert!(runbook.check(value).is_err(), "{value}");
        }
        let timeout = named(TIMEOUT).expect("it is known");
        for (value, is_right) in [
            ("5", true),
            ("172800", true),
            ("4", false),
            ("172801", false),
            ("05", false),
            ("", false),
        ] {
            assert_eq!(timeout.check(value).is_ok(), is_right, "{value}");
        }
        let store = named(STORE).expect("it is known");
        for value in ["sqlite:/srv/x.db", "dynamodb:moontide@us-west-2"] {
            assert!(store.check(value).is_ok(), "{value}");
        }
        for value in ["sqlite:x.db", "sqlite:/etc/cron.d/x", "postgres:x", "sqlite:/.db"] {
            assert!(store.check(value).is_err(), "{value}");
        }
    }
}
