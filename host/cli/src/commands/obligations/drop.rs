//! `moontide obligations drop`: an operator wants the instances of a drill to stay.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::obligations::drop::{self, Dropped};
use moontide_control::target::Target;
use serde_json::Value;

use crate::context::Context;
use crate::exit;
use crate::output::Page;
use crate::output::style::{attention, plain, said, strong};
use crate::view::worded::{self, Steps, Worded};

/// Let the instances of a drill stay: its cleanup is not owed any more
///
/// Who has dropped it, when and why is kept. `moontide cleanup EXECUTION` terminates them all the same.
#[derive(Args)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide obligations` shows it
    execution: String,

    /// Why: it is kept, and stands in every view
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,

    /// In whose name [default: as `moontide answer`]. A claim: it is kept beside who really drops it
    #[arg(long, value_name = "NAME", value_parser = crate::signals::name)]
    by: Option<String>,
}

/// Reads a reason; for clap.
fn reason(text: &str) -> std::result::Result<String, String> {
    if text.trim().is_empty() {
        return Err("a reason is not empty".to_owned());
    }
    crate::signals::comment(text.trim())
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let operator = context.operator(Target::default(), flags.by.as_deref())?;
    let dropped = drop::drop(&operator, &flags.execution, &flags.reason);
    let dropped = context.block_on(dropped)?;
    context.output.show(&Worded(context, &dropped))?;
    Ok(exit::COMPLETED)
}

impl Steps for Dropped {
    fn word(&self, context: &Context, json: &mut Value) {
        worded::put(json, "next", worded::commands(context, &self.next));
    }

    fn write(&self, context: &Context, page: &mut Page) {
        let id = strong(self.execution.as_str());
        let by = format!(": its cleanup is not owed any more; dropped by {}", self.by);
        page.line([id, plain(by)].into_iter().chain(said(&self.reason)));
        if let Some(cleanup) = &self.under_way {
            let text = format!("{cleanup} was begun at the same moment");
            let next = worded::commands(context, &self.next).join("; ");
            page.line([attention(text), plain(format!(": {next}"))]);
        }
    }
}
