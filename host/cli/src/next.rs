//! Next steps as commands to type.

use moontide_control::next::Next;

use crate::context::Context;

/// The command that takes a step, in the same store and the same AWS.
pub(crate) fn command(context: &Context, next: &Next) -> String {
    context.command(&words(next))
}

/// The words of the command behind `moontide`.
pub(crate) fn words(next: &Next) -> String {
    match next {
        Next::GiveSecret { execution, param } => {
            format!("resume {execution} --param {param}=@FILE")
        }
    }
}
