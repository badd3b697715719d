//! Commands that an operator sends from a terminal: no effect of a runbook, and in no journal.

use std::collections::BTreeMap;

use aws_sdk_ssm::Client;
use moontide_runtime::effect::EffectError;

use super::Ssm;
use crate::attempts::Attempts;
use crate::error::{Failure, failed};
use crate::plug::Service;
use crate::session::Session;

/// Systems Manager in a Region, for commands.
pub struct Commands {
    /// Sends once: what is not answered may have been sent.
    sending: Client,
    reading: Client,
}

/// A command to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sending {
    /// The instance that runs it.
    pub instance: String,
    /// The document.
    pub document: String,
    /// The values of its parameters.
    pub parameters: BTreeMap<String, Vec<String>>,
    /// For people; at most a hundred characters.
    pub comment: String,
    /// So many seconds the agent may take to pick it up.
    pub delivery: i32,
}

/// Why there is no id of a command.
#[derive(Clone, Debug, PartialEq)]
pub enum NotSent {
    /// It certainly was not sent.
    Refused(EffectError),
    /// It may have been sent.
    Unanswered(EffectError),
}

/// A command on its instance, as it is seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// `Pending`, `InProgress`, `Delayed`, `Success`, `Cancelled`, `Cancelling`, `TimedOut` or `Failed`.
    pub status: String,
    /// More exactly, such as `Delivery Timed Out`.
    pub details: String,
    /// The exit code; -1 before its end, and where there is none.
    pub response_code: i32,
    /// The beginning of what it printed; empty before its end.
    pub stdout: String,
    /// The same of what it complained of.
    pub stderr: String,
}

impl Seen {
    /// Whether the command has ended.
    pub fn has_ended(&self) -> bool {
        matches!(self.status.as_str(), "Success" | "Cancelled" | "TimedOut" | "Failed")
    }
}

impl Commands {
    /// Those of a Region, as the session reaches it.
    pub fn of(session: &Session, region: &str) -> Commands {
        let client = |attempts| Ssm::client(&session.config(region, attempts), Vec::new());
        Commands { sending: client(Attempts::One), reading: client(Attempts::Several) }
    }

    /// Sends a command; returns its id.
    pub async fn send(&self, wanted: Sending) -> Result<String, NotSent> {
        let sent = self
            .sending
            .send_command()
            .instance_ids(wanted.instance)
            .document_name(wanted.document)
            .set_parameters(Some(wanted.parameters.into_iter().collect()))
            .comment(wanted.comment)
            .timeout_seconds(wanted.delivery)
            .send()
            .await;
        let answer = sent.map_err(|error| match Failure::from(error).into_parts() {
            (true, error) => NotSent::Refused(error),
            (false, error) => NotSent::Unanswered(error),
        })?;
        let id = answer.command().and_then(|it| it.command_id()).map(str::to_owned);
        id.ok_or_else(|| {
            let told = "the answer names no command";
            NotSent::Unanswered(EffectError::new("UnreadableAnswer", told))
        })
    }

    /// Looks at a step of a command on its instance; `None`: it does not show yet.
    pub async fn look(
        &self,
        command: &str,
        instance: &str,
        step: Option<&str>,
    ) -> Result<Option<Seen>, EffectError> {
        let request = self.reading.get_command_invocation();
        let request = request.command_id(command).instance_id(instance);
        let seen = request.set_plugin_name(step.map(str::to_owned)).send().await;
        match seen.map_err(|error| failed(&error)) {
            Ok(seen) => Ok(Some(Seen {
                status: seen.status().map(|it| it.as_str().to_owned()).unwrap_or_default(),
                details: seen.status_details.unwrap_or_default(),
                response_code: seen.response_code,
                stdout: seen.standard_output_content.unwrap_or_default(),
                stderr: seen.standard_error_content.unwrap_or_default(),
            })),
            Err(error) if error.code == "InvocationDoesNotExist" => Ok(None),
            Err(error) => Err(error),
        }
    }
}
