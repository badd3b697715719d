//! Printing: documents to stdout, talk and errors to stderr.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use anstream::AutoStream;
use clap::ValueEnum;
use moontide_author::Finding;
use moontide_control::contract::{Contract, written};
use moontide_control::error::{CommandError, Result, code};
use moontide_control::next::Next;
use serde::Serialize;

use super::page::Page;
use super::style::Span;
use super::{clean, complaint, findings, github};

/// What stdout is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: a JSON document a line; `moontide schema` says what is in it.
    Json,
    /// For people, with errors and warnings as annotations of a GitHub workflow.
    Github,
}

/// So many bytes more may be said on stderr.
static ROOM: AtomicUsize = AtomicUsize::new(usize::MAX);

/// From now on only so many bytes are said on stderr, and then nothing but errors: what reads it keeps the beginning.
pub(crate) fn bound_talk(bytes: usize) {
    ROOM.store(bytes, Ordering::Relaxed);
}

/// Something a command has to say on stdout. Programs get it as its [`Contract`] says: what has no schema is no document.
pub(crate) trait Document: Serialize + Contract {
    /// The same for people.
    fn write(&self, page: &mut Page);
}

/// Where a command's words go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// How documents are written.
    pub(crate) format: Format,
}

impl Output {
    /// Writes a document to stdout.
    pub(crate) fn show(self, document: &impl Document) -> Result<()> {
        self.print(&self.text(document)).map(drop)
    }

    /// Writes a document to stdout as a line of JSON, whatever the format; returns whether it is still read.
    pub(crate) fn json_line(self, document: &(impl Serialize + Contract)) -> Result<bool> {
        self.print(&json_line(document))
    }

    /// A document as it is written.
    pub(crate) fn text(self, document: &impl Document) -> String {
        match self.format {
            Format::Text | Format::Github => {
                let mut page = Page::default();
                document.write(&mut page);
                page.into_text()
            }
            Format::Json => json_line(document),
        }
    }

    /// Writes the text of documents to stdout; returns whether it is still read.
    #[expect(clippy::unused_self, reason = "only a command that has the output may print")]
    pub(crate) fn print(self, text: &str) -> Result<bool> {
        let mut stdout = AutoStream::auto(io::stdout().lock());
        let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        match written {
            // The reader has read enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(CommandError::new(code::OUTPUT, format!("stdout: {error}"))),
            Ok(()) => Ok(true),
        }
    }

    /// Whether documents are printed as data, for programs.
    pub(crate) fn is_data(self) -> bool {
        self.format == Format::Json
    }

    /// Says a line on stderr.
    #[expect(clippy::unused_self, reason = "only a command that has the output may print")]
    pub(crate) fn say<'s>(self, spans: impl IntoIterator<Item = Span<'s>>) {
        let mut page = Page::default();
        page.line(spans);
        talk(&page.into_text());
    }

    /// Says several lines on stderr, in one go.
    #[expect(clippy::unused_self, reason = "only a command that has the output may print")]
    pub(crate) fn say_page(self, page: Page) {
        talk(&page.into_text());
    }

    /// Prints an error to stderr, in the format of the documents.
    pub(crate) fn complain(self, error: &CommandError, step: &dyn Fn(&Next) -> String) {
        if self.format == Format::Json {
            write(&json_line(&complaint::json(error, step)));
            return;
        }
        let mut page = complaint::text(error, step);
        if io::stderr().is_terminal() {
            complaint::more(&mut page, error);
        }
        write(&page.into_text());
        if self.format == Format::Github {
            let place = error.places.first();
            talk(&github::annotation("error", place, None, error.code.name, &error.message));
        }
    }

    /// An error as it is printed, in the format of the documents.
    pub(crate) fn complaint(self, error: &CommandError, step: &dyn Fn(&Next) -> String) -> String {
        match self.format {
            Format::Json => json_line(&complaint::json(error, step)),
            Format::Text | Format::Github => complaint::text(error, step).into_text(),
        }
    }

    /// Says what a check has found. For programs it is a part of the document.
    pub(crate) fn findings(self, findings: &[Finding], step: &dyn Fn(&Next) -> String) {
        if self.format == Format::Json || findings.is_empty() {
            return;
        }
        self.say_page(findings::text(findings, step, io::stderr().is_terminal()));
        if self.format == Format::Github {
            talk(&findings::annotations(findings));
        }
    }
}

/// Prints clap's own words: help and version to stdout, usage errors to stderr.
pub(crate) fn usage(error: &clap::Error) {
    let _ = error.print();
}

/// Says something on stderr, if there is room for it.
fn talk(text: &str) {
    let room = ROOM.load(Ordering::Relaxed);
    if room == usize::MAX {
        write(text);
    } else if text.len() <= room {
        ROOM.store(room - text.len(), Ordering::Relaxed);
        write(text);
    } else if room > 0 {
        ROOM.store(0, Ordering::Relaxed);
        write("… what happens from here on stands in the journal\n");
    }
}

/// A closed stderr is no reason to stop.
fn write(text: &str) {
    let mut stderr = AutoStream::auto(io::stderr().lock());
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// A document as one line of JSON.
fn json_line(document: &(impl Serialize + Contract)) -> String {
    let mut line = clean::json(&written::document(document).to_string());
    line.push('\n');
    line
}
