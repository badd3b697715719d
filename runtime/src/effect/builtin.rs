//! The few operations that need no world: they belong to the engine, under the name `moontide.…`.
//!
//! `moontide.ask` and `moontide.replace` are not performed here: a question goes to the scheduler, which opens
//! a prompt; see [`crate::scheduler::question`].

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::arguments::Nothing;
use super::elapsed::{Blind, Elapsed};
use super::{Call, Consequences, Operation, Reply, arguments};
use crate::clock::Clock;
use crate::history::{Class, EffectError};
use crate::plan::duration;
use crate::text::plain;

/// The operation by which a program asks a person.
pub const ASK: &str = "moontide.ask";
/// The operation by which a program asks a person what becomes of a server's instance.
pub const REPLACE: &str = "moontide.replace";

/// The engine's own operations.
pub fn all(clock: &Arc<dyn Clock>, blind: &Blind) -> Vec<Box<dyn Operation>> {
    vec![
        Box::new(Elapsed::new(Arc::clone(clock), blind.clone())),
        Box::new(Now(Arc::clone(clock))),
        Box::new(Sleep(Arc::clone(clock))),
        Box::new(Random),
        Box::new(Ask),
        Box::new(Replace),
    ]
}

/// `moontide.now`: the wall time, as seconds since 1970 and as text.
struct Now(Arc<dyn Clock>);

#[async_trait(?Send)]
impl Operation for Now {
    fn name(&self) -> &'static str {
        "moontide.now"
    }

    fn class(&self) -> Class {
        Class::Pure
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        arguments::check::<Nothing>(self.name(), arguments)
    }

    async fn consequences(&self, _call: &Call) -> Result<Consequences, EffectError> {
        Ok(Consequences::default())
    }

    async fn perform(&self, _call: &Call) -> Reply {
        let now = self.0.now();
        Reply::ok(json!({ "seconds": now.as_second(), "text": now.to_string() }))
    }
}

/// `moontide.sleep`: lets time pass.
struct Sleep(Arc<dyn Clock>);

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SleepInput {
    duration: Length,
}

/// A duration as authors give it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Length {
    Seconds(f64),
    Text(String),
}

impl Length {
    fn read(&self) -> Result<Duration, EffectError> {
        let read = match self {
            Length::Seconds(seconds) => Duration::try_from_secs_f64(*seconds).ok(),
            Length::Text(text) => duration::parse_any(text),
        };
        read.ok_or_else(|| {
            let message =
                "`moontide.sleep`: `duration` must be seconds or a text such as `90s` or `2h30m`";
            EffectError::new("InvalidArguments", message)
        })
    }
}

#[async_trait(?Send)]
impl Operation for Sleep {
    fn name(&self) -> &'static str {
        "moontide.sleep"
    }

    fn class(&self) -> Class {
        Class::Read
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        let input: SleepInput = arguments::read(self.name(), arguments)?;
        Ok(json!({ "duration": input.duration.read()?.as_secs_f64() }))
    }

    async fn consequences(&self, _call: &Call) -> Result<Consequences, EffectError> {
        Ok(Consequences::default())
    }

    async fn perform(&self, call: &Call) -> Reply {
        match arguments::read::<SleepInput>(self.name(), &call.arguments)
            .and_then(|input| input.duration.read())
        {
            Ok(duration) => {
                self.0.sleep(duration).await;
                Reply::ok(Value::Null)
            }
            Err(error) => Reply::failed(error),
        }
    }
}

/// `moontide.random`: 48 random bits that derive from the effect's key, as a whole number.
struct Random;

#[async_trait(?Send)]
impl Operation for Random {
    fn name(&self) -> &'static str {
        "moontide.random"
    }

    fn class(&self) -> Class {
        Class::Pure
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        arguments::check::<Nothing>(self.name(), arguments)
    }

    async fn consequences(&self, _call: &Call) -> Result<Consequences, EffectError> {
        Ok(Consequences::default())
    }

    async fn perform(&self, call: &Call) -> Reply {
        let bits = u64::from_str_radix(&call.key.as_str()[..12], 16).unwrap_or_default();
        Reply::ok(json!(bits))
    }
}

/// `moontide.ask`: see the module's documentation.
struct Ask;

/// What a program asks a person.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskInput {
    /// The question.
    pub message: String,
    /// The answers it takes; at least one.
    #[serde(default = "default_choices")]
    pub choices: Vec<String>,
    /// The approvers: names, or groups that the operator declares; empty: all people.
    #[serde(default)]
    pub approvers: Vec<String>,
    /// How many different people must say the same; one is enough for `abort`.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub approvals: u32,
}

fn one() -> u32 {
    1
}

