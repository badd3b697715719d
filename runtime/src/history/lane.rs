//! The strands of effects: replay happens lane by lane.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::read::read;

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

    /// The wave that it belongs to.
    pub fn wave(&self) -> &str {
        let root = self.0.split('/').next().unwrap_or_default();
        root.rsplit_once('#').map_or(root, |(wave, _)| wave)
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
        read(deserializer, "a lane", |name| Some(Lane(name.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_belongs_to_its_wave_attempt() {
        let lane = Lane::of_wave("web", 2);
        assert_eq!(lane.branch(1, 3).branch(2, 1).as_str(), "web#2/1.3/2.1");
        assert_eq!(lane.branch(1, 3).root(), lane);
    }
}
