//! `moontide docs`: the reference of what authors and operators write.

use std::path::{Path, PathBuf};

use clap::Args;
use moontide_author::docs::find::{Found, find, search, with_types};
use moontide_author::docs::{self, Part, Topic, html, markdown};
use moontide_control::error::{CommandError, Result, code};

use crate::context::Context;
use crate::exit;
use crate::output::Output;
use crate::output::file::{self, Kind};
use crate::output::style::plain;
use crate::view::reference::{Contents, Shown};

/// Look up a field, a function or a setting
///
/// Every field of a runbook, a wave, a world file and moontide.toml, and every function of the library with what it
/// takes, throws and asks for. It is made of the sources that the loader and the library use, and needs no network.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide docs                        what there is
  moontide docs wave                   all fields of a wave
  moontide docs wave.on_failure        one field
  moontide docs hook                   what functions of a wave get, and what they return
  moontide docs ssm.run_command        a function
  moontide docs world.faults           what a rehearsal can be made to suffer
  moontide docs --search threshold     wherever a word stands
  moontide docs --html reference.html  all of it as one page, with a search box
  moontide docs wave --markdown -      a chapter as Markdown, on stdout")]
pub(crate) struct Flags {
    /// A chapter, or something in it
    #[arg(value_name = "NAME")]
    entry: Option<String>,

    /// Show where these words stand
    #[arg(long, value_name = "WORDS", conflicts_with = "entry")]
    search: Option<String>,

    /// Write it into this file as one page that needs nothing else; `-` is stdout
    #[arg(long, value_name = "FILE", conflicts_with = "search")]
    html: Option<PathBuf>,

    /// Write it into this file as Markdown; `-` is stdout
    #[arg(long, value_name = "FILE", conflicts_with_all = ["search", "html"])]
    markdown: Option<PathBuf>,
}

/// Shows it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let all = docs::all();
    let found = match &flags.entry {
        Some(name) => Some(find(&all, name).map_err(|near| unknown(name, &near))?),
        None => None,
    };
    if let Some(file) = &flags.html {
        write(context, (file, Kind::Html), &html::write(&topics(found, all)))?;
    } else if let Some(file) = &flags.markdown {
        write(context, (file, Kind::Markdown), &markdown::write(&topics(found, all)))?;
    } else if let Some(words) = &flags.search {
        let entries = search(&all, words);
        if entries.is_empty() {
            let message = format!("`{words}` stands nowhere in the reference");
            return Err(CommandError::new(code::BAD_ARGUMENT, message)
                .hint("`moontide docs` lists the chapters"));
        }
        let about = String::new();
        context.output.show(&Shown { about, guide: None, entries, is_short: true })?;
    } else if let Some(name) = &flags.entry {
        context.output.print(&text(context.output, name)?)?;
    } else {
        context.output.show(&Contents { topics: all })?;
    }
    Ok(exit::COMPLETED)
}

/// What `moontide docs NAME` shows.
pub(crate) fn text(output: Output, name: &str) -> Result<String> {
    let all = docs::all();
    Ok(match find(&all, name).map_err(|near| unknown(name, &near))? {
        Found::Topic(Topic { about, guide, entries, .. }) => {
            output.text(&Shown { about, guide, entries, is_short: false })
        }
        Found::Entries(entries) => {
            let (about, entries) = (String::new(), with_types(&all, entries));
            output.text(&Shown { about, guide: None, entries, is_short: false })
        }
    })
}

fn write(context: &Context, (path, kind): (&Path, Kind), text: &str) -> Result<()> {
    if path == Path::new("-") {
        return context.output.print(text).map(drop);
    }
    file::write(path, kind, text.as_bytes())?;
    context.output.say([plain(format!("written into {}", path.display()))]);
    Ok(())
}

/// What is asked for, as chapters.
fn topics(found: Option<Found>, all: Vec<Topic>) -> Vec<Topic> {
    match found {
        Some(Found::Topic(topic)) => vec![topic],
        Some(Found::Entries(entries)) => {
            let (name, about) = ("found".to_owned(), String::new());
            vec![Topic { name, part: Part::Runbook, about, guide: None, entries }]
        }
        None => all,
    }
}

fn unknown(name: &str, near: &[String]) -> CommandError {
    let error = CommandError::new(code::BAD_ARGUMENT, format!("the reference has no `{name}`"));
    let near: Vec<String> = near.iter().map(|it| format!("`moontide docs {it}`")).collect();
    let error = if near.is_empty() {
        error
    } else {
        error.hint(format!("did you mean {}?", near.join(" or ")))
    };
    error.hint("`moontide docs` lists the chapters, `moontide docs --search WORD` looks for a word")
}
