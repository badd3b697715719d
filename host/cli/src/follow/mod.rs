//! Following what happens elsewhere, for hours: `status --follow` and `list --follow`.
//!
//! - [`execution`]: one execution, line by line, until it is over. `line`: such a line.
//! - [`list`]: every row, and then each that changes.
//! - [`screen`]: where the lines go; their reader may be slow, or gone.

pub(crate) mod execution;
mod line;
pub(crate) mod list;
pub(crate) mod screen;
mod stopped;

pub(crate) use screen::Screen;
pub(crate) use stopped::until_stopped;