/// A default that came later is left out, or older journals would remember another question.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_one(approvals: &u32) -> bool {
    *approvals == 1
}

/// More letters in one choice than a person types.
const LONGEST_CHOICE: usize = 40;

/// Whether a person can type it at a prompt, and none can read a sentence into it.
fn is_word(choice: &str) -> bool {
    let letter = |it: char| it.is_alphanumeric() || it == '-' || it == '_';
    !choice.is_empty() && choice.chars().count() <= LONGEST_CHOICE && choice.chars().all(letter)
}

fn default_choices() -> Vec<String> {
    vec!["continue".to_owned(), "abort".to_owned()]
}

#[async_trait(?Send)]
impl Operation for Ask {
    fn name(&self) -> &'static str {
        ASK
    }

    fn class(&self) -> Class {
        Class::Read
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        let input: AskInput = arguments::read(self.name(), arguments)?;
        if input.choices.is_empty() {
            return Err(EffectError::new("InvalidArguments", "`moontide.ask`: `choices` is empty"));
        }
        if let Some(choice) = input.choices.iter().find(|choice| !is_word(choice)) {
            let shown = plain(choice, LONGEST_CHOICE);
            let message =
                format!("`moontide.ask`: a choice is one short word, and `{shown}` is not");
            return Err(EffectError::new("InvalidArguments", message));
        }
        arguments::check::<AskInput>(self.name(), arguments)
    }

    async fn consequences(&self, _call: &Call) -> Result<Consequences, EffectError> {
        Ok(Consequences::default())
    }

    async fn perform(&self, _call: &Call) -> Reply {
        let message = "`moontide.ask` is answered by the scheduler, not by the door";
        Reply::failed(EffectError::new("Internal", message))
    }
}

/// `moontide.replace`: asks what becomes of an instance that a launch would delete. Only what a person has
/// answered here with `replace`, or what the operator gave up at the start, does the door let a launch delete.
struct Replace;

/// The instance that a person is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplaceInput {
    /// The source server, by its id.
    pub server: String,
    /// How people call it.
    #[serde(default)]
    pub name: String,
    /// Its instance.
    pub instance_id: String,
    /// What is wrong with it, or whose it is.
    #[serde(default)]
    pub why: String,
    /// Which of `keep`, `replace` and `fail` may be answered; all of them by default.
    #[serde(default = "all_ends")]
    pub choices: Vec<String>,
}

/// The answers to [`REPLACE`].
pub mod replace {
    /// The instance stays, and counts as the server's.
    pub const KEEP: &str = "keep";
    /// It may be deleted by a launch.
    pub const REPLACE: &str = "replace";
    /// It stays, and the server has failed.
    pub const FAIL: &str = "fail";
}

const ENDS: [&str; 3] = [replace::KEEP, replace::REPLACE, replace::FAIL];

fn all_ends() -> Vec<String> {
    ENDS.map(str::to_owned).to_vec()
}

impl ReplaceInput {
    /// This instance of this server, and nothing else about it.
    pub fn of(server: &str, instance: &str) -> ReplaceInput {
        ReplaceInput {
            server: server.to_owned(),
            name: String::new(),
            instance_id: instance.to_owned(),
            why: String::new(),
            choices: all_ends(),
        }
    }

    /// The instance that an answered question gives up, if it does.
    pub fn given_up(arguments: &Value, answer: &Value) -> Option<ReplaceInput> {
        let input: ReplaceInput = arguments::read(REPLACE, arguments).ok()?;
        (answer.get("choice")?.as_str()? == replace::REPLACE).then_some(input)
    }
}

#[async_trait(?Send)]
impl Operation for Replace {
    fn name(&self) -> &'static str {
        REPLACE
    }

    fn class(&self) -> Class {
        Class::Read
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        let input: ReplaceInput = arguments::read(self.name(), arguments)?;
        let refuse = |message: String| Err(EffectError::new("InvalidArguments", message));
        if input.server.is_empty() || input.instance_id.is_empty() {
            return refuse(
                "`moontide.replace`: `server` and `instance_id` must not be empty".into(),
            );
        }
        let stranger = input.choices.iter().find(|choice| !ENDS.contains(&choice.as_str()));
        if input.choices.is_empty() || stranger.is_some() {
            return refuse(
                "`moontide.replace`: `choices` are of `keep`, `replace` and `fail`".into(),
            );
        }
        arguments::check::<ReplaceInput>(self.name(), arguments)
    }

    async fn consequences(&self, _call: &Call) -> Result<Consequences, EffectError> {
        Ok(Consequences::default())
    }

    async fn perform(&self, _call: &Call) -> Reply {
        let message = "`moontide.replace` is answered by the scheduler, not by the door";
        Reply::failed(EffectError::new("Internal", message))
    }
}
