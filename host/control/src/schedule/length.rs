//! A length of time, as people write it: `15m`, `2h30m`.

use std::fmt;
use std::time::Duration;

use moontide_runtime::plan::duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A length of time.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Length(pub Duration);

impl TryFrom<String> for Length {
    type Error = String;

    fn try_from(text: String) -> Result<Length, String> {
        let whole = |it: &Duration| it.subsec_nanos() == 0;
        duration::parse(&text).filter(whole).map(Length).ok_or_else(|| {
            format!("`{text}` is no length of time: it is written like \"15m\" or \"2h30m\"")
        })
    }
}

impl From<Length> for String {
    fn from(length: Length) -> String {
        length.to_string()
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&duration::format(self.0))
    }
}
