//! The AWS flags of a command.

#![expect(clippy::doc_markdown, reason = "clap prints these comments as they are")]

use clap::Args;
use moontide_aws::{Session, SessionSettings};
use moontide_control::aws::is_loopback;
use moontide_control::environment;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::words::quoted;
use moontide_runtime::journal::Execution;
use moontide_runtime::journal::execution::Simulator;

use crate::context::Context;

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
    fn a_speed_is_a_sensible_number() {
        assert_eq!(speed("60"), Ok(60.0));
        for wrong in ["0", "-1", "NaN", "inf", "fast"] {
            assert!(speed(wrong).is_err(), "{wrong}");
        }
    }
}
