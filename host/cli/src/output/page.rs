//! Lines and tables of styled text. Whatever is put on a page is cleaned first, so that only its styles
//! can speak to a terminal.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::clean;
use super::style::Span;

/// Text in the making.
#[derive(Debug, Default)]
pub(crate) struct Page {
    text: String,
    indent: usize,
}

impl Page {
    /// Adds a line.
    pub(crate) fn line<'s>(&mut self, spans: impl IntoIterator<Item = Span<'s>>) {
        self.text.extend(std::iter::repeat_n(' ', self.indent));
        for span in spans {
            self.push(&span, &clean::line(&span.text), 0);
        }
        self.end_line();
    }

    /// Adds an empty line, unless there is one already or nothing stands above it.
    pub(crate) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Adds lines whose columns stand below one another.
    pub(crate) fn table(&mut self, rows: &[Vec<Span<'_>>]) {
        let width = |span: &Span<'_>| clean::cell(&span.text).width();
        let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
        let widths: Vec<usize> = (0..columns)
            .map(|at| rows.iter().filter_map(|row| row.get(at)).map(width).max().unwrap_or(0))
            .collect();
        for row in rows {
            self.text.extend(std::iter::repeat_n(' ', self.indent));
            for (at, span) in row.iter().enumerate() {
                // Nothing stands behind the last column: it may be as long as it likes.
                if at + 1 == row.len() {
                    self.push(span, &clean::line(&span.text), 0);
                } else {
                    self.push(span, &clean::cell(&span.text), widths[at] + 2);
                }
            }
            self.end_line();
        }
    }

    /// Lets `write` add lines further to the right.
    pub(crate) fn indented(&mut self, write: impl FnOnce(&mut Page)) {
        self.indent += 2;
        write(self);
        self.indent -= 2;
    }

    /// The text, with ANSI escapes for its styles and nothing else.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    fn push(&mut self, span: &Span<'_>, clean: &str, width: usize) {
        let padding = width.saturating_sub(clean.width());
        if !clean.is_empty() {
            let (start, end) = (span.style.render(), span.style.render_reset());
            let _ = write!(self.text, "{start}{clean}{end}");
        }
        self.text.extend(std::iter::repeat_n(' ', padding));
    }

    /// Ends a line, without the padding of columns that turned out to be empty.
    fn end_line(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }
}

#[cfg(test)]
impl Page {
    /// The text as it looks without colours.
    pub(crate) fn into_plain(self) -> String {
        anstream::adapter::strip_str(&self.text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::style::{bad, plain, strong};

    #[test]
    fn columns_stand_below_one_another_whatever_is_in_them() {
        let mut page = Page::default();
        page.line([strong("waves")]);
        page.indented(|page| {
            page.table(&[
                vec![plain("db-東京"), bad("failed"), plain("\u{1b}[2J")],
                vec![plain("web"), plain("ok"), plain("")],
            ]);
        });
        insta::assert_snapshot!(page.into_plain(), @r"
        waves
          db-東京  failed  \u{1b}[2J
          web      ok
        ");
    }

    #[test]
    fn one_endless_text_does_not_make_every_line_of_a_table_endless() {
        let mut page = Page::default();
        let endless = "x".repeat(1_000_000);
        let rows =
            vec![vec![plain(endless.as_str()), plain("end")], vec![plain("a"), plain("end")]];
        page.table(&rows);
        page.line([plain(endless.as_str())]);
        let text = page.into_plain();
        let lengths: Vec<usize> = text.lines().map(|line| line.chars().count()).collect();
        assert_eq!(lengths, [112, 112, 4_007]);
    }
}
