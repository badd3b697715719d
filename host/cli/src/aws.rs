//! The AWS flags of a command, and whose credentials they lead to.

#![expect(clippy::doc_markdown, reason = "clap prints these comments as they are")]

use std::net::IpAddr;

use clap::Args;
use moontide_aws::{Session, SessionSettings};
use moontide_runtime::effect::{Call, EffectError, Key, Lane, Outcome, Trouble, World};
use moontide_runtime::journal::Execution;
use moontide_runtime::journal::execution::Simulator;
use serde_json::{Value, json};

use crate::context::{Context, quoted};
use crate::environment;
use crate::error::{CommandError, Result, code};

/// Where AWS is. Everything that is not given comes from the environment and the AWS configuration files.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "AWS")]
pub(crate) struct AwsFlags {
    /// Use this profile of the AWS configuration files, instead of AWS_PROFILE
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Work in this Region, if the runbook does not declare one
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,

    /// Send all calls to this address, such as that of `moontide sim`
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,

    /// Wait N times shorter, against `moontide sim --speed N` on this machine
    #[arg(long, value_name = "N", value_parser = speed)]
    pub(crate) speed: Option<f64>,
}

/// Who asks AWS.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The account's twelve digits.
    pub(crate) account: Option<String>,
    /// The user or role.
    pub(crate) arn: Option<String>,
}

impl AwsFlags {
    /// Lets the commands that are proposed from now on lead to the same AWS.
    pub(crate) fn are_given(&self, context: &Context) {
        let mut words = Vec::new();
        let mut add = |flag: &str, value: Option<String>| {
            words.extend(value.map(|value| format!("--{flag} {}", quoted(&value))));
        };
        add("profile", self.profile.clone());
        add("region", self.region.clone());
        add("endpoint-url", self.endpoint_url.clone());
        add("speed", self.speed.map(|speed| speed.to_string()));
        *context.aws.borrow_mut() = words;
    }

    /// The simulator on this machine that these flags and the environment lead to, if they do.
    pub(crate) fn simulator(&self, context: &Context) -> Option<Simulator> {
        let endpoint_url = self.endpoint(context).filter(|url| is_loopback(url))?.clone();
        Some(Simulator { endpoint_url, speed: self.speed })
    }

    fn endpoint<'a>(&'a self, context: &'a Context) -> Option<&'a String> {
        self.endpoint_url.as_ref().or(context.environment.endpoint.as_ref())
    }

    /// The flags that lead an execution to where it began: to its simulator, or to AWS. What it launched there
    /// shows nowhere else, and what it would launch elsewhere is not what it was begun for.
    pub(crate) fn of(&self, context: &Context, execution: &Execution) -> Result<AwsFlags> {
        let id = &execution.id;
        let other = |message: String, hint: String| {
            Err(CommandError::new(code::OTHER_ENDPOINT, message).hint(hint))
        };
        match &execution.simulator {
            Some(simulator) => {
                if let Some(url) = self.endpoint_url.as_ref().filter(|url| !is_loopback(url)) {
                    return other(
                        format!(
                            "`{id}` was begun against a simulator, and {url} is none on this machine"
                        ),
                        "without `--endpoint-url` it goes on at its simulator".to_owned(),
                    );
                }
                let simulator = simulator.clone();
                Ok(AwsFlags {
                    endpoint_url: self.endpoint_url.clone().or(Some(simulator.endpoint_url)),
                    speed: self.speed.or(simulator.speed),
                    ..self.clone()
                })
            }
            // An earlier release did not keep where it began.
            None if execution.nonce.is_empty() => Ok(self.clone()),
            None => match self.endpoint(context).filter(|url| is_loopback(url)) {
                None => Ok(self.clone()),
                Some(url) => other(
                    format!("`{id}` was begun in AWS, and {url} is a simulator"),
                    format!("take `--endpoint-url` away, or unset {}", environment::ENDPOINT),
                ),
            },
        }
    }

    /// Opens a session; asks nobody for credentials yet.
    pub(crate) async fn session(&self, context: &Context) -> Result<Session> {
        self.check_speed(context)?;
        let settings = SessionSettings {
            profile: self.profile.clone(),
            region: self.region.clone(),
            fallback_region: context.environment.ssm_region.clone(),
            endpoint_url: self.endpoint_url.clone(),
            ..SessionSettings::default()
        };
        Ok(Session::open(settings).await?)
    }

