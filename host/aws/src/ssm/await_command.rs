//! `ssm.await_command`: returns when a command has ended on instances, with what it printed.
//!
//! Not an operation of AWS: it polls `ListCommandInvocations`, which tells about all instances at
//! once, then reads each output once, and journals one outcome.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_ssm::Client;
use moontide_runtime::backoff::Backoff;
use moontide_runtime::effect::{Class, EffectError, Reply};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Ssm;
use crate::binding::{At, Binding};
use crate::error::{Failure, failed};
use crate::length::Length;
use crate::pages;
use crate::poll::{self, GaveUp};
use crate::record::{cut, slim, text};

pub(crate) struct AwaitCommand;

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How many characters of each output AWS keeps.
const LONGEST_STDOUT: usize = 24_000;
const LONGEST_STDERR: usize = 8_000;

/// How many characters of all outputs together an outcome keeps. It is journaled whole: fifty instances that
/// say all they may would fill a megabyte and a half.
const LONGEST_IN_ALL: usize = 160_000;

/// What is left of an output where there are too many.
const SHORTENED: usize = 1_500;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    command_id: String,
    instance_ids: Vec<String>,
    /// When to give up waiting. The command goes on.
    #[serde(default = "an_hour")]
    timeout: Length,
}

/// AWS's own default for how long a command may run.
fn an_hour() -> Length {
    Length::minutes(60)
}

#[async_trait(?Send)]
impl Binding for AwaitCommand {
    type Service = Ssm;
    const NAME: &'static str = "ssm.await_command";
    const CLASS: Class = Class::Read;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let ssm = &at.reading();
        let mut statuses = BTreeMap::new();
        let look = async || {
            statuses = self::statuses(ssm, &asked.command_id).await?;
            let ended = |id: &String| statuses.get(id).is_some_and(|it| has_ended(it));
            Ok(asked.instance_ids.iter().all(ended).then_some(()))
        };
        let pause = Backoff::growing(FIRST_PAUSE, LONGEST_PAUSE);
        match poll::until(&*at.aws.clock, &at.aws.sights.of(at.call), asked.timeout.0, pause, look)
            .await
        {
            Ok(()) => {}
            Err(GaveUp::Refused(error)) => return Err(error.into()),
            Err(GaveUp::TimeUp(unseen)) => return Err(timeout(&asked, &statuses, unseen).into()),
        }
        let mut invocations = Vec::new();
        for id in &asked.instance_ids {
            let status = statuses.remove(id).unwrap_or_default();
            let read = invocation(ssm, &asked.command_id, id, status).await;
            invocations.push(read?);
        }
        shorten(&mut invocations);
        Ok(Reply::ok(slim(json!({ "invocations": invocations }))))
    }
}

/// Keeps what all have said below [`LONGEST_IN_ALL`]. What has failed is needed whole before what has not.
fn shorten(invocations: &mut [InvocationRecord]) {
    let mut left = LONGEST_IN_ALL;
    let failed_first = [false, true];
    for succeeded in failed_first {
        for record in invocations.iter_mut().filter(|it| (it.status == "Success") == succeeded) {
            let said = record.length();
            if said <= left {
                left -= said;
            } else {
                record.shorten();
            }
        }
    }
}

fn has_ended(status: &str) -> bool {
    matches!(status, "Success" | "Cancelled" | "TimedOut" | "Failed")
}

/// The status on each instance, as far as it shows: an instance may be missing at first.
async fn statuses(ssm: &Client, command: &str) -> Result<BTreeMap<String, String>, EffectError> {
    let pages = ssm.list_command_invocations().command_id(command).into_paginator().items().send();
    let all = pages::all(pages, failed).await?;
    let pair =
        |it: aws_sdk_ssm::types::CommandInvocation| Some((it.instance_id?, text(it.status)?));
    Ok(all.into_iter().filter_map(pair).collect())
}

/// A command on one instance, after it ended.
#[derive(Debug, Serialize)]
struct InvocationRecord {
    instance_id: String,
    /// `Success`, `Cancelled`, `TimedOut` or `Failed`.
    status: String,
    /// More exactly, such as `Undeliverable`.
    status_details: Option<String>,
    response_code: Option<i32>,
    stdout: Option<String>,
    stderr: Option<String>,
    /// Whether there was more than stands here.
    truncated: Option<bool>,
}

impl InvocationRecord {
    fn length(&self) -> usize {
        [&self.stdout, &self.stderr].into_iter().flatten().map(String::len).sum()
    }

    /// Keeps the two ends of each output.
    fn shorten(&mut self) {
        for output in [&mut self.stdout, &mut self.stderr].into_iter().flatten() {
            let short = cut(output, SHORTENED);
            if short.len() < output.len() {
                self.truncated = Some(true);
                *output = short;
            }
        }
    }
}

/// Whether AWS has cut an output: it is as long as one can be.
fn is_cut(output: Option<&String>, longest: usize) -> bool {
    output.is_some_and(|it| it.chars().count() >= longest)
}

async fn invocation(
    ssm: &Client,
    command: &str,
    instance: &str,
    status: String,
) -> Result<InvocationRecord, EffectError> {
    let request = ssm.get_command_invocation().command_id(command).instance_id(instance);
    let mut record = InvocationRecord {
        instance_id: instance.to_owned(),
        status,
        status_details: None,
        response_code: None,
        stdout: None,
        stderr: None,
        truncated: None,
    };
    match request.send().await.map_err(|it| failed(&it)) {
        Ok(read) => {
            record.status_details = read.status_details;
            record.response_code = Some(read.response_code);
            record.stdout = read.standard_output_content;
            record.stderr = read.standard_error_content;
            let truncated = is_cut(record.stdout.as_ref(), LONGEST_STDOUT)
                || is_cut(record.stderr.as_ref(), LONGEST_STDERR);
            record.truncated = truncated.then_some(true);
            Ok(record)
        }
        // A document of several steps has an output per step, and none of its own.
        Err(error) if error.code == "InvalidPluginName" => Ok(record),
        Err(error) => Err(error),
    }
}

fn timeout(
    asked: &Arguments,
    statuses: &BTreeMap<String, String>,
    unseen: Option<EffectError>,
) -> EffectError {
    let seconds = asked.timeout.0.as_secs();
    let message = format!("{} has not ended on all instances within {seconds} s", asked.command_id);
    let message = unseen.map_or(message.clone(), |it| format!("{message}; {it}"));
    let mut error = EffectError::new("Timeout", message).retryable();
    let running = asked.instance_ids.iter().map(|id| (id, statuses.get(id).map(String::as_str)));
    let running = running.filter(|(_, it)| !it.is_some_and(has_ended));
    error.details = json!({ "instances": running
        .map(|(id, it)| json!({ "instance_id": id, "status": it.unwrap_or("not shown") }))
        .collect::<Vec<_>>() });
    error
}
