//! Where AWS is for a call: the profile, the Region, the address, and how fast its time runs. Everything that is not
//! given comes from the environment and the AWS configuration files.

use moontide_aws::{Session, SessionSettings};
use moontide_runtime::journal::Execution;
use moontide_runtime::journal::execution::Simulator;

use crate::aws::is_loopback;
use crate::environment::{self, Environment};
use crate::error::{CommandError, Result, code};

/// Where AWS is.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// The profile of the AWS configuration files, instead of `AWS_PROFILE`.
    pub profile: Option<String>,
    /// The Region, if the runbook does not declare one.
    pub region: Option<String>,
    /// The address of all calls, such as that of a simulator.
    pub endpoint_url: Option<String>,
    /// How many times faster than real time a simulator on this machine runs.
    pub speed: Option<f64>,
    /// A session that is open already, such as that of a program with credentials of its own; then none is opened.
    pub session: Option<Session>,
}

impl Target {
    /// The simulator on this machine that the target and the environment lead to, if they do.
    pub fn simulator(&self, environment: &Environment) -> Option<Simulator> {
        let endpoint_url = self.endpoint(environment).filter(|url| is_loopback(url))?.clone();
        Some(Simulator { endpoint_url, speed: self.speed })
    }

    fn endpoint<'a>(&'a self, environment: &'a Environment) -> Option<&'a String> {
        self.endpoint_url.as_ref().or(environment.endpoint.as_ref())
    }

    /// The target that leads an execution to where it began: to its simulator, or to AWS. What it launched there
    /// shows nowhere else, and what it would launch elsewhere is not what it was begun for.
    pub fn of(&self, environment: &Environment, execution: &Execution) -> Result<Target> {
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
                Ok(Target {
                    endpoint_url: self.endpoint_url.clone().or(Some(simulator.endpoint_url)),
                    speed: self.speed.or(simulator.speed),
                    ..self.clone()
                })
            }
            // An earlier release did not keep where it began.
            None if execution.nonce.is_empty() => Ok(self.clone()),
            None => match self.endpoint(environment).filter(|url| is_loopback(url)) {
                None => Ok(self.clone()),
                Some(url) => other(
                    format!("`{id}` was begun in AWS, and {url} is a simulator"),
                    format!("take `--endpoint-url` away, or unset {}", environment::ENDPOINT),
                ),
            },
        }
    }

    /// Opens a session; asks for no credentials yet.
    pub async fn session(&self, environment: &Environment) -> Result<Session> {
        self.check_speed(environment)?;
        if let Some(session) = &self.session {
            return Ok(session.clone());
        }
        let settings = SessionSettings {
            profile: self.profile.clone(),
            region: self.region.clone(),
            fallback_region: environment.ssm_region.clone(),
            endpoint_url: self.endpoint_url.clone(),
            ..SessionSettings::default()
        };
        Ok(Session::open(settings).await?)
    }

    /// Real AWS takes its time: asking it N times as often only throttles the account.
    fn check_speed(&self, environment: &Environment) -> Result<()> {
        if self.speed.is_none() {
            return Ok(());
        }
        let all = self.endpoint(environment);
        let mut urls = all.into_iter().chain(&environment.service_endpoints);
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
