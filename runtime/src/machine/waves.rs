//! The waves of a state. A copy of all of them costs a count each, and one that changes in it is copied by itself:
//! a state is copied for every event.

use std::ops::{Index, IndexMut};
use std::slice;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::WaveState;

/// Waves in an order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waves(Vec<Arc<WaveState>>);

/// The waves, one after the other.
pub type Iter<'w> =
    std::iter::Map<slice::Iter<'w, Arc<WaveState>>, fn(&'w Arc<WaveState>) -> &'w WaveState>;

impl Waves {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One after the other.
    pub fn iter(&self) -> Iter<'_> {
        self.0.iter().map(Arc::as_ref)
    }
}

impl Index<usize> for Waves {
    type Output = WaveState;

    fn index(&self, at: usize) -> &WaveState {
        &self.0[at]
    }
}

impl IndexMut<usize> for Waves {
    fn index_mut(&mut self, at: usize) -> &mut WaveState {
        Arc::make_mut(&mut self.0[at])
    }
}

impl FromIterator<WaveState> for Waves {
    fn from_iter<I: IntoIterator<Item = WaveState>>(waves: I) -> Waves {
        Waves(waves.into_iter().map(Arc::new).collect())
    }
}

impl<'w> IntoIterator for &'w Waves {
    type Item = &'w WaveState;
    type IntoIter = Iter<'w>;

    fn into_iter(self) -> Iter<'w> {
        self.iter()
    }
}

impl Serialize for Waves {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::WaveStatus;

    #[test]
    fn a_change_in_a_copy_leaves_the_other_and_shares_the_rest() {
        let wave = |attempt| WaveState { attempt, ..WaveState::default() };
        let waves: Waves = (1..=3).map(wave).collect();
        let mut copy = waves.clone();
        copy[1].status = WaveStatus::Running;
        assert_eq!((waves[1].status, copy[1].status), (WaveStatus::Pending, WaveStatus::Running));
        let is_shared = |at: usize| std::ptr::eq(&raw const waves[at], &raw const copy[at]);
        assert_eq!([0, 1, 2].map(is_shared), [true, false, true]);
    }
}
