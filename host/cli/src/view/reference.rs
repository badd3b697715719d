//! The reference in a terminal.

use moontide_author::docs::{Entry, Part, Topic, markdown};
use schemars::JsonSchema;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::output::style::{faint, plain, strong};
use crate::output::wrap::{padded, width, wrap};
use crate::output::{Document, Page};

/// All chapters.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Contents {
    /// The chapters.
    pub(crate) topics: Vec<Topic>,
}

/// What was asked for.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Shown {
    /// What the chapter is about, as Markdown. Absent: it is no whole chapter.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) about: String,
    /// The guide that says more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) guide: Option<&'static str>,
    /// The entries.
    pub(crate) entries: Vec<Entry>,
    /// Whether a line or two of each are enough.
    #[serde(skip)]
    pub(crate) is_short: bool,
}

impl Document for Contents {
    fn write(&self, page: &mut Page) {
        let width = width();
        let names = self.topics.iter().map(|it| it.name.width()).max().unwrap_or_default() + 2;
        for part in Part::ALL {
            page.gap();
            page.line([strong(part.title())]);
            for topic in self.topics.iter().filter(|it| it.part == part) {
                let lines = wrap(&topic.sentence(), width.saturating_sub(names + 2).max(20));
                for (number, line) in lines.into_iter().enumerate() {
                    let name = if number == 0 { topic.name.as_str() } else { "" };
                    page.line([plain("  "), strong(padded(name, names)), plain(line)]);
                }
            }
        }
        page.gap();
        for line in [
            "moontide docs wave                   a chapter",
            "moontide docs wave.on_failure        what is in it: a field, a function",
            "moontide docs --search threshold     wherever a word stands",
            "moontide docs --html reference.html  all of it, for a browser",
            "moontide guide                       how to do things, step by step",
        ] {
            page.line([plain(line)]);
        }
    }
}

impl Document for Shown {
    fn write(&self, page: &mut Page) {
        let width = width();
        if self.is_short {
            for entry in &self.entries {
                head(page, entry, width);
                let first = entry.about.split("\n\n").next().unwrap_or_default();
                page.indented(|page| text(page, first, width - 2));
            }
            return;
        }
        text(page, &self.about, width);
        for entry in &self.entries {
            page.gap();
            write_entry(page, entry, width);
        }
        if let Some(guide) = self.guide {
            page.gap();
            page.line([plain(format!("moontide guide {guide} says more"))]);
        }
    }
}

/// The name of an entry, and what it is: beside it if that fits, else below.
fn head(page: &mut Page, entry: &Entry, width: usize) {
    let word = entry.presence.word();
    let word = if word.is_empty() { String::new() } else { format!("  ({word})") };
    let is = entry.signature.as_str();
    // A function says its name itself.
    if is.starts_with(&format!("{}(", entry.name)) || is.starts_with(&format!("{}<", entry.name)) {
        for (number, line) in wrap(is, width.saturating_sub(4)).into_iter().enumerate() {
            let gap = if number == 0 { "" } else { "    " };
            page.line([plain(gap), strong(line)]);
        }
    } else if entry.name.width() + is.width() + word.width() + 2 <= width {
        page.line([strong(entry.name.as_str()), plain("  "), faint(is), plain(word)]);
    } else {
        page.line([strong(entry.name.as_str()), plain(word)]);
        for line in wrap(is, width.saturating_sub(4)) {
            page.line([plain("    "), faint(line)]);
        }
    }
}

fn write_entry(page: &mut Page, entry: &Entry, width: usize) {
    head(page, entry, width);
    page.indented(|page| {
        text(page, &entry.about, width - 2);
        if !entry.throws.is_empty() {
            page.gap();
            text(page, &entry.throws, width - 2);
        }
        if !entry.effects.is_empty() {
            page.gap();
            text(page, &format!("Asks for {}.", markdown::effects(&entry.effects)), width - 2);
        }
        if !entry.example.is_empty() {
            page.gap();
            entry.example.lines().for_each(|line| page.line([plain(format!("  {line}"))]));
        }
        for field in &entry.fields {
            let short = Entry { name: field.short().to_owned(), ..field.clone() };
            head(page, &short, width - 2);
            page.indented(|page| text(page, &field.about, width - 4));
        }
    });
}

/// Paragraphs in lines of a width; the items of lists with their lines below one another; blocks of code as they are.
fn text(page: &mut Page, said: &str, width: usize) {
    for (number, piece) in said.split("```").enumerate() {
        if number % 2 == 1 {
            page.gap();
            piece.lines().skip(1).for_each(|line| page.line([plain(format!("  {line}"))]));
            page.gap();
            continue;
        }
        let paragraphs = piece.split("\n\n").map(str::trim).filter(|it| !it.is_empty());
        for (at, paragraph) in paragraphs.enumerate() {
            if at > 0 {
                page.gap();
            }
            let joined = paragraph.replace("\n- ", "\u{0}- ").replace('\n', " ");
            for part in joined.split('\u{0}') {
                let hang = if part.starts_with("- ") { "  " } else { "" };
                for (number, line) in wrap(part, width - hang.len()).into_iter().enumerate() {
                    page.line([plain(if number == 0 { "" } else { hang }), plain(line)]);
                }
            }
        }
    }
}
