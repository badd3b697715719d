//! Sending the command document to an instance, and following the command to its end.
//!
//! The id of the execution makes it safe to send a command again: the second one goes on with what the first has
//! begun, or says that another runner drives it. So nothing is looked up where it is not known whether it was sent.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use moontide_aws::commands::{Commands, NotSent, Seen, Sending};
use moontide_runtime::backoff::Backoff;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{EffectError, Unavailable};
use moontide_runtime::plan::Mode;

use super::document::command::STEP;
use super::parameters::{self, ANSWER, EXECUTION, MODE, PARAMS, RUNBOOK, STORE, TIMEOUT, named};
use crate::clocks::{RightClock, ScaledClock, SystemClock};
use crate::environment::Environment;
use crate::error::{CommandError, Result, code};
use crate::target::Target;
use crate::words;

/// So long an agent may take to pick a command up.
const DELIVERY: Duration = Duration::from_mins(10);
/// So long a command may take to show, and so long it may be out of sight.
const PATIENCE: Duration = Duration::from_mins(10);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What an operator wants an instance to run.
#[derive(Clone, Debug)]
pub struct Order {
    /// The instance.
    pub instance: String,
    /// The name of the document.
    pub document: String,
    /// The runbook, by its path below the folder of runbooks.
    pub runbook: String,
    /// Drill or recovery.
    pub mode: Mode,
    /// The execution's id.
    pub execution: String,
    /// The params of the runbook.
    pub params: Vec<(String, String)>,
    /// `PROMPT=CHOICE`.
    pub answer: Option<String>,
    /// The store; `None`: the one that the document names.
    pub store: Option<String>,
    /// How long it may run; `None`: as long as the document says.
    pub timeout: Option<Duration>,
}

impl Order {
    /// The values of the document's parameters. One that the document would refuse is refused here, with a sentence.
    pub fn parameters(&self) -> Result<BTreeMap<String, Vec<String>>> {
        let params = self.params.iter().map(|(name, value)| {
            if value.contains(',') {
                let message = format!("param `{name}`: a command's params have no comma in them");
                return Err(CommandError::new(code::BAD_ARGUMENT, message));
            }
            Ok(format!("{name}={value}"))
        });
        let params = params.collect::<Result<Vec<_>>>()?.join(",");
        let seconds = self.timeout.map(|it| it.as_secs().to_string());
        let given = [
            (RUNBOOK, Some(self.runbook.clone())),
            (MODE, Some(words::mode(self.mode).to_owned())),
            (EXECUTION, Some(self.execution.clone())),
            (PARAMS, Some(params).filter(|it| !it.is_empty())),
            (ANSWER, self.answer.clone()),
            (STORE, self.store.clone()),
            (TIMEOUT, seconds),
        ];
        let mut all = BTreeMap::new();
        for (name, value) in given.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            if let Some(parameter) = named(name) {
                parameters::Parameter::check(parameter, &value)?;
            }
            all.insert(name.to_owned(), vec![value]);
        }
        Ok(all)
    }
}

/// A command that was sent.
pub struct Sent {
    commands: Commands,
    clock: Arc<dyn Clock>,
    /// Its id.
    pub id: String,
    /// The instance.
    pub instance: String,
    /// The Region.
    pub region: String,
}

/// Sends it.
pub async fn send(environment: &Environment, target: &Target, order: &Order) -> Result<Sent> {
    let parameters = order.parameters()?;
    let session = target.session(environment).await?;
    let region = session.region()?.to_owned();
    let commands = Commands::of(&session, &region);
    let wanted = Sending {
        instance: order.instance.clone(),
        document: order.document.clone(),
        parameters,
        comment: format!("moontide {}", order.execution),
        delivery: i32::try_from(DELIVERY.as_secs()).unwrap_or(i32::MAX),
    };
    let id = commands.send(wanted).await.map_err(|why| not_sent(order, &region, why))?;
    let clock: Arc<dyn Clock> = match target.speed {
        Some(speed) => Arc::new(ScaledClock::since(SystemClock::new().now(), speed)),
        None => Arc::new(RightClock::new()),
    };
    Ok(Sent { commands, clock, id, instance: order.instance.clone(), region })
}

