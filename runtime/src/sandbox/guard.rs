//! Watches a VM while it runs, and stops it for good when a limit trips.
//!
//! Luau calls back at every safepoint: each call, each turn of a loop, each step of a pattern. Once a
//! limit has tripped every further safepoint raises, so that `pcall` may catch the first error but not
//! the next, and the program can do nothing but end: it is *poisoned*.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::cpu;

/// Reading the clock costs a system call; one safepoint in so many does. Builtins that may take long
/// for one safepoint read it themselves (`strings.luau`).
const STRIDE: u32 = 128;

/// After a stretch that took longer than this the clock is read at every safepoint: a builtin that walks a large
/// table is one safepoint, and may take milliseconds.
const SLOW: Duration = Duration::from_millis(2);

/// What of an execution's journal is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// So many entries are all it may have.
    Entries(u64),
    /// So many bytes are.
    Bytes(u64),
}

/// Which limit tripped. What is said of it names the operator's setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trip {
    /// Too long without waiting for anything.
    Time(Duration),
    /// Too many safepoints without waiting for anything.
    Fuel,
    /// No memory left.
    Memory(usize),
    /// No memory left for all programs of the execution together.
    MemoryOfAll(usize),
    /// The execution's journal has no room for a further effect.
    Journal(Spent),
    /// Too many effects in one lane.
    Effects(u32),
    /// Too many lanes.
    Lanes(u32),
    /// The host asked for it.
    Stopped,
}

impl Trip {
    /// The code of the error that the program ends with.
    pub(super) fn code(self) -> &'static str {
        if self == Trip::Stopped { "Stopped" } else { "LimitExceeded" }
    }
}

impl std::error::Error for Trip {}

impl fmt::Display for Trip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trip::Time(slice) => write!(
                f,
                "used more than {} of processor time without waiting for anything; an operator can raise `cpu_slice`",
                crate::plan::duration::format(*slice)
            ),
            Trip::Fuel => write!(
                f,
                "ran too many steps without waiting for anything; an operator can raise `cpu_slice`"
            ),
            Trip::Memory(limit) => write!(
                f,
                "used more than {} MiB of memory; an operator can raise `vm_memory`",
                limit >> 20
            ),
            Trip::MemoryOfAll(whole) => write!(
                f,
                "needed more memory than the {} MiB that all waves of an execution have together; an operator can raise `execution_memory`",
                whole >> 20
            ),
            Trip::Journal(Spent::Entries(most)) => write!(
                f,
                "asked for an effect more than the journal of an execution has room for: it has {most} entries; an operator can raise `journal_entries`"
            ),
            Trip::Journal(Spent::Bytes(most)) => write!(
                f,
                "asked for an effect more than the journal of an execution has room for: it holds {} MiB; an operator can raise `journal_size`",
                most >> 20
            ),
            Trip::Effects(most) => write!(
                f,
                "asked for more than {most} effects in one lane; an operator can raise `effects_per_lane`"
            ),
            Trip::Lanes(most) => write!(f, "split into more than {most} parallel branches"),
            Trip::Stopped => write!(f, "was stopped from outside"),
        }
    }
}

/// Stops a program at its next safepoint, from any thread.
#[derive(Clone, Debug, Default)]
pub struct Stopper(Arc<AtomicBool>);

impl Stopper {
    /// The program ends with the code `Stopped` as soon as it runs.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What is known about a VM that runs.
#[derive(Debug)]
pub(super) struct Guard {
    slice: Duration,
    fuel: u64,
    pub(super) stopper: Stopper,
    tripped: Cell<Option<Trip>>,
    /// When the slice ends; unknown until the clock is first read, so that short slices never read it.
    deadline: Cell<Option<Duration>>,
    /// What the clock said when it was last read in this slice.
    looked: Cell<Duration>,
    left: Cell<u64>,
    until_look: Cell<u32>,
    /// Our own code runs, to find out what went wrong: nothing trips.
    trusted: Cell<bool>,
}

impl Guard {
    pub(super) fn new(slice: Duration, fuel: u64) -> Guard {
        Guard {
            slice,
            fuel,
            stopper: Stopper::default(),
            tripped: Cell::new(None),
            deadline: Cell::new(None),
            looked: Cell::new(Duration::ZERO),
            left: Cell::new(fuel),
            until_look: Cell::new(STRIDE),
            trusted: Cell::new(false),
        }
    }

