//! The shim between the runner and the C library: it kills its process at the n-th write to the store, or
//! lets that write fail, or stops its process behind it; and it sets the clock wrong. The product has no
//! hook for any of this. Linux with glibc only.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What the shim does to one process, and when.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CallFault {
    /// Which calls count: `write`, `sync`, `lock`, `create`, separated by commas.
    pub(crate) calls: &'static str,
    /// The how manieth of them, counted from 1.
    pub(crate) number: usize,
    /// What happens then, as the head of `shim.c` has it: `kill-after`, `ENOSPC`, …
    pub(crate) then: &'static str,
    /// Whether every later one is struck too.
    pub(crate) lasting: bool,
    /// Nothing is counted before this file exists.
    pub(crate) trigger: Option<PathBuf>,
    /// Made when it strikes.
    pub(crate) mark: Option<PathBuf>,
}

impl CallFault {
    /// One strike at the call with this number.
    pub(crate) fn once(calls: &'static str, number: usize, then: &'static str) -> CallFault {
        CallFault { calls, number, then, lasting: false, trigger: None, mark: None }
    }

    /// The command with the shim around it.
    pub(crate) fn around(&self, mut command: Command) -> Command {
        command
            .env("LD_PRELOAD", library())
            .env("SHIM_CALLS", self.calls)
            .env("SHIM_NUMBER", self.number.to_string())
            .env("SHIM_THEN", self.then);
        if self.lasting {
            command.env("SHIM_LASTING", "1");
        }
        for (name, path) in [("SHIM_TRIGGER", &self.trigger), ("SHIM_MARK", &self.mark)] {
            if let Some(path) = path {
                command.env(name, path);
            }
        }
        command
    }
}

/// The command with a wall clock that is wrong by so many seconds.
pub(crate) fn shifted(mut command: Command, seconds: f64) -> Command {
    command.env("LD_PRELOAD", library()).env("SHIM_CLOCK", seconds.to_string());
    command
}

/// The shim, compiled once for each test binary.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        // Test binaries may compile it at the same moment.
        let library = folder.join(format!("shim-{}.so", std::process::id()));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/support/shim.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-o"]).arg(&library).arg(source);
        let status = compiler.arg("-ldl").status().expect("there is a C compiler");
        assert!(status.success(), "shim.c does not compile");
        library
    })
}
