//! `moontide schema`: what programs may rely on in what Moontide prints.

use clap::Args;
use moontide_control::contract::Known;
use moontide_control::error::{CommandError, Result, code};
use moontide_runtime::plan::suggest;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::context::Context;
use crate::output::style::{faint, plain, strong};
use crate::output::{Document, Page};
use crate::{contract, exit};

/// Show the JSON Schema of a document that `--output json` prints
///
/// Without a name the documents are listed. Each says what it is, as `"document": "moontide.status/1"`. Within a version
/// fields are only added. `moontide guide machines` says what else may be relied on.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide schema                          which documents there are
  moontide schema status > status.json     the schema of one, draft 2020-12")]
pub(crate) struct Flags {
    /// The document, as `moontide schema` lists it
    name: Option<String>,
}

/// Which documents there are.
#[derive(Serialize, JsonSchema)]
pub(crate) struct List {
    /// They, by name.
    documents: Vec<Line>,
}

/// A document.
#[derive(Serialize, JsonSchema)]
struct Line {
    /// What it is called.
    name: &'static str,
    /// What it says that it is: `moontide.status/1`.
    document: String,
    /// What it tells, and which commands print it.
    about: &'static str,
}

/// The schema of a document.
#[derive(Serialize, JsonSchema)]
pub(crate) struct One {
    /// What the document is called.
    name: &'static str,
    /// The schema, draft 2020-12. The command prints nothing else, unless JSON is asked for.
    schema: Value,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    match &flags.name {
        None => context.output.show(&list())?,
        Some(name) => context.output.show(&one(name)?)?,
    }
    Ok(exit::COMPLETED)
}

fn list() -> List {
    let line = |it: &Known| Line { name: it.name, document: it.format(), about: it.about };
    List { documents: contract::all().into_iter().map(line).collect() }
}

fn one(name: &str) -> Result<One> {
    let all = contract::all();
    let Some(known) = all.iter().find(|it| it.name == name || it.format() == name) else {
        let message = format!("there is no document `{name}`");
        let error = CommandError::new(code::BAD_ARGUMENT, message);
        let near = suggest::nearest(name, all.iter().map(|it| it.name));
        let error = match near {
            Some(near) => error.hint(format!("did you mean `moontide schema {near}`?")),
            None => error,
        };
        return Err(error.hint("`moontide schema` lists the documents"));
    };
    Ok(One { name: known.name, schema: (known.schema)() })
}

impl Document for List {
    fn write(&self, page: &mut Page) {
        let rows = self.documents.iter();
        let rows = rows.map(|it| vec![strong(it.document.as_str()), plain(it.about)]);
        page.table(&rows.collect::<Vec<_>>());
        page.gap();
        page.line([faint("moontide schema NAME shows the schema of one")]);
    }
}

impl Document for One {
    fn write(&self, page: &mut Page) {
        let text = serde_json::to_string_pretty(&self.schema).unwrap_or_default();
        text.lines().for_each(|line| page.line([plain(line)]));
    }
}
