//! The language server: what `check` finds, as an author types, and what could be written, what stands there and where
//! it comes from. It reads files and what the editor holds; it reaches no network and runs no wave.
//!
//! - [`serve`]: a session, message by message (`session`), of an editor that can do what `capabilities` says.
//! - `documents`: what the editor holds. `text`: places as it counts them. `uri`: paths as it calls them.
//! - `owner`: which runbook a document belongs to. `bundle`: its files. `library`: the library's, on disk.
//! - `checks`: the `newest` text is checked on a thread of its own; `diagnostics`: what is published then.
//! - `completion`, `hover`, `definition`, `actions`: the answers, each to its question.

mod actions;
mod bundle;
mod capabilities;
mod checks;
mod completion;
mod definition;
mod diagnostics;
mod documents;
mod hover;
mod library;
mod newest;
mod owner;
mod serve;
mod session;
mod text;
mod uri;

pub use serve::{Ended, Surroundings, serve, serve_stdio};
