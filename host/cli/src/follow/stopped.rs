//! Following until there is nothing more, or the operator stops it.

use moontide_control::error::Result;

use crate::interrupt::Interrupt;

/// Follows until it is over, or the process is asked to stop; returns the exit code.
pub(crate) async fn until_stopped(following: impl Future<Output = Result<u8>>) -> Result<u8> {
    let mut interrupt = Interrupt::listen();
    tokio::select! {
        biased;
        () = interrupt.wait() => Ok(interrupt.exit_code()),
        ended = following => ended,
    }
}
