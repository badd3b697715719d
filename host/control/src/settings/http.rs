//! What of the web a program of ours may reach beside AWS: `[http]` of the user's `moontide.toml`.

use moontide_aws::web::{Network, Pattern, Reach};
use serde::Deserialize;

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Http {
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    private: Vec<String>,
}

impl Http {
    /// The reach, or a sentence about what is wrong with it.
    pub(super) fn read(&self) -> Result<Reach, String> {
        let named = |text: &String, why: String| format!("`{text}`: {why}");
        let pattern = |text: &String| Pattern::parse(text).map_err(|why| named(text, why));
        let network =
            |text: &String| Network::parse(text).map_err(|why| named(text, why.to_owned()));
        Ok(Reach {
            allow: self.allow.iter().map(pattern).collect::<Result<_, _>>()?,
            private: self.private.iter().map(network).collect::<Result<_, _>>()?,
        })
    }
}
