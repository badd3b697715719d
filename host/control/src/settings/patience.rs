//! How long a runner waits for the end of its own troubles: `[patience]` of the user's `moontide.toml`, or
//! `MOONTIDE_PATIENCE` for all of them.

use std::time::Duration;

use moontide_runtime::effect::RetryBudget;
use moontide_runtime::plan::duration;
use serde::Deserialize;

use crate::environment::{Environment, PATIENCE};
use crate::error::{CommandError, Result, code};

/// A runner that waited for longer would have been forgotten.
const LONGEST: Duration = Duration::from_hours(7 * 24);

/// What the file says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatienceSettings {
    /// With AWS: credentials that have expired, a network that is gone, a service that throttles.
    aws: Option<Length>,
    /// With the store: a table that throttles, a disk that is full.
    store: Option<Length>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct Length(Duration);

impl TryFrom<String> for Length {
    type Error = String;

    fn try_from(text: String) -> Result<Length, String> {
        parse(&text).map(Length).ok_or_else(|| format!("a patience is {IS}"))
    }
}

/// What [`parse`] takes.
const IS: &str = "a duration of at most a week, such as \"30m\"; \"0s\" is none at all";

fn parse(text: &str) -> Option<Duration> {
    duration::parse(text).filter(|patience| *patience <= LONGEST)
}

impl PatienceSettings {
    /// The patience of a runner in this environment.
    pub fn of(self, environment: &Environment) -> Result<RetryBudget> {
        if let Some(text) = environment.patience.as_deref() {
            return parse(text).map(RetryBudget::of).ok_or_else(|| {
                CommandError::new(code::SETTINGS, format!("{PATIENCE} is `{text}`, and not {IS}"))
            });
        }
        let usual = RetryBudget::USUAL;
        Ok(RetryBudget {
            world: self.aws.map_or(usual.world, |length| length.0),
            store: self.store.map_or(usual.store, |length| length.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_the_usual() {
        let file: PatienceSettings = toml::from_str("aws = \"2h\"").unwrap();
        let environment = Environment::default();
        let patience = file.of(&environment).unwrap();
        assert_eq!(patience.world, Duration::from_hours(2));
        assert_eq!(patience.store, RetryBudget::USUAL.store);
        let environment = Environment { patience: Some("5s".into()), ..environment };
        assert_eq!(file.of(&environment).unwrap(), RetryBudget::of(Duration::from_secs(5)));
        let environment = Environment { patience: Some("8 weeks".into()), ..environment };
        assert!(file.of(&environment).unwrap_err().message.starts_with("MOONTIDE_PATIENCE is"));
    }
}
