//! The AWS flags of a command.

#![expect(clippy::doc_markdown, reason = "clap prints these comments as they are")]

use clap::Args;
use moontide_control::target::Target;
use moontide_control::words::quoted;

use crate::context::Context;

/// Where AWS is. Everything that is not given comes from the environment and the AWS configuration files.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "AWS")]
pub(crate) struct AwsFlags {
    /// Use this profile of the AWS configuration files, instead of AWS_PROFILE
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Work in this Region, if the runbook does not declare one, instead of AWS_REGION
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,

    /// Send all calls to this address, such as that of `moontide sim`, instead of AWS_ENDPOINT_URL
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

    /// Where they lead.
    pub(crate) fn target(&self) -> Target {
        Target {
            profile: self.profile.clone(),
            region: self.region.clone(),
            endpoint_url: self.endpoint_url.clone(),
            speed: self.speed,
            opened: None,
        }
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
