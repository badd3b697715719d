//! Where executions are kept, and how to kill a process at the n-th write to it.

use std::fmt;
use std::process::Command;

use crate::point::Kind;
use crate::support::shim::Strike;
use crate::support::{Home, Ran};

/// A kind of store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    /// A file.
    Sqlite,
}

impl fmt::Display for Backend {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Backend::Sqlite => "sqlite",
        })
    }
}

/// An empty store of a kind, gone with the story.
pub(crate) struct Place {
    home: Home,
}

impl Place {
    /// A new one.
    pub(crate) fn new(backend: Backend) -> Place {
        match backend {
            Backend::Sqlite => Place { home: Home::new() },
        }
    }

    /// `moontide` with this store.
    pub(crate) fn moontide(&self, arguments: &[&str]) -> Command {
        self.home.moontide(arguments)
    }

    /// Runs `moontide` with this store to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.moontide(arguments).output().expect("moontide starts"))
    }

    /// Runs a command that dies at its n-th write to the store; returns how it ended, without an exit
    /// code if it was killed.
    pub(crate) fn spring(victim: Command, kind: Kind, number: usize) -> Ran {
        let strike = match kind {
            Kind::Written => Strike::once("sync", number, "kill-after"),
            Kind::Writing => Strike::once("write,sync", number, "kill-half"),
            _ => unreachable!("{kind} is no matter of the store"),
        };
        Ran::of(&strike.around(victim).output().expect("moontide starts"))
    }
}
