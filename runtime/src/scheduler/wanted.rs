//! What a program wants of the driver: an answer, or none any more.

use tokio::sync::oneshot;

use super::counted::Counted;
use crate::history::Prompt;
use crate::machine::Answer;

/// What a program wants of the driver.
pub(super) enum Wanted {
    /// An answer.
    Answer(Box<Question>),
    /// No answer to the prompt with this id, whichever attempt asked it before.
    Nothing(String),
}

/// A program's question on its way to the driver.
pub(super) struct Question {
    pub(super) prompt: Prompt,
    /// Where the answer goes; counted until its lane has picked it up, or never will.
    pub(super) answer: oneshot::Sender<(Answer, Counted)>,
}
