//! How an operation is written down in this crate, and how that becomes the engine's `Operation`.
//!
//! A binding is its arguments, its call, its outcome; and if it changes something, what it touches and how it is
//! reconciled. What all operations have alike is not its affair:
//!
//! - [`declared`]: what a binding says: [`Binding`], and [`Changes`] if it changes something. Start reading here.
//! - [`at`]: where it is performed: the clients, the call, the page that is asked for.
//! - [`asked`]: the arguments that it does not see: the Region and the page.
//! - [`line`](mod@line): a binding as a line in the list of its service.

mod asked;
mod at;
mod declared;
mod line;

pub(crate) use asked::Paging;
pub(crate) use at::At;
pub(crate) use declared::{Binding, Changes, unseen};
pub(crate) use line::{Line, changes, looks};
