//! `moontide lsp`: the language server, over stdin and stdout.

use clap::Args;
use moontide_author::lsp::{self, Ended, Surroundings};
use moontide_control::error::Result;
use moontide_control::settings::home;

use crate::context::Context;
use crate::pages::errors;
use crate::{exit, next};

/// Serve an editor: what is wrong as it is typed, what could be written, what stands there
///
/// It speaks the Language Server Protocol over stdin and stdout, and is started by an editor: `moontide guide editors` says how. It reads files, and what the editor holds; it reaches no AWS and runs no wave.
#[derive(Args)]
pub(crate) struct Flags {
    /// What editors pass to servers that can do several things; stdin and stdout it is anyway
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Serves until the editor ends it.
pub(crate) fn execute(context: &Context, _: &Flags) -> Result<u8> {
    let surroundings = Surroundings {
        environment: context.environment.clone(),
        limits: context.limits.clone(),
        data: home::data(&context.environment).ok(),
        page,
        words: next::words,
    };
    match lsp::serve_stdio(surroundings)? {
        Ended::Properly => Ok(exit::COMPLETED),
        Ended::Abruptly => Ok(exit::FAILED),
    }
}

/// The page of a code, as an editor shows it.
fn page(code: &str) -> Option<String> {
    let entry = errors::find(code)?;
    Some(format!("# {}: {}\n\n{}\n", entry.codes.join(", "), entry.meaning, entry.body))
}
