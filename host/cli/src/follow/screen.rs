//! Where the lines of a follower go.

use moontide_control::error::{CommandError, Result, code};

use crate::output::{Document, Output};

/// Documents that are written one after another.
pub(crate) struct Screen {
    output: Output,
}

impl Screen {
    /// On stdout.
    pub(crate) fn new(output: Output) -> Screen {
        Screen { output }
    }

    /// Writes them, on a thread of its own: a terminal that takes nothing does not keep the follower from hearing Ctrl-C.
    /// Returns whether it is still read.
    pub(crate) async fn show<'d, D: Document + 'd>(
        &self,
        documents: impl IntoIterator<Item = &'d D>,
    ) -> Result<bool> {
        let output = self.output;
        let text: String = documents.into_iter().map(|document| output.text(document)).collect();
        if text.is_empty() {
            return Ok(true);
        }
        let printed = tokio::task::spawn_blocking(move || output.print(&text)).await;
        printed.unwrap_or_else(|error| {
            Err(CommandError::new(code::INTERNAL, format!("the lines cannot be written: {error}")))
        })
    }
}
