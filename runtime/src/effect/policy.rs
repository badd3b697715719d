//! What the door refuses, whatever the Luau above it says.
//!
//! | rule | refuses |
//! |---|---|
//! | `drill_launches_drills` | in a drill, a launch that is not a drill |
//! | `drill_destroys_drills` | in a drill, taking away anything that no drill made |
//! | `live_recovery` | replacing a live, non-drill recovery instance that the operator did not name |
//! | `declared_region` | acting in a Region that the runbook did not declare |
//! | `declared_account` | acting in an account that the runbook did not declare |
//! | `denied` | an operation that the operator denies |

use super::{Consequences, EffectError};
use crate::plan::Mode;

/// The rules of one execution.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Drill or recovery.
    pub mode: Mode,
    /// The Regions it may act in.
    pub regions: Vec<String>,
    /// The account it may act in; `None`: wherever the credentials lead.
    pub account: Option<String>,
    /// Source servers whose live recovery instance the operator gave up by name.
    pub replaceable: Vec<String>,
    /// Operations that the operator denies: a name, or a service such as `ssm.*`.
    pub denied: Vec<String>,
}

/// The error code of every refusal.
pub const REFUSED: &str = "PolicyRefused";

impl Rules {
    /// Judges the operation itself, before anything is looked up.
    pub fn judge_operation(&self, operation: &str) -> Result<(), EffectError> {
        let service = operation.split('.').next().unwrap_or_default();
        let denies = |pattern: &&String| {
            pattern.as_str() == operation || pattern.strip_suffix(".*") == Some(service)
        };
        match self.denied.iter().find(denies) {
            None => Ok(()),
            Some(pattern) => Err(refusal(
                "denied",
                operation,
                &format!("the operator's configuration denies `{pattern}`"),
            )),
        }
    }

    /// Judges what a call would do.
    pub fn judge(&self, operation: &str, what: &Consequences) -> Result<(), EffectError> {
        self.judge_place(operation, what)?;
        for launch in &what.launches {
            if self.mode == Mode::Drill && !launch.drill {
                let reason =
                    format!("this is a drill, and it would launch {} for real", launch.server);
                return Err(refusal("drill_launches_drills", operation, &reason));
            }
            if let Some(live) = &launch.replaces
                && !self.replaceable.contains(&launch.server)
            {
                let reason = format!(
                    "{} has a live recovery instance {live}, which this launch would delete; \
                     only the operator can give it up, with `--replace {}`",
                    launch.server, launch.server
                );
                return Err(refusal("live_recovery", operation, &reason));
            }
        }
        let outside = what.destroys.iter().find(|it| self.mode == Mode::Drill && !it.drill);
        match outside {
            None => Ok(()),
            Some(it) => Err(refusal(
                "drill_destroys_drills",
                operation,
                &format!(
                    "this is a drill, and it would {} {}, which no drill made",
                    it.verb, it.target
                ),
            )),
        }
    }

    fn judge_place(&self, operation: &str, what: &Consequences) -> Result<(), EffectError> {
        if let Some(region) = &what.region
            && !self.regions.contains(region)
        {
            let declared = self.regions.join(", ");
            let reason = format!("the runbook declares {declared}, and the call goes to {region}");
            return Err(refusal("declared_region", operation, &reason));
        }
        match (&self.account, &what.account) {
            (Some(declared), Some(actual)) if declared != actual => Err(refusal(
                "declared_account",
                operation,
                &format!(
                    "the execution belongs to account {declared}, and the credentials are {actual}'s"
                ),
            )),
            (Some(declared), None) if what.region.is_some() => Err(refusal(
                "declared_account",
                operation,
                &format!(
                    "the execution belongs to account {declared}, and whose the credentials are cannot be told"
                ),
            )),
            _ => Ok(()),
        }
    }
}

fn refusal(rule: &'static str, operation: &str, reason: &str) -> EffectError {
    let mut error =
        EffectError::new(REFUSED, format!("`{operation}` is refused by `{rule}`: {reason}"));
    error.details = serde_json::json!({ "rule": rule });
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::{Destruction, Launch};

    fn rules(mode: Mode) -> Rules {
        Rules {
            mode,
            regions: vec!["us-west-2".into()],
            account: Some("111122223333".into()),
            replaceable: vec!["s-named".into()],
            denied: vec!["ec2.reboot_instances".into(), "ssm.*".into()],
        }
    }

    fn here() -> Consequences {
        Consequences {
            account: Some("111122223333".into()),
            region: Some("us-west-2".into()),
            ..Consequences::default()
        }
    }

    fn launch(server: &str, drill: bool, replaces: Option<&str>) -> Consequences {
        let launch = Launch { server: server.into(), drill, replaces: replaces.map(Into::into) };
        Consequences { launches: vec![launch], ..here() }
    }

    fn destroy(drill: bool) -> Consequences {
        let target = Destruction { target: "i-1".into(), verb: "terminate", drill };
        Consequences { destroys: vec![target], ..here() }
    }

    fn rule(judged: Result<(), EffectError>) -> Option<String> {
        judged.err().map(|error| error.details["rule"].as_str().unwrap_or("?").to_owned())
    }

    #[test]
    fn each_rule_refuses_its_case_and_names_itself() {
        let (drill, real) = (rules(Mode::Drill), rules(Mode::Recovery));
        let elsewhere = Consequences { region: Some("us-east-1".into()), ..here() };
        let stranger = Consequences { account: Some("999999999999".into()), ..here() };
        let nobody = Consequences { account: None, ..here() };
        let cases = [
            (&drill, launch("s-1", true, None), None),
            (&drill, launch("s-1", false, None), Some("drill_launches_drills")),
            (&real, launch("s-1", false, None), None),
            (&drill, launch("s-1", true, Some("i-live")), Some("live_recovery")),
            (&real, launch("s-1", false, Some("i-live")), Some("live_recovery")),
            (&real, launch("s-named", false, Some("i-live")), None),
            (&drill, destroy(true), None),
            (&drill, destroy(false), Some("drill_destroys_drills")),
            (&real, destroy(false), None),
            (&real, elsewhere, Some("declared_region")),
            (&real, stranger, Some("declared_account")),
            (&real, nobody, Some("declared_account")),
        ];
        for (rules, what, expected) in cases {
            let judged = rule(rules.judge("drs.start_recovery", &what));
            assert_eq!(judged.as_deref(), expected, "{:?} {what:?}", rules.mode);
        }
    }

    #[test]
    fn the_operator_can_deny_an_operation_or_a_service() {
        let rules = rules(Mode::Recovery);
        assert_eq!(rule(rules.judge_operation("ec2.describe_instances")), None);
        assert_eq!(rule(rules.judge_operation("ec2.reboot_instances")).as_deref(), Some("denied"));
        assert_eq!(rule(rules.judge_operation("ssm.send_command")).as_deref(), Some("denied"));
    }
}