fn not_sent(order: &Order, region: &str, why: NotSent) -> CommandError {
    let Order { instance, document, execution, .. } = order;
    match why {
        NotSent::Refused(error) => {
            let code = match error.unavailable {
                Some(Unavailable::Credentials) => code::NO_CREDENTIALS,
                Some(Unavailable::Network) => code::UNREACHABLE,
                _ => code::NOT_SENT,
            };
            let message = format!("no command was sent to {instance} in {region}: {error}");
            let refusal = CommandError::new(code, message);
            match error.code.as_str() {
                "InvalidDocument" => refusal.hint(format!(
                    "`moontide ssm document` prints the document that `--document {document}` means"
                )),
                "InvalidInstanceId" => refusal.hint(
                    "its agent has to be online: `aws ssm describe-instance-information` lists those that are",
                ),
                _ => refusal,
            }
        }
        NotSent::Unanswered(error) => {
            let message = format!("whether a command was sent to {instance} is not known: {error}");
            CommandError::new(code::NOT_SENT, message).hint(format!(
                "send it again with the same `--execution-id {execution}`: it starts once"
            ))
        }
    }
}

impl Sent {
    /// Follows the command to its end; `changed` hears each new status.
    pub async fn follow(&self, mut changed: impl FnMut(&str)) -> Result<Seen> {
        let (mut status, mut pause) = (String::new(), Backoff::growing(FIRST_PAUSE, LONGEST_PAUSE));
        let mut seen_at = self.clock.monotonic();
        loop {
            let trouble = match self.commands.look(&self.id, &self.instance, Some(STEP)).await {
                Ok(Some(seen)) => {
                    if seen.status != status {
                        status.clone_from(&seen.status);
                        changed(&seen.details);
                    }
                    if seen.has_ended() {
                        return Ok(seen);
                    }
                    seen_at = self.clock.monotonic();
                    None
                }
                Ok(None) => Some(EffectError::new("InvocationDoesNotExist", "it does not show")),
                Err(error) if error.unavailable.is_some() || error.retryable => Some(error),
                Err(error) => return Err(self.unseen(&error)),
            };
            if let Some(error) = trouble
                && self.clock.monotonic().saturating_sub(seen_at) > PATIENCE
            {
                return Err(self.unseen(&error));
            }
            self.clock.sleep(pause.pause()).await;
        }
    }

    fn unseen(&self, error: &EffectError) -> CommandError {
        let Sent { id, instance, region, .. } = self;
        let message = format!("the command {id} on {instance} cannot be seen: {error}");
        CommandError::new(code::COMMAND_UNSEEN, message)
            .hint("the command goes on; sent again with the same id, it says who drives the execution")
            .hint(format!(
                "`aws ssm get-command-invocation --region {region} --command-id {id} --instance-id {instance} \
                 --plugin-name {STEP}` shows it"
            ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> Order {
        Order {
            instance: "i-0123456789abcdef0".into(),
            document: "Moontide-Run".into(),
            runbook: "shop".into(),
            mode: Mode::Drill,
            execution: "drill-7".into(),
            params: vec![("size".into(), "small".into()), ("zone".into(), "a".into())],
            answer: None,
            store: None,
            timeout: Some(Duration::from_hours(1)),
        }
    }

    #[test]
    fn what_is_not_given_is_left_to_the_document() {
        let all = order().parameters().expect("all of them fit");
        let all: Vec<(&str, &str)> =
            all.iter().map(|(name, values)| (name.as_str(), values[0].as_str())).collect();
        assert_eq!(
            all,
            [
                ("Execution", "drill-7"),
                ("ExecutionTimeout", "3600"),
                ("Mode", "drill"),
                ("Params", "size=small,zone=a"),
                ("Runbook", "shop"),
            ]
        );
    }

    #[test]
    fn what_the_document_would_refuse_is_refused_before_it_is_sent() {
        let with = |change: fn(&mut Order)| {
            let mut order = order();
            change(&mut order);
            order.parameters().expect_err("it is refused").message
        };
        assert!(with(|it| it.runbook = "$(id)".into()).contains("Runbook"));
        assert!(with(|it| it.execution = "a b".into()).contains("Execution"));
        assert!(with(|it| it.params[0].1 = "a,b".into()).contains("comma"));
        assert!(with(|it| it.params[0].1 = "`id`".into()).contains("Params"));
        assert!(with(|it| it.answer = Some("web={{ x }}".into())).contains("Answer"));
        assert!(with(|it| it.store = Some("sqlite:x".into())).contains("Store"));
        assert!(with(|it| it.timeout = Some(Duration::from_secs(4))).contains("ExecutionTimeout"));
    }
}
