//! The sender of a signal to an execution, and the reason, as `answer`, `cancel`, `pause`, `resume`, `retry`, `skip` and
//! `note` read it.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::operator::Operator;
use moontide_control::target::Target;
use moontide_control::view::sent::Sent;
use moontide_control::words::quoted;

use crate::context::Context;
use crate::exit;
use crate::view::Worded;

/// As long as an ARN of an assumed role may be, and more.
const LONGEST_NAME: usize = 256;

/// A longer comment is refused: it is journaled, and shown wherever its signal is.
const LONGEST_COMMENT: usize = 4_000;

/// The sender of a signal, and the reason.
#[derive(Args, Clone, Debug)]
pub(crate) struct Author {
    /// In whose name [default: the user of the operating system, or the AWS caller where AWS keeps the
    /// store]. A claim: it is journaled beside who really sent it
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) by: Option<String>,

    /// Why
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, value_parser = comment)]
    pub(crate) comment: String,
}

/// Reads a name; for clap.
pub(crate) fn name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("a name is not empty".to_owned());
    }
    if text.trim().chars().count() > LONGEST_NAME {
        return Err(format!("a name has {LONGEST_NAME} characters at most"));
    }
    Ok(text.trim().to_owned())
}

/// Reads a comment; for clap.
pub(crate) fn comment(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if length > LONGEST_COMMENT {
        return Err(format!("it has {length} characters, and {LONGEST_COMMENT} are the most"));
    }
    Ok(text.to_owned())
}

impl Author {
    /// The flags that say so.
    pub(crate) fn words(&self) -> String {
        let by = self.by.iter().map(|by| format!(" --by {}", quoted(by)));
        let comment = Some(&self.comment).filter(|it| !it.is_empty());
        let comment = comment.into_iter().map(|it| format!(" --comment {}", quoted(it)));
        by.chain(comment).collect()
    }
}

/// Carries out a command that sends a signal; `typed` is how it was typed, without who sends it and why.
pub(crate) fn send(
    context: &Context,
    typed: &str,
    author: &Author,
    act: impl AsyncFnOnce(&Operator, &str) -> Result<Sent>,
) -> Result<u8> {
    *context.typed.borrow_mut() = typed.to_owned() + &author.words();
    let operator = context.operator(Target::default(), author.by.as_deref())?;
    let sent = context.block_on(act(&operator, &author.comment))?;
    context.output.show(&Worded(context, &sent))?;
    Ok(exit::COMPLETED)
}
