//! Serving an editor: over stdin and stdout, or over what a test brings.

use std::path::PathBuf;
use std::thread;

use lsp_server::Connection;
use moontide_control::environment::Environment;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::next::Next;

use super::session;
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
    // What ended the reading of messages is known there.
    threads.join().map_err(|error| {
        CommandError::new(code::OUTPUT, format!("the session with the editor broke off: {error}"))
    })?;
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
