//! `[[automations]]`: how SSM automations end.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::document::DocumentName;
use super::duration;
use super::identity::Region;
use crate::documents::is_reserved;

/// A scripted result. The first entry whose condition holds answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Automation {
    pub(crate) document: Option<Spanned<DocumentName>>,
    /// Where alone it answers.
    pub(crate) region: Option<Spanned<Region>>,
    #[serde(default)]
    pub(crate) status: AutomationStatus,
    /// Shown at the end of one that does not succeed.
    pub(crate) failure_message: Option<Spanned<String>>,
    /// Shown at the end, whatever it is.
    #[serde(default)]
    pub(crate) outputs: BTreeMap<String, Vec<String>>,
    /// How long it runs.
    #[serde(default = "a_while", deserialize_with = "duration::read")]
    pub(crate) takes: SignedDuration,
}

/// How an automation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
pub(crate) enum AutomationStatus {
    #[default]
    Success,
    Failed,
    TimedOut,
    Cancelled,
}

impl AutomationStatus {
    /// As Systems Manager spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Success => "Success",
            Self::Failed => "Failed",
            Self::TimedOut => "TimedOut",
            Self::Cancelled => "Cancelled",
        }
    }
}

fn a_while() -> SignedDuration {
    SignedDuration::from_secs(30)
}

impl Automation {
    /// Whether this entry is of that Region.
    pub(crate) fn is_of(&self, region: &str) -> bool {
        self.region.as_ref().is_none_or(|wanted| wanted.get_ref().0 == region)
    }

    /// The automation for which alone it answers.
    pub(crate) fn document(&self) -> Option<&str> {
        self.document.as_ref().map(|document| document.get_ref().0.as_str())
    }

    /// Whether this entry answers for `document`.
    pub(crate) fn matches(&self, document: &str) -> bool {
        self.document().is_none_or(|wanted| wanted == document)
    }

    /// Whether this entry makes `document` one that exists. One without a name stands for any of the account: neither
    /// for those that are named like AWS's own, nor for those of another account.
    pub(crate) fn makes(&self, document: &str) -> bool {
        match self.document() {
            Some(name) => name == document,
            None => !is_reserved(document) && !document.starts_with("arn:"),
        }
    }
}

impl Default for Automation {
    /// How an automation ends that the world does not script.
    fn default() -> Self {
        Self {
            document: None,
            region: None,
            status: AutomationStatus::Success,
            failure_message: None,
            outputs: BTreeMap::new(),
            takes: a_while(),
        }
    }
}
