//! One request through the door, and the names by which it is known for ever.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A strand of effects that follow one another: `database#1` is the first attempt of the wave
/// `database`; `database#1/2.3` is the third branch of the second `parallel` in it.
///
/// Replay happens lane by lane, so it does not matter how lanes interleaved.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lane(String);

impl Lane {
    /// The main lane of a wave's attempt, counted from 1.
    pub fn of_wave(wave: &str, attempt: u32) -> Lane {
        Lane(format!("{wave}#{attempt}"))
    }

    /// The lane of a branch: `split` counts the lane's `parallel` calls, `branch` their functions,
    /// both from 1.
    #[must_use]
    pub fn branch(&self, split: u32, branch: u32) -> Lane {
        Lane(format!("{}/{split}.{branch}", self.0))
    }

    /// The wave attempt that this lane belongs to: itself without its branches.
    #[must_use]
    pub fn root(&self) -> Lane {
        Lane(self.0.split('/').next().unwrap_or_default().to_owned())
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

/// The identity of one effect: what we tag jobs with, and what tokens derive from.
///
/// It depends on execution, lane and position only, so a resumed process computes the same key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// The key of the effect at `position` of `lane`: 32 hexadecimal digits.
    pub fn of(execution: &str, lane: &Lane, position: u32) -> Key {
        let digest = Sha256::digest(format!("{execution}\n{lane}\n{position}"));
        Key(hex(&digest[..16]))
    }

    /// The key as it is written in the journal and on tags.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key in the form of a UUID, for services that insist on one as their idempotency token.
    pub fn token(&self) -> String {
        let k = &self.0;
        format!("{}-{}-4{}-a{}-{}", &k[..8], &k[8..12], &k[13..16], &k[17..20], &k[20..])
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Lower-case hexadecimal digits of `bytes`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A request on its way through the door: who asks, for what, under which key.
#[derive(Clone, Debug)]
pub struct Call {
    /// The execution that asks.
    pub execution: String,
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
    fn a_branch_belongs_to_its_wave_attempt() {
        let lane = Lane::of_wave("web", 2);
        assert_eq!(lane.branch(1, 3).branch(2, 1).as_str(), "web#2/1.3/2.1");
        assert_eq!(lane.branch(1, 3).root(), lane);
    }
}
