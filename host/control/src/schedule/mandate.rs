//! What a schedule said of a drill when it was begun: it stands in the drill's head, and holds to its end, whatever is
//! imported, removed or cannot be read since.

use moontide_runtime::journal::Execution;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::declared::{Answers, Schedule};
use super::kept::Kept;
use crate::answers::flags::Flag;
use crate::error::{CommandError, Result, code};
use crate::operator::Operator;
use crate::target::Target;

/// The operator by the way to AWS that an execution's schedule said when that was begun; `None`: it said none, or the
/// operator has said another.
pub fn operator(operator: &Operator, execution: &Execution) -> Result<Option<Operator>> {
    if operator.target.profile.is_some() {
        return Ok(None);
    }
    let profile = Mandate::for_execution(execution, None)?.and_then(|it| it.profile);
    let by = |profile| Target { profile: Some(profile), ..operator.target.clone() };
    Ok(profile.map(|profile| Operator { target: by(profile), ..operator.clone() }))
}

/// What holds for a drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    /// The schedule.
    pub schedule: String,
    /// What answers where a person is asked.
    pub answers: Answers,
    /// The profile of the AWS configuration files by which it is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
}

impl Mandate {
    /// What a schedule says now.
    pub fn of(schedule: &Schedule) -> Mandate {
        let Schedule { name, answers, profile, .. } = schedule;
        Mandate { schedule: name.clone(), answers: answers.clone(), profile: profile.clone() }
    }

    /// What was said when an execution was begun. Those of earlier releases keep nothing of it: for them that holds what
    /// their schedule says, if it was not imported anew since. `None`: nothing is known, and nothing is answered.
    pub fn for_execution(execution: &Execution, kept: Option<&Kept>) -> Result<Option<Mandate>> {
        let Some(mandate) = &execution.mandate else {
            let kept = kept.filter(|it| it.has_begun(execution));
            return Ok(kept.map(|it| Mandate::of(&it.terms.schedule)));
        };
        let read = serde_json::from_value(mandate.clone()).map_err(|error| {
            let id = &execution.id;
            let message = format!("what its schedule said of `{id}` cannot be read: {error}");
            CommandError::new(code::NEWER_FORMAT, message)
        });
        read.map(Some)
    }

    /// As a head keeps it.
    pub fn written(&self) -> Option<Value> {
        serde_json::to_value(self).ok()
    }

    /// The answers, as flags in the schedule's name that answer no prompt for people.
    pub fn flags(&self) -> Vec<Flag> {
        match &self.answers {
            Answers::Fail | Answers::Wait => Vec::new(),
            Answers::These(these) => {
                let flag = |(prompt, choice): (&String, &String)| {
                    Flag::of_schedule(&self.schedule, prompt, choice)
                };
                these.iter().map(flag).collect()
            }
        }
    }
}
