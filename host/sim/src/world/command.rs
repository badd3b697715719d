//! `[[commands]]`: what SSM commands answer.

use jiff::SignedDuration;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{Pattern, Platform, Region, duration};
use crate::ssm::documents::bare;
use crate::ssm::documents::{self, Kind};

/// A scripted result. The first entry whose conditions all hold answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Command {
    #[serde(default, deserialize_with = "document")]
    pub(crate) document: Option<String>,
    /// Where alone it answers.
    pub(crate) region: Option<Spanned<Region>>,
    /// A part of any parameter value.
    pub(crate) contains: Option<String>,
    pub(crate) server: Option<Spanned<Pattern>>,
    /// Otherwise Failed with an exit code other than 0, and Success without.
    status: Option<CommandStatus>,
    /// Otherwise 0 for Success, 1 for Failed.
    pub(crate) exit_code: Option<i32>,
    #[serde(default)]
    pub(crate) stdout: String,
    #[serde(default)]
    pub(crate) stderr: String,
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

fn document<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let name = String::deserialize(from)?;
    if documents::is_owned(Kind::Automation, &name) {
        return Err(D::Error::custom(format!("{name} is an automation: write [[automations]]")));
    }
    Ok(Some(name))
}

fn a_moment() -> SignedDuration {
    SignedDuration::from_secs(2)
}

impl Command {
    /// How it ends.
    pub(crate) fn status(&self) -> CommandStatus {
        let failed = self.exit_code.is_some_and(|code| code != 0);
        let implied = if failed { CommandStatus::Failed } else { CommandStatus::Success };
        self.status.unwrap_or(implied)
    }

    /// Whether this entry is of that Region.
    pub(crate) fn is_of(&self, region: &str) -> bool {
        self.region.as_ref().is_none_or(|wanted| wanted.get_ref().0 == region)
    }

    /// A script that could not be run.
    pub(crate) fn failing(stderr: &str) -> Self {
        Self {
            exit_code: Some(1),
            stderr: stderr.to_owned(),
            takes: SignedDuration::ZERO,
            ..Self::default()
        }
    }

    /// Whether the agent restarts an instance of this platform and runs the document again. A `status` in the
    /// world is final.
    pub(crate) fn reboots(&self, platform: Platform, timeout: SignedDuration) -> bool {
        let code = match platform {
            Platform::Linux => 194,
            Platform::Windows => 3010,
        };
        self.exit_code == Some(code) && self.status.is_none() && self.takes <= timeout
    }

    /// Whether this entry answers for `document` with these parameter values on `server`.
    pub(crate) fn matches(&self, document: &str, values: &[&str], server: &str) -> bool {
        self.document.as_ref().is_none_or(|wanted| bare(wanted) == bare(document))
            && self
                .contains
                .as_ref()
                .is_none_or(|part| values.iter().any(|value| value.contains(part.as_str())))
            && self.server.as_ref().is_none_or(|wanted| wanted.get_ref().matches(server))
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
            takes: a_moment(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_code_other_than_zero_is_a_failure_unless_the_world_says_otherwise() {
        let scripted = |status, exit_code| Command { status, exit_code, ..Command::default() };
        let ends = [
            (scripted(None, None), CommandStatus::Success),
            (scripted(None, Some(0)), CommandStatus::Success),
            (scripted(None, Some(2)), CommandStatus::Failed),
            (scripted(Some(CommandStatus::Success), Some(2)), CommandStatus::Success),
        ];
        for (command, ended) in ends {
            assert_eq!(command.status(), ended, "{command:?}");
        }
    }
}
