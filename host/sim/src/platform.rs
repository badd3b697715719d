//! Linux or Windows.

use serde::Deserialize;

/// The operating system family, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Platform {
    #[default]
    Linux,
    Windows,
}

impl Platform {
    /// `PlatformType` of Systems Manager.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::Windows => "Windows",
        }
    }
}