    /// Real AWS takes its time: asking it N times as often only throttles the account.
    fn check_speed(&self, context: &Context) -> Result<()> {
        if self.speed.is_none() {
            return Ok(());
        }
        let all = self.endpoint_url.as_ref().or(context.environment.endpoint.as_ref());
        let mut urls = all.into_iter().chain(&context.environment.service_endpoints);
        if all.is_some() && urls.all(|url| is_loopback(url)) {
            return Ok(());
        }
        let message = "`--speed` is only for a simulator on this machine";
        let hint = format!(
            "start `moontide sim`, and pass the `--endpoint-url` or set the {} that it prints",
            environment::ENDPOINT
        );
        Err(CommandError::new(code::NOT_LOOPBACK, message).hint(hint))
    }
}

/// Asks STS who we are. This is the first call of a run, so it is where missing credentials show. What follows
/// is asked in the same account.
pub(crate) async fn caller(world: &dyn World) -> Result<Caller> {
    match ask(world, "sts.get_caller_identity", &json!({})).await? {
        Outcome::Ok { value } => {
            let account = text(&value, "account");
            if let Some(account) = &account {
                world.belongs_to(account);
            }
            Ok(Caller { account, arn: text(&value, "arn") })
        }
        Outcome::Failed { error } => Err(refused(&error)),
        Outcome::Unknown { evidence } => Err(no_credentials(&evidence.message)),
    }
}

/// Asks AWS something before there is an execution, or beside it. Nothing that changes anything passes here.
pub(crate) async fn ask(world: &dyn World, operation: &str, arguments: &Value) -> Result<Outcome> {
    let known = world.operation(operation).filter(|it| !it.class().needs_intent());
    let known = known.ok_or_else(|| {
        CommandError::new(code::INTERNAL, format!("the world has no read `{operation}`"))
    })?;
    let arguments = known.check(arguments).map_err(|error| {
        CommandError::new(code::INTERNAL, format!("`{operation}` cannot be asked: {error}"))
    })?;
    let lane = Lane::of_wave("moontide", 1);
    let call = Call {
        execution: String::new(),
        nonce: String::new(),
        wave: String::new(),
        key: Key::of("", &lane, 1),
        lane,
        position: 1,
        operation: operation.to_owned(),
        arguments,
    };
    Ok(known.perform(&call).await.outcome)
}

fn text(value: &Value, field: &str) -> Option<String> {
    value.get(field).and_then(Value::as_str).map(str::to_owned)
}

fn refused(error: &EffectError) -> CommandError {
    let message = format!("AWS cannot be asked who we are: {error}");
    match error.trouble {
        Some(Trouble::Network) => CommandError::new(code::UNREACHABLE, message)
            .hint("if AWS_ENDPOINT_URL or `--endpoint-url` leads to `moontide sim`: is it running?")
            .hint("nothing was begun: try again once this network reaches AWS"),
        Some(Trouble::Busy | Trouble::Lease) => CommandError::new(code::UNREACHABLE, message)
            .hint("nothing was begun: try again in a moment"),
        Some(Trouble::Credentials) | None => no_credentials(&message),
    }
}

fn no_credentials(message: &str) -> CommandError {
    // The SDK lists in many lines where it has looked.
    let lines: Vec<&str> = message.lines().map(str::trim).collect();
    CommandError::new(code::NO_CREDENTIALS, lines.join("; ").replace(":; ", ": "))
        .hint("`aws sts get-caller-identity` shows whose credentials are in use")
        .hint("`aws sso login` renews those of an SSO profile")
}

/// Whether an address leads to this machine only.
fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return false;
    }
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Reads a speed; for clap.
pub(crate) fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "a speed is a number, such as 60".to_owned())?;
    if speed.is_finite() && (0.001..=100_000.0).contains(&speed) {
        Ok(speed)
    } else {
        Err("a speed lies between 0.001 and 100000".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for here in
            ["http://127.0.0.1:9400", "http://localhost/x", "http://[::1]:80", "127.0.0.9:1"]
        {
            assert!(is_loopback(here), "{here}");
        }
        for there in [
            "https://drs.us-west-2.amazonaws.com",
            "http://127.0.0.1@evil",
            "http://localhost.evil",
            "",
        ] {
            assert!(!is_loopback(there), "{there}");
        }
    }

    #[test]
    fn a_speed_is_a_sensible_number() {
        assert_eq!(speed("60"), Ok(60.0));
        for wrong in ["0", "-1", "NaN", "inf", "fast"] {
            assert!(speed(wrong).is_err(), "{wrong}");
        }
    }
}