    /// From now on the script has a full slice again.
    pub(super) fn begin_slice(&self) {
        self.deadline.set(None);
        self.left.set(self.fuel);
        self.until_look.set(STRIDE);
    }

    /// One safepoint.
    pub(super) fn tick(&self) -> Result<(), Trip> {
        if self.trusted.get() {
            return Ok(());
        }
        if let Some(trip) = self.tripped.get() {
            return Err(trip);
        }
        let left = self.left.get();
        if left == 0 {
            return Err(self.trip(Trip::Fuel));
        }
        self.left.set(left - 1);
        match self.until_look.get() {
            0 => self.look(),
            more => {
                self.until_look.set(more - 1);
                Ok(())
            }
        }
    }

    /// A safepoint at which the clock is read.
    pub(super) fn look(&self) -> Result<(), Trip> {
        self.until_look.set(STRIDE);
        if let Some(trip) = self.tripped.get() {
            return Err(trip);
        }
        if self.stopper.0.load(Ordering::Relaxed) {
            return Err(self.trip(Trip::Stopped));
        }
        let now = cpu::used();
        let before = self.looked.replace(now);
        match self.deadline.get() {
            Some(deadline) if now > deadline => Err(self.trip(Trip::Time(self.slice))),
            Some(_) => {
                if now.saturating_sub(before) > SLOW {
                    self.until_look.set(0);
                }
                Ok(())
            }
            None => {
                self.deadline.set(Some(now.saturating_add(self.slice)));
                Ok(())
            }
        }
    }

    /// A step of our own through a script's table: one more value, or the `tables`-th table of the same walk. An
    /// empty table costs what it has room for, which nothing tells before it is walked, so the clock is read for
    /// each of many.
    pub(super) fn step(&self, tables: usize) -> Result<(), Trip> {
        const FEW: usize = 8;
        if tables > FEW && !self.trusted.get() { self.look() } else { self.tick() }
    }

    /// Poisons the VM; the first reason stays.
    pub(super) fn trip(&self, trip: Trip) -> Trip {
        let first = self.tripped.get().unwrap_or(trip);
        self.tripped.set(Some(first));
        first
    }

    /// The limit that tripped, if one did.
    pub(super) fn tripped(&self) -> Option<Trip> {
        self.tripped.get()
    }

    /// Runs our own Lua code on a VM that may be poisoned.
    pub(super) fn trusted<R>(&self, look: impl FnOnce() -> R) -> R {
        self.trusted.set(true);
        let seen = look();
        self.trusted.set(false);
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_tripped_raises_at_every_later_safepoint() {
        let guard = Guard::new(Duration::from_hours(1), 2);
        guard.begin_slice();
        assert_eq!([guard.tick(), guard.tick()], [Ok(()), Ok(())]);
        assert_eq!(guard.tick(), Err(Trip::Fuel));
        guard.begin_slice();
        assert_eq!(guard.tick(), Err(Trip::Fuel), "a new slice does not heal it");
        assert_eq!(guard.trip(Trip::Stopped), Trip::Fuel, "the first reason stays");
        guard.trusted(|| assert_eq!(guard.tick(), Ok(())));
    }

    #[test]
    fn time_is_looked_at_now_and_then() {
        let guard = Guard::new(Duration::ZERO, u64::MAX);
        guard.begin_slice();
        let first = (0..1_000_000).find_map(|_| guard.tick().err());
        assert_eq!(first, Some(Trip::Time(Duration::ZERO)));
    }

    #[test]
    fn many_tables_of_one_walk_are_a_look_each() {
        let guard = Guard::new(Duration::ZERO, u64::MAX);
        guard.begin_slice();
        let first = (1..1_000_000).find(|tables| guard.step(*tables).is_err());
        assert!(first.is_some_and(|first| first < 100), "{first:?}");
    }

    #[test]
    fn any_thread_may_stop_it() {
        let guard = Guard::new(Duration::from_hours(1), u64::MAX);
        guard.begin_slice();
        let stopper = guard.stopper.clone();
        std::thread::spawn(move || stopper.stop()).join().unwrap();
        assert_eq!(guard.look(), Err(Trip::Stopped));
    }
}
