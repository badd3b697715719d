//! The memory that all programs of one execution hold together.
//!
//! One program runs at a time, so what the others hold stands still meanwhile: before a program goes on, its
//! VM may grow by what is left of the whole, and afterwards it says what it holds now.
//!
//! What a journal replays has fitted once, in another order and with other garbage around: it is not held to
//! the whole, and the garbage that it leaves is collected at once where there is little room.

use std::cell::Cell;
use std::rc::Rc;

use mlua::Lua;

/// What the programs of one execution hold, in bytes. Clones are the same pool.
#[derive(Clone, Debug, Default)]
pub struct Pool(Rc<Cell<usize>>);

/// One program's part of it. What it held is free again when it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    pool: Pool,
    /// What all of them may hold.
    whole: usize,
    mine: Cell<usize>,
}

impl Share {
    pub(super) fn of(pool: &Pool, whole: usize) -> Share {
        Share { pool: pool.clone(), whole, mine: Cell::new(0) }
    }

    /// How many bytes this program's VM may hold while the others hold what they do.
    pub(super) fn most(&self) -> usize {
        self.whole.saturating_sub(self.pool.0.get().saturating_sub(self.mine.get()))
    }

    /// Takes down what the VM holds now. With less than half of the whole left, its garbage goes first.
    pub(super) fn note(&self, lua: &Lua) {
        self.hold(lua.used_memory());
        if self.pool.0.get() > self.whole / 2 {
            // A VM that cannot collect is about to end.
            let _ = lua.gc_collect();
            self.hold(lua.used_memory());
        }
    }

    fn hold(&self, bytes: usize) {
        let others = self.pool.0.get().saturating_sub(self.mine.replace(bytes));
        self.pool.0.set(others.saturating_add(bytes));
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.hold(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_holds_is_not_left_for_the_others_until_it_is_gone() {
        let pool = Pool::default();
        let (one, other) = (Share::of(&pool, 100), Share::of(&pool, 100));
        one.hold(70);
        assert_eq!((one.most(), other.most()), (100, 30));
        other.hold(50);
        assert_eq!((one.most(), other.most()), (50, 30));
        drop(one);
        assert_eq!(other.most(), 100);
    }
}
