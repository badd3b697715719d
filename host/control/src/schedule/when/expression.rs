//! An expression, and what it means.

use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use moontide_runtime::plan::suggest;
use serde::{Deserialize, Serialize};

use super::{Cron, Mistake, Rate, at};

/// `EventBridge` takes no longer one.
const LONGEST: usize = 256;
/// What an expression begins with.
const KINDS: [&str; 3] = ["cron", "rate", "at"];

/// When a schedule runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct When {
    text: String,
    /// What it means.
    pub kind: Kind,
}

/// What an expression means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// At the times of a calendar, in a time zone.
    Cron(Cron),
    /// Every so often, counted from a moment.
    Rate(Rate),
    /// Once, at a local time.
    At(DateTime),
}

impl FromStr for When {
    type Err = Mistake;

    fn from_str(text: &str) -> Result<When, Mistake> {
        if text.len() > LONGEST {
            let message = format!("an expression has at most {LONGEST} characters");
            return Err(Mistake::of_all(message));
        }
        let Some((name, inner)) = text.strip_suffix(')').and_then(|text| text.split_once('('))
        else {
            return Err(no_expression(text));
        };
        let kind = match name {
            "cron" => Kind::Cron(Cron::read(inner)?),
            "rate" => Kind::Rate(Rate::read(inner)?),
            "at" => Kind::At(at::read(inner)?),
            other => {
                let message = format!("`{other}(…)` is none of `cron(…)`, `rate(…)` and `at(…)`");
                let meant = suggest::nearest(other, KINDS).map(|it| format!("{it}({inner})"));
                return Err(Mistake::of_all(message).meant(meant));
            }
        };
        Ok(When { text: text.to_owned(), kind })
    }
}

/// The complaint about what has no brackets, such as a line of a crontab.
fn no_expression(text: &str) -> Mistake {
    let message = format!("`{text}` is written `cron(…)`, `rate(…)` or `at(…)`");
    let fields: Vec<&str> = text.split_whitespace().collect();
    let meant = match fields.as_slice() {
        [minute, hour, day, month, "*"] => Some(format!("cron({minute} {hour} {day} {month} ? *)")),
        _ if fields.len() == 6 => Some(format!("cron({})", fields.join(" "))),
        ["every", number, unit] => Some(format!("rate({number} {unit})")),
        _ => None,
    };
    Mistake::of_all(message).meant(meant)
}

impl TryFrom<String> for When {
    type Error = Mistake;

    fn try_from(text: String) -> Result<When, Mistake> {
        text.parse()
    }
}

impl From<When> for String {
    fn from(when: When) -> String {
        when.text
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
