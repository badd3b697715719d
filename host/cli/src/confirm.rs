//! The last question before the real thing.

use crate::context::Context;
use crate::error::{CommandError, Result, code};
use crate::output::style::{attention, plain, strong};

/// Lets a person type the runbook's name before a recovery begins.
pub(crate) fn recovery(context: &Context, runbook: &str) -> Result<()> {
    if !context.can_ask {
        return Err(refusal("a recovery needs `--yes` where nobody can be asked"));
    }
    let name = strong(runbook);
    let question = plain(" launches recovery instances for real. Type its name to go on: ");
    context.output.say([attention("recovery: "), name, question]);
    let mut line = String::new();
    match std::io::stdin().read_line(&mut line) {
        Ok(_) if line.trim() == runbook => Ok(()),
        _ => Err(refusal("the recovery was not confirmed; nothing was begun")),
    }
}

fn refusal(message: &str) -> CommandError {
    CommandError::new(code::NOT_CONFIRMED, message)
        .hint("`--mode drill` leaves production alone; `--yes` confirms without a question")
}
