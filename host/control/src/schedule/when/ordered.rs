//! The times of an expression in the order of their moments.
//!
//! Local times follow each other otherwise where the clocks are set forward: those that do not exist come first, at
//! moments that the times behind them have as well. A moment with a time that exists is that time's alone.

use std::collections::VecDeque;
use std::iter::Peekable;

use super::times::{Found, Time};

/// The times of an iterator over local times, each moment once.
pub(super) struct Ordered<I: Iterator<Item = Time>> {
    times: Peekable<I>,
    /// What does not exist, until it is known what comes at its moment.
    missing: VecDeque<Time>,
}

impl<I: Iterator<Item = Time>> Ordered<I> {
    pub(super) fn of(times: I) -> Ordered<I> {
        Ordered { times: times.peekable(), missing: VecDeque::new() }
    }
}

impl<I: Iterator<Item = Time>> Iterator for Ordered<I> {
    type Item = Time;

    fn next(&mut self) -> Option<Time> {
        let is_missing = |time: &Time| matches!(time.found, Found::Missing(_));
        while let Some(missing) = self.times.next_if(is_missing) {
            self.missing.push_back(missing);
        }
        if let Some(next) = self.times.peek().map(Time::about) {
            if let Some(missing) = self.missing.pop_front_if(|it| it.about() < next) {
                return Some(missing);
            }
            self.missing.pop_front_if(|it| it.about() == next);
            return self.times.next();
        }
        self.missing.pop_front()
    }
}
