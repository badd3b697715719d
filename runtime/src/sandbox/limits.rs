//! How much a script may use before it is stopped.

use std::time::Duration;

/// Limits of one VM. The defaults suit every runbook we know; an operator may change them.
///
/// `memory`, `slice`, `fuel`, `effects_per_lane` and `lanes` *poison* the program when they trip: no
/// `pcall` can swallow it. The others raise an error that a runbook may catch.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Bytes that the VM may hold. Luau collects garbage lazily, so about half of it is usable. Keep it
    /// far below the machine's memory: a VM that gets none from the system takes the process down.
    pub memory: usize,
    /// Processor time between two waits: while loading, and from one delivered outcome to the next ask.
    pub slice: Duration,
    /// Safepoints (calls, loop turns) between two waits: the same on a fast and on a slow machine.
    pub fuel: u64,
    /// Bytes of source in one module. What the compiler needs is not counted in `memory`.
    pub source: usize,
    /// What the arguments of one effect may hold.
    pub arguments: Budget,
    /// What may come in: the outcome of one effect, or a wave's context.
    pub outcome: Budget,
    /// What may go out at the end: what a wave returns, what an error carries, what a report says, what
    /// a runbook declares.
    pub result: Budget,
    /// Effects that one lane may ask for.
    pub effects_per_lane: u32,
    /// Lanes that one program may have over its life.
    pub lanes: u32,
    /// Log lines, phases and reports of one program; the rest is dropped after a last warning.
    pub lines: u32,
    /// Bytes in all of them.
    pub lines_bytes: usize,
    /// Characters of one log line or error message; the rest is cut.
    pub text: usize,
    /// What all programs of one execution may use together.
    pub together: Together,
}

/// What all programs of one execution may use together. None of it takes back what is journaled: it counts
/// when a program goes on to something new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Together {
    /// Bytes that all their VMs may hold.
    pub memory: usize,
    /// Waves that run side by side; the others wait for their turn. It is fixed when an execution starts
    /// ([`crate::history::Execution::waves_at_once`]).
    pub waves: u32,
    /// Entries of its journal, beyond which no further effect begins.
    pub entries: u64,
    /// Bytes of its journal, likewise.
    pub bytes: u64,
}

impl Limits {
    /// What a program is told when it starts: whatever its predecessors were allowed to leave, some tables
    /// deeper. What it takes in the VM counts as the VM's memory.
    pub(crate) fn context(&self) -> Budget {
        let Budget { nodes, bytes, depth } = self.outcome;
        Budget {
            nodes: nodes.saturating_mul(10),
            bytes: bytes.saturating_mul(10),
            depth: self.result.depth.max(depth) + 8,
        }
    }

    /// What all waves of an execution may return together.
    pub(crate) fn results(&self) -> Budget {
        let Budget { nodes, bytes, depth } = self.outcome;
        Budget { nodes: nodes.saturating_mul(2), bytes: bytes.saturating_mul(2), depth }
    }
}

/// What one value may hold when it crosses the border between Lua and JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Values in all, keys not counted. A table that is used twice counts twice.
    pub nodes: usize,
    /// Bytes of all strings and keys.
    pub bytes: usize,
    /// Tables inside tables. Must stay well below 128, where `serde_json` refuses to read back what it
    /// has written.
    pub depth: usize,
}

impl Budget {
    const fn new(nodes: usize, kilobytes: usize) -> Budget {
        Budget { nodes, bytes: kilobytes * 1024, depth: 64 }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            memory: 64 * 1024 * 1024,
            slice: Duration::from_secs(1),
            fuel: 200_000_000,
            source: 256 * 1024,
            arguments: Budget::new(20_000, 256),
            outcome: Budget::new(100_000, 4 * 1024),
            result: Budget::new(50_000, 1024),
            effects_per_lane: 10_000,
            lanes: 1_000,
            lines: 10_000,
            lines_bytes: 1024 * 1024,
            text: 2_000,
            together: Together {
                memory: 512 * 1024 * 1024,
                waves: 32,
                entries: 100_000,
                bytes: 64 * 1024 * 1024,
            },
        }
    }
}
