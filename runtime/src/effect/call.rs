//! One request through the door, and the names by which it is known for ever.

use std::fmt;
use std::sync::Arc;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A strand of effects that follow one another: `database#1` is the first attempt of the wave
/// `database`; `database#1/2.3` is the third branch of the second `parallel` in it.
///
/// Replay happens lane by lane, so it does not matter how lanes interleaved. Every effect carries its
/// lane with it, so a clone shares the name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lane(Arc<str>);

impl Lane {
    /// The main lane of a wave's attempt, counted from 1.
    pub fn of_wave(wave: &str, attempt: u32) -> Lane {
        Lane(format!("{wave}#{attempt}").into())
    }

    /// The lane of a branch: `split` counts the lane's `parallel` calls, `branch` their functions,
    /// both from 1.
    #[must_use]
    pub fn branch(&self, split: u32, branch: u32) -> Lane {
        Lane(format!("{}/{split}.{branch}", self.0).into())
    }

    /// The wave attempt that this lane belongs to: itself without its branches.
    #[must_use]
    pub fn root(&self) -> Lane {
        match self.0.split_once('/') {
            None => self.clone(),
            Some((root, _)) => Lane(root.into()),
        }
    }

    /// The lane as it is written in the journal.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Lane {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Lane {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Lane, D::Error> {
        text(deserializer, "a lane", |name| Some(Lane(name.into())))
    }
}

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
        text(deserializer, "a key of 32 hexadecimal digits", |digits| {
            read_hex::<16>(digits)?;
            digits.as_bytes().try_into().map(Key).ok()
        })
    }
}

/// Reads a text that means something without making a `String` of it first.
pub(crate) fn text<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    what: &'static str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error> {
    struct Text<F>(&'static str, F);

    impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for Text<F> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            (self.1)(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self.0))
        }
    }

    deserializer.deserialize_str(Text(what, read))
}

/// Lower-case hexadecimal digits of `bytes`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut digits = vec![0; bytes.len() * 2];
    write_hex(bytes, &mut digits);
    digits.into_iter().map(char::from).collect()
}

/// Writes two lower-case hexadecimal digits for each byte.
pub(crate) fn write_hex(bytes: &[u8], digits: &mut [u8]) {
    for (byte, pair) in bytes.iter().zip(digits.chunks_exact_mut(2)) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

/// What each digit of [`read_hex`] is worth; 16 and more: it is none.
const WORTH: [u8; 256] = {
    let mut worth = [0xff; 256];
    let mut value: u8 = 0;
    while value < 16 {
        worth[DIGITS[value as usize] as usize] = value;
        value += 1;
    }
    worth
};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The bytes that were written as `2 * N` lower-case hexadecimal digits.
pub(crate) fn read_hex<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let digits = digits.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let (mut bytes, mut all) = ([0; N], 0);
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (WORTH[usize::from(pair[0])], WORTH[usize::from(pair[1])]);
        all |= high | low;
        *byte = high << 4 | low;
    }
    (all < 16).then_some(bytes)
}

/// A request on its way through the door: who asks, for what, under which key.
#[derive(Clone, Debug)]
pub struct Call {
    /// The execution that asks.
    pub execution: String,
    /// What tells it from another one of the same id.
    pub nonce: String,
    /// The wave that asks, as the runbook names it.
    pub wave: String,
    /// The strand of effects it belongs to.
    pub lane: Lane,
    /// Its place in the lane, counted from 1.
    pub position: u32,
    /// The operation's registered name, such as `drs.start_recovery`.
    pub operation: String,
    /// What the operation's `check` made of the arguments: complete, canonical, without secrets.
    pub arguments: Value,
    /// The effect's identity.
    pub key: Key,
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

    #[test]
    fn a_branch_belongs_to_its_wave_attempt() {
        let lane = Lane::of_wave("web", 2);
        assert_eq!(lane.branch(1, 3).branch(2, 1).as_str(), "web#2/1.3/2.1");
        assert_eq!(lane.branch(1, 3).root(), lane);
    }
}
