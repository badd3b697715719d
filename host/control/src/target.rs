//! Where AWS is for a call: the profile, the Region, the address, and how fast its time runs. Everything that is not
//! given comes from the environment and the AWS configuration files.

use std::fmt;
use std::sync::Arc;

use moontide_aws::{IN_PROCESS, Session, SessionSettings};
use moontide_runtime::clock::Clock;
use moontide_runtime::journal::Execution;
use moontide_runtime::journal::execution::Simulator;

use crate::aws::is_loopback;
use crate::clocks::{RightClock, ScaledClock};
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
    /// A session that is open already, such as that of a program with credentials of its own; then none is opened, and
    /// profile, Region and address count for nothing.
    pub opened: Option<Opened>,
}

/// A session that a program has opened itself.
#[derive(Clone)]
pub struct Opened {
    /// The session.
    pub session: Session,
    /// Whose time it is where the session leads; `None`: this machine's, set right by what AWS says.
    pub clock: Option<Arc<dyn Clock>>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("session", &self.session).finish_non_exhaustive()
    }
}

impl Target {
    /// The simulator on this machine that the target and the environment lead to, if they do.
    pub fn simulator(&self, environment: &Environment) -> Option<Simulator> {
        if let Some(Opened { session, .. }) = &self.opened {
            let endpoint_url = session.pretend_place()?.to_owned();
            return Some(Simulator { endpoint_url, speed: self.speed });
        }
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
        if let Some(Opened { session, .. }) = &self.opened {
            return match (&execution.simulator, session.pretend_place()) {
                (Some(_), Some(_)) | (None, None) => Ok(self.clone()),
                // An earlier release did not keep where it began.
                (None, Some(_)) if execution.nonce.is_empty() => Ok(self.clone()),
                (Some(_), None) => other(
                    format!("`{id}` was begun against a simulator, and this session leads to AWS"),
                    "it goes on with a session that leads to its simulator".to_owned(),
                ),
                (None, Some(place)) => other(
                    format!(
                        "`{id}` was begun in AWS, and this session leads to a simulator ({place})"
                    ),
                    "it goes on with a session that leads to AWS".to_owned(),
                ),
            };
        }
        match &execution.simulator {
            Some(simulator)
                if self.endpoint_url.is_none() && simulator.endpoint_url == IN_PROCESS =>
            {
                other(
                    format!(
                        "`{id}` was begun against a simulator inside the program that began it"
                    ),
                    "that program goes on with it".to_owned(),
                )
            }
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
        if let Some(opened) = &self.opened {
            return Ok(opened.session.clone());
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

    /// Whose time it is for an execution where the target leads.
    pub fn clock(&self, execution: &Execution) -> Arc<dyn Clock> {
        let given = self.opened.as_ref().and_then(|it| it.clock.clone());
        given.unwrap_or_else(|| match self.speed {
            Some(speed) => Arc::new(ScaledClock::since(execution.created_at, speed)),
            None => Arc::new(RightClock::new()),
        })
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

#[cfg(test)]
mod tests {
    use moontide_kit::sources::{bundle, execution};

    use super::*;

    const RUNBOOK: &str = r#"return require("@moontide").runbook {
        name = "shop", waves = { { name = "web", servers = { tags = { Tier = "web" } } } },
    }"#;

    fn begun(simulator: Option<&str>) -> Execution {
        let simulator = simulator.map(|url| Simulator { endpoint_url: url.into(), speed: None });
        let nonce = "n".to_owned();
        Execution { simulator, nonce, ..execution("x", bundle("shop.luau", RUNBOOK)) }
    }

    fn leads_on(target: &Target, execution: &Execution) -> bool {
        match target.of(&Environment::default(), execution) {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(error.code, code::OTHER_ENDPOINT, "{}", error.message);
                false
            }
        }
    }

    #[test]
    fn a_session_of_a_program_leads_only_to_what_was_begun_where_it_leads() {
        let session = Session::pretend_at("http://127.0.0.1:9400");
        let opened = Some(Opened { session, clock: None });
        let pretend = Target { opened, ..Target::default() };
        let simulator = pretend.simulator(&Environment::default()).unwrap();
        assert_eq!(simulator.endpoint_url, "http://127.0.0.1:9400");
        assert!(leads_on(&pretend, &begun(Some("http://127.0.0.1:9400"))));
        assert!(!leads_on(&pretend, &begun(None)), "it was begun in AWS");
        let before = Execution { nonce: String::new(), ..begun(None) };
        assert!(leads_on(&pretend, &before), "an earlier release did not keep where it began");
    }

    #[test]
    fn what_was_begun_inside_a_program_goes_on_nowhere_else() {
        let inside = begun(Some(IN_PROCESS));
        assert!(!leads_on(&Target::default(), &inside));
        let url = Some("http://127.0.0.1:9400".to_owned());
        assert!(leads_on(&Target { endpoint_url: url, ..Target::default() }, &inside));
    }
}
