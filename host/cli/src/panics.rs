//! Defects of Moontide. A panic is never printed in Rust's words: those of a wave fail its attempt and are
//! told there, those that reach the process end it with one error and the next command. The trace has
//! all of it, for a developer who debugs Moontide: `MOONTIDE_LOG=moontide=error`.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{AssertUnwindSafe, catch_unwind};

use moontide_control::error::{CommandError, Result, code};
use moontide_runtime::sandbox::plain;

use crate::context::Context;

/// A longer message is cut.
const LONGEST: usize = 500;

/// Sends what a panic says to the trace instead of the terminal, from all threads.
pub(crate) fn to_the_trace() {
    std::panic::set_hook(Box::new(|panic| {
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            tracing::error!("{panic}\n{backtrace}");
        } else {
            tracing::error!("{panic}");
        }
    }));
}

/// What `act` returns; its panic as an error.
pub(crate) fn caught(context: &Context, act: impl FnOnce() -> Result<u8>) -> Result<u8> {
    catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|panic| Err(explain(context, &*panic)))
}

fn explain(context: &Context, panic: &(dyn Any + Send)) -> CommandError {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    let message = format!("a defect of Moontide: {}", plain(&text, LONGEST));
    let error = CommandError::new(code::INTERNAL, message);
    // The thread that panicked may hold it.
    let driving = context.driving.try_borrow().ok().and_then(|id| id.clone());
    let error = match driving {
        Some(id) => {
            let resume = context.command(&format!("resume {id}"));
            error.hint(format!("the journal is in order; to go on: {resume}"))
        }
        None => error,
    };
    error
        .hint("please report it; MOONTIDE_LOG=moontide=error and RUST_BACKTRACE=1 tell where it is")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Format;
    use moontide_control::environment::Environment;

    #[test]
    fn a_panic_that_reaches_the_process_is_an_error_with_the_next_command() {
        let context = Context::new(Environment::default(), Format::Text, None);
        *context.driving.borrow_mut() = Some("drill".into());
        let error =
            caught(&context, || panic!("no\u{1b}[2J such {}", "luck")).expect_err("it is an error");
        assert_eq!((error.code.name, crate::exit::of_error(error.code)), ("M9999", 70));
        assert_eq!(error.message, "a defect of Moontide: no\\u{1b}[2J such luck");
        assert_eq!(error.hints[0], "the journal is in order; to go on: moontide resume drill");
        assert_eq!(caught(&context, || Ok(4)).expect("it is no error"), 4);
    }
}
