//! Following what happens elsewhere, for hours: `status --follow` and `list --follow`.
//!
//! - [`execution`]: one execution, line by line, until it is over. `line`: such a line.
//! - [`list`]: every row, and then each that changes.
//! - [`screen`]: where the lines go; who reads them may be slow, or gone.

pub(crate) mod execution;
mod line;
pub(crate) mod list;
pub(crate) mod screen;

use moontide_control::error::Result;

use crate::interrupt::Interrupt;

pub(crate) use screen::Screen;

/// Follows until it is over, or the process is asked to stop; returns the exit code.
pub(crate) async fn until_stopped(following: impl Future<Output = Result<u8>>) -> Result<u8> {
    let mut interrupt = Interrupt::listen();
    tokio::select! {
        biased;
        () = interrupt.wait() => Ok(interrupt.exit_code()),
        ended = following => ended,
    }
}
