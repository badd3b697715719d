//! The name by which an effect is known for ever.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::Lane;
use crate::text::hex::{read_hex, write_hex};
use crate::text::read::read;

/// The identity of one effect: what we tag jobs with, and what tokens derive from.
///
/// It depends on the execution's identity, lane and position only, so a resumed process computes the same key.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of the effect at `position` of `lane`: 32 hexadecimal digits.
    pub fn of(execution: &str, lane: &Lane, position: u32) -> Key {
        let digest = Sha256::new()
            .chain_update(execution)
            .chain_update("\n")
            .chain_update(lane.as_str())
            .chain_update("\n")
            .chain_update(position.to_string())
            .finalize();
        let mut digits = [0; 32];
        write_hex(&digest[..16], &mut digits);
        Key(digits)
    }

    /// The key as it is written in the journal and on tags.
    pub fn as_str(&self) -> &str {
        // Digits, always.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The key in the form of a UUID, for services that insist on one as their idempotency token.
    pub fn token(&self) -> String {
        let k = self.as_str();
        format!("{}-{}-4{}-a{}-{}", &k[..8], &k[8..12], &k[13..16], &k[17..20], &k[20..])
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Key").field(&self.as_str()).finish()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        read(deserializer, "a key of 32 hexadecimal digits", |digits| {
            read_hex::<16>(digits)?;
            digits.as_bytes().try_into().map(Key).ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_in_every_process_and_a_valid_token() {
        let lane = Lane::of_wave("database", 1);
        let key = Key::of("x-1", &lane, 3);
        assert_eq!(key, Key::of("x-1", &lane, 3));
        assert_ne!(key, Key::of("x-1", &lane, 4));
        assert_ne!(key, Key::of("x-1", &lane.branch(1, 1), 3));
        let token = key.token();
        assert_eq!(token.len(), 36);
        assert_eq!((&token[14..15], &token[19..20]), ("4", "a"));
    }

    #[test]
    fn names_are_plain_text_in_the_journal_and_a_key_is_nothing_but_digits() {
        let lane = Lane::of_wave("database", 1);
        let key = Key::of("x-1", &lane, 3);
        assert_eq!(key.as_str(), "8ca406cd1fb8aaa6d38e8a4ef966dbf4");
        let written = serde_json::to_string(&(&lane, &key)).unwrap();
        assert_eq!(written, format!("[\"database#1\",\"{key}\"]"));
        assert_eq!(serde_json::from_str::<(Lane, Key)>(&written).unwrap(), (lane, key));
        for wrong in
            ["", "9a0e", &"x".repeat(32), &"A".repeat(32), &"ä".repeat(16), &"0".repeat(33)]
        {
            let error = serde_json::from_value::<Key>(wrong.into()).unwrap_err().to_string();
            assert!(error.ends_with("expected a key of 32 hexadecimal digits"), "{error}");
        }
    }
}
