//! Faults of what the services hold: servers, launches, jobs, agents, quotas.

use jiff::SignedDuration;
use serde::Deserialize;
use toml::Spanned;

use super::duration;
use super::pattern::Pattern;

/// `kind = "source_down"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceDown {
    pub(crate) server: Spanned<Pattern>,
}

/// `kind = "launch_fails"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LaunchFails {
    pub(crate) server: Spanned<Pattern>,
    #[serde(default)]
    pub(crate) phase: LaunchPhase,
    #[serde(default = "no_capacity")]
    pub(crate) error: String,
}

fn no_capacity() -> String {
    "InsufficientInstanceCapacity".to_owned()
}

/// The part of a launch in which a server fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LaunchPhase {
    Snapshot,
    Conversion,
    #[default]
    Launch,
}

/// `kind = "late_job"`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LateJob {
    #[serde(deserialize_with = "duration::read")]
    pub(crate) by: SignedDuration,
}

/// `kind = "agent_offline"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentOffline {
    pub(crate) server: Spanned<Pattern>,
}

/// `kind = "status_checks"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusChecks {
    pub(crate) server: Spanned<Pattern>,
    #[serde(default)]
    pub(crate) status: CheckStatus,
}

/// What status checks show instead of `ok`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CheckStatus {
    #[default]
    Impaired,
    Initializing,
}

/// `kind = "quota_in_use"`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuotaInUse {
    #[serde(default)]
    pub(crate) jobs: usize,
    #[serde(default)]
    pub(crate) servers: usize,
}
