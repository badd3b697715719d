//! One spelling for equal arguments.
//!
//! `serde_json` keeps object keys sorted and the door writes whole numbers as integers, so the compact
//! text of a value is already canonical; the hash is taken over that text.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::text::hex::{hex, read_hex, write_hex};
use crate::text::read::read;

/// The SHA-256 of a canonical text; 64 hexadecimal digits where it is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Hash {
        Hash(Sha256::digest(bytes).into())
    }

    /// Whether it is written as these digits.
    pub fn is_written(&self, digits: &str) -> bool {
        let mut own = [0; 64];
        write_hex(&self.0, &mut own);
        own == digits.as_bytes()
    }
}

/// The hash of the value's canonical text.
pub fn hash(value: &Value) -> Hash {
    // A value in memory can always be written.
    let text = serde_json::to_vec(value).unwrap_or_default();
    Hash::of(&text)
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut digits = [0; 64];
        write_hex(&self.0, &mut digits);
        serializer.serialize_str(str::from_utf8(&digits).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        read(deserializer, "a hash of 64 hexadecimal digits", |digits| read_hex(digits).map(Hash))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_fields_does_not_matter_and_the_order_of_items_does() {
        assert_eq!(hash(&json!({"a": 1, "b": [1, 2]})), hash(&json!({"b": [1, 2], "a": 1})));
        assert_ne!(hash(&json!([1, 2])), hash(&json!([2, 1])));
    }

    #[test]
    fn it_is_the_sha_256_of_the_compact_text() {
        let hash = hash(&json!({"b": [1, "ä"], "a": null}));
        let written = "5d4c789751acdad9ba305072d1a6ccdc5864fd7c7a1bcc0f38a794e5a4417e02";
        assert_eq!(hash.to_string(), written);
        assert_eq!(serde_json::to_value(hash).unwrap(), json!(written));
        assert_eq!(serde_json::from_value::<Hash>(json!(written)).unwrap(), hash);
        assert!(serde_json::from_value::<Hash>(json!(written[1..])).is_err());
    }
}
