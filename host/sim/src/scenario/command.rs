//! `[[commands]]`: what SSM commands answer.

use jiff::SignedDuration;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::document::DocumentName;
use super::duration;
use super::identity::Region;
use super::pattern::Pattern;
use crate::platform::Platform;

/// A scripted result. The first entry whose conditions all hold answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Command {
    pub(crate) document: Option<Spanned<DocumentName>>,
    /// Where alone it answers.
    pub(crate) region: Option<Spanned<Region>>,
    /// A part of any parameter value.
    #[serde(default, deserialize_with = "part")]
    pub(crate) contains: Option<String>,
    pub(crate) server: Option<Spanned<Pattern>>,
    /// Otherwise Failed with an exit code other than 0, and Success without.
    pub(super) status: Option<CommandStatus>,
    /// Otherwise 0 for Success, 1 for Failed.
    pub(super) exit_code: Option<Spanned<i32>>,
    #[serde(default)]
    pub(crate) stdout: String,
    #[serde(default)]
    pub(crate) stderr: String,
    /// Whether it starts what the document says as a process of this machine, in the place of a result.
    pub(super) run: Option<Spanned<bool>>,
    /// How long it runs.
    #[serde(default = "a_moment", deserialize_with = "duration::read")]
    pub(crate) takes: SignedDuration,
}

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
pub(crate) enum CommandStatus {
    #[default]
    Success,
    Failed,
    TimedOut,
}

/// A part of nothing would be a part of everything.
fn part<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    if text.is_empty() {
        return Err(D::Error::custom("an empty text is in every command: leave `contains` out"));
    }
    Ok(Some(text))
}

fn a_moment() -> SignedDuration {
    SignedDuration::from_secs(2)
}

impl Command {
    /// The document for which alone it answers.
    pub(crate) fn document(&self) -> Option<&str> {
        self.document.as_ref().map(|document| document.get_ref().0.as_str())
    }

    /// The exit code, if the world gives one.
    pub(crate) fn exit_code(&self) -> Option<i32> {
        self.exit_code.as_ref().map(|code| *code.get_ref())
    }

    /// How it ends.
    pub(crate) fn status(&self) -> CommandStatus {
        let failed = self.exit_code().is_some_and(|code| code != 0);
        let implied = if failed { CommandStatus::Failed } else { CommandStatus::Success };
        self.status.unwrap_or(implied)
    }

    /// Where it says that it starts a process, if it does.
    pub(super) fn run(&self) -> Option<&Spanned<bool>> {
        self.run.as_ref().filter(|it| *it.get_ref())
    }

    /// Whether it starts a process of this machine.
    pub(crate) fn is_run(&self) -> bool {
        self.run().is_some()
    }

    /// Whether it says how a command ends, or what it prints.
    pub(super) fn has_result(&self) -> bool {
        let is_silent = self.stdout.is_empty() && self.stderr.is_empty();
        self.status.is_some() || self.exit_code.is_some() || !is_silent || self.takes != a_moment()
    }

    /// Whether this entry is of that Region.
    pub(crate) fn is_of(&self, region: &str) -> bool {
        self.region.as_ref().is_none_or(|wanted| wanted.get_ref().0 == region)
    }

    /// A script that could not be run.
    pub(crate) fn failing(stderr: &str) -> Self {
        Self {
            exit_code: Some(Spanned::new(0..0, 1)),
            stderr: stderr.to_owned(),
            takes: SignedDuration::ZERO,
            ..Self::default()
        }
    }

    /// Whether the agent restarts an instance of this platform and runs the document again. A `status` in the
    /// world is final.
    pub(crate) fn reboots(&self, platform: Platform, timeout: SignedDuration) -> bool {
        self.exit_code() == Some(reboot_code(platform))
            && self.status.is_none()
            && self.takes <= timeout
    }

    /// Whether it reboots a server of any platform, and so answers once.
    pub(super) fn may_reboot(&self) -> bool {
        let codes = [Platform::Linux, Platform::Windows].map(reboot_code);
        self.status.is_none() && self.exit_code().is_some_and(|code| codes.contains(&code))
    }

    /// Whether each of two entries is about a text that is no part of the other's.
    pub(crate) fn is_about_another_part(&self, other: &Command) -> bool {
        let parts = self.contains.as_ref().zip(other.contains.as_ref());
        parts.is_some_and(|(one, another)| {
            !one.contains(another.as_str()) && !another.contains(one.as_str())
        })
    }

    /// Whether this entry answers for `document` with these parameter values on `server`.
    pub(crate) fn matches(&self, document: &str, values: &[&str], server: &str) -> bool {
        self.is_for(document, server)
            && self
                .contains
                .as_ref()
                .is_none_or(|part| values.iter().any(|value| value.contains(part.as_str())))
    }

    /// Whether this entry answers for `document` on `server`, whatever the parameters are.
    pub(crate) fn is_for(&self, document: &str, server: &str) -> bool {
        self.document().is_none_or(|wanted| wanted == document)
            && self.server.as_ref().is_none_or(|wanted| wanted.get_ref().matches(server))
    }
}

/// The exit code that asks the agent for a reboot.
fn reboot_code(platform: Platform) -> i32 {
    match platform {
        Platform::Linux => 194,
        Platform::Windows => 3010,
    }
}

impl Default for Command {
    /// What a command answers that the world does not script.
    fn default() -> Self {
        Self {
            document: None,
            region: None,
            contains: None,
            server: None,
            status: None,
            exit_code: None,
            stdout: String::new(),
            stderr: String::new(),
            run: None,
            takes: a_moment(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_code_other_than_zero_is_a_failure_unless_the_world_says_otherwise() {
        let scripted = |status, exit_code: Option<i32>| {
            let exit_code = exit_code.map(|code| Spanned::new(0..0, code));
            Command { status, exit_code, ..Command::default() }
        };
        let ends = [
            (scripted(None, None), CommandStatus::Success),
            (scripted(None, Some(0)), CommandStatus::Success),
            (scripted(None, Some(2)), CommandStatus::Failed),
            (scripted(Some(CommandStatus::TimedOut), None), CommandStatus::TimedOut),
        ];
        for (command, ended) in ends {
            assert_eq!(command.status(), ended, "{command:?}");
        }
    }
}
