//! The language server: what `check` finds, as an author types, and what could be written, what stands there and where
//! it comes from. It reads files and what the editor holds; it reaches no network and runs no wave.
//!
//! - [`serve`]: a session, message by message (`session`), of an editor that can do what `capabilities` says.
//! - `documents`: what the editor holds. `text`: places as it counts them. `uri`: paths as it calls them.
//! - `owner`: which runbook a document belongs to. `bundle`: its files. `library`: the library's, on disk.
//! - `checks`: the newest text is checked on a thread of its own; `diagnostics`: what is published then.
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
mod owner;
mod session;
mod text;
mod uri;

use std::path::PathBuf;
use std::thread;

use lsp_server::Connection;
use moontide_control::environment::Environment;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::next::Next;

use crate::types::STACK;

/// What a server goes by.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The environment variables.
    pub environment: Environment,
    /// The limits of scripts that were typed on the command line.
    pub limits: Vec<(String, String)>,
    /// The folder of what can be made again, where the library is written when an editor wants to open it.
    pub data: Option<PathBuf>,
    /// The page of an error's code, as Markdown.
    pub page: fn(&str) -> Option<String>,
    /// The words of the command that takes a step.
    pub words: fn(&Next) -> String,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// As the editor said.
    Properly,
    /// The editor was gone before it said so.
    Abruptly,
}

/// Serves the editor that has started this process, over stdin and stdout.
pub fn serve_stdio(surroundings: Surroundings) -> Result<Ended> {
    let (connection, threads) = Connection::stdio();
    let ended = serve(connection, surroundings)?;
    if ended == Ended::Properly {
        threads.join().map_err(|error| {
            CommandError::new(code::OUTPUT, format!("the editor is gone: {error}"))
        })?;
    }
    Ok(ended)
}

/// Serves an editor until it ends the session.
pub fn serve(connection: Connection, surroundings: Surroundings) -> Result<Ended> {
    let failed = |why: String| {
        CommandError::new(code::INTERNAL, format!("the language server has failed: {why}"))
    };
    // Sources are parsed and looked at here.
    let thread = thread::Builder::new().name("session".to_owned()).stack_size(STACK);
    let session = thread.spawn(move || session::run(&connection, &surroundings));
    let session = session.map_err(|error| failed(error.to_string()))?;
    let ended = session.join().map_err(|_| failed("it has panicked".to_owned()))?;
    ended.map_err(failed)
}
