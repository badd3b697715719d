//! `moontide explain`: what the code of an error means, why it comes, and what to type.

use clap::Args;
use moontide_control::error::code::{self, Code};
use moontide_control::error::{CommandError, Result};
use moontide_runtime::plan::suggest;
use schemars::JsonSchema;
use serde::Serialize;

use crate::context::Context;
use crate::exit;
use crate::output::style::{plain, strong};
use crate::output::{Document, Page};
use crate::pages::errors::{self, Entry};
use crate::pages::markdown;

/// Explain an error's code: what it means, why it comes, what to type
///
/// The codes of this command, such as `M0411`; those of the engine and the library that a failed wave shows and a
/// runbook sees as `err.code`, such as `NoRoom`; and those of AWS that need an operator. Without a code all are listed.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide explain            all codes
  moontide explain M0411      what a command said
  moontide explain NoRoom     what a wave failed with")]
pub(crate) struct Flags {
    /// The code, as the error shows it
    code: Option<String>,
}

/// Prints the entry of the code, or all codes.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    match &flags.code {
        None => context.output.show(&list())?,
        Some(code) => context.output.show(&one(code)?)?,
    }
    Ok(exit::COMPLETED)
}

/// The codes of errors.
#[derive(Serialize, JsonSchema)]
pub(crate) struct List {
    /// All of them.
    codes: Vec<Line>,
}

/// A code.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Line {
    /// The code: `M0411`.
    code: &'static str,
    /// What it means, in a sentence.
    meaning: &'static str,
    /// What the code's family is about.
    family: &'static str,
    /// The exit code of a command that ends with it; `None`: a wave fails with it.
    exit: Option<u8>,
}

/// A code of errors, and the page about it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct One {
    /// The code that was asked for.
    code: &'static str,
    /// All codes that the page is about.
    codes: Vec<&'static str>,
    /// What the code means, in a sentence.
    meaning: &'static str,
    /// What the code's family is about.
    family: &'static str,
    /// The exit code of a command that ends with it; null: a wave fails with it.
    exit: Option<u8>,
    /// Why the code comes, and what to type.
    markdown: &'static str,
}

fn exit_of(name: &str) -> Option<u8> {
    code::ALL.iter().find(|code: &&&Code| code.name == name).map(|code| exit::of_error(code))
}

fn list() -> List {
    let lines = |entry: Entry| {
        let Entry { family, codes, meaning, .. } = entry;
        codes.into_iter().map(move |code| Line { code, meaning, family, exit: exit_of(code) })
    };
    List { codes: errors::all().flat_map(lines).collect() }
}

fn one(code: &str) -> Result<One> {
    let Some(entry) = errors::find(code) else {
        return Err(unknown(errors::bare(code)));
    };
    let Entry { family, codes, meaning, body } = entry;
    let asked = errors::bare(code).replace(' ', "");
    let asked = codes.iter().find(|it| it.eq_ignore_ascii_case(&asked));
    let code = *asked.unwrap_or(&codes[0]);
    Ok(One { exit: exit_of(code), code, codes, meaning, family, markdown: body })
}

fn unknown(code: &str) -> CommandError {
    let error = CommandError::new(code::BAD_ARGUMENT, format!("there is no code `{code}`"));
    let all: Vec<&str> = errors::all().flat_map(|entry| entry.codes).collect();
    let error = match suggest::nearest(code, all) {
        Some(near) => error.hint(format!("did you mean `moontide explain {near}`?")),
        None => error.hint("a runbook may raise codes of its own, and AWS has many more"),
    };
    error.hint("`moontide explain` lists the codes")
}

impl Document for List {
    fn write(&self, page: &mut Page) {
        for family in self.codes.chunk_by(|one, next| one.family == next.family) {
            page.gap();
            page.line([plain(family[0].family)]);
            let row = |line: &Line| vec![strong(line.code), plain(line.meaning)];
            let rows: Vec<_> = family.iter().map(row).collect();
            page.indented(|page| page.table(&rows));
        }
    }
}

impl Document for One {
    fn write(&self, page: &mut Page) {
        let head = format!("# {}: {}", self.code, self.meaning);
        markdown::write(page, &head);
        page.gap();
        if let Some(exit) = self.exit {
            page.line([plain(format!("Exit code {exit}."))]);
            page.gap();
        }
        markdown::write(page, self.markdown);
        let others: Vec<&str> = self.codes.iter().copied().filter(|it| *it != self.code).collect();
        if !others.is_empty() {
            page.gap();
            page.line([plain(format!("The same holds for {}.", others.join(", ")))]);
        }
    }
}
