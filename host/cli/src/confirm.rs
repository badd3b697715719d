//! The last question before the real thing.

use moontide_control::error::{CommandError, Result, code};
use moontide_runtime::plan::Mode;

use crate::context::Context;
use crate::output::style::{attention, plain, strong};

/// Lets a person type the runbook's name before anything that production may notice: a recovery, or the
/// loss of a live recovery instance.
pub(crate) fn if_grave(
    context: &Context,
    runbook: &str,
    mode: Mode,
    replaceable: &[String],
) -> Result<()> {
    let (what, question) = match (mode, replaceable) {
        (Mode::Drill, []) => return Ok(()),
        (Mode::Recovery, []) => ("recovery", " launches recovery instances for real".to_owned()),
        (_, servers) => {
            ("replacement", format!(" deletes the live instances of {}", servers.join(", ")))
        }
    };
    if !context.can_ask {
        return Err(refusal(format!("a {what} needs `--yes` where no person can be asked")));
    }
    let question = plain(format!("{question}. Type its name to go on: "));
    context.output.say([attention(format!("{what}: ")), strong(runbook), question]);
    let mut line = String::new();
    match std::io::stdin().read_line(&mut line) {
        Ok(_) if line.trim() == runbook => Ok(()),
        _ => Err(refusal(format!("the {what} was not confirmed; nothing was begun"))),
    }
}

fn refusal(message: String) -> CommandError {
    CommandError::new(code::NOT_CONFIRMED, message).hint(
        "a drill without `--replace` leaves production alone; `--yes` confirms without a question",
    )
}
