//! The text of a module: long, the same in many executions, and therefore shared.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::canonical::Hash;

/// A Luau source. A copy of it is the same text in memory.
#[derive(Clone, Default)]
pub struct Source(Arc<Text>);

#[derive(Default)]
struct Text {
    text: Box<str>,
    hash: OnceLock<Hash>,
}

impl Source {
    /// The SHA-256 of it. Found once for all copies.
    pub fn hash(&self) -> Hash {
        *self.0.hash.get_or_init(|| Hash::of(self.0.text.as_bytes()))
    }
}

impl Deref for Source {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0.text
    }
}

impl From<String> for Source {
    fn from(text: String) -> Source {
        Source(Arc::new(Text { text: text.into(), hash: OnceLock::new() }))
    }
}

impl From<&str> for Source {
    fn from(text: &str) -> Source {
        Source::from(text.to_owned())
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Source) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || **self == **other
    }
}

impl Eq for Source {}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Source, D::Error> {
        String::deserialize(deserializer).map(Source::from)
    }
}
