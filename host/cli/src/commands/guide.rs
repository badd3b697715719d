//! `moontide guide`: the guides that the binary carries.

use clap::Args;
use moontide_control::error::{CommandError, Result, code};
use moontide_runtime::plan::suggest;
use schemars::JsonSchema;
use serde::Serialize;

use crate::context::Context;
use crate::exit;
use crate::output::style::{plain, strong};
use crate::output::{Document, Page};
use crate::pages::{guides, markdown};

/// Read a guide: how to start, operate, author, recover from a crash
///
/// The guides are in this binary and need no network. Without a topic they are listed.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide guide                what there is
  moontide guide start          ten minutes from nothing to a rehearsed drill
  moontide guide crash | less   a page at a time")]
pub(crate) struct Flags {
    /// The topic, as `moontide guide` lists it
    topic: Option<String>,
}

/// Prints the guide, or the list of guides.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    match &flags.topic {
        None => context.output.show(&list())?,
        Some(topic) => context.output.show(&one(topic)?)?,
    }
    Ok(exit::COMPLETED)
}

/// The guides.
#[derive(Serialize, JsonSchema)]
pub(crate) struct List {
    /// All of them, in the order in which a newcomer reads.
    topics: Vec<Line>,
}

/// A guide.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Line {
    /// What it is called.
    topic: &'static str,
    /// What it is about, in a line.
    about: &'static str,
}

/// A guide, and its text.
#[derive(Serialize, JsonSchema)]
pub(crate) struct One {
    /// What it is called.
    topic: &'static str,
    /// What it is about, in a line.
    about: &'static str,
    /// The whole guide.
    markdown: &'static str,
}

fn list() -> List {
    let line = |guide: &guides::Guide| Line { topic: guide.topic, about: guide.about() };
    List { topics: guides::ALL.iter().map(line).collect() }
}

fn one(topic: &str) -> Result<One> {
    let guide = guides::find(topic).ok_or_else(|| {
        let message = format!("there is no guide `{topic}`");
        let error = CommandError::new(code::BAD_ARGUMENT, message);
        let near = suggest::nearest(topic, guides::ALL.iter().map(|guide| guide.topic));
        let error = match near {
            Some(near) => error.hint(format!("did you mean `moontide guide {near}`?")),
            None => error,
        };
        error.hint("`moontide guide` lists the topics")
    })?;
    Ok(One { topic: guide.topic, about: guide.about(), markdown: guide.text })
}

impl Document for List {
    fn write(&self, page: &mut Page) {
        let row = |line: &Line| vec![strong(line.topic), plain(line.about)];
        page.table(&self.topics.iter().map(row).collect::<Vec<_>>());
        page.gap();
        page.line([plain(
            "moontide guide TOPIC shows one; moontide explain CODE says what an error means",
        )]);
    }
}

impl Document for One {
    fn write(&self, page: &mut Page) {
        markdown::write(page, self.markdown);
    }
}
