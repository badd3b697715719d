//! What rustyline asks of Moontide while a line is typed: whether it is whole, how it could go on, and how it looks.

use std::borrow::Cow;
use std::cell::RefCell;

use moontide_author::types::answers::{Offer, OfferKind};
use moontide_runtime::sandbox::Typed;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::{Hinter, HistoryHinter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper, Result};

use super::command;

/// What is known about lines.
pub(super) struct Lines {
    hinter: HistoryHinter,
    /// The lines that worked, which declare what the next one may use.
    pub(super) worked: Vec<String>,
    /// The same, as the type checker sees them.
    pub(super) typed: RefCell<moontide_author::lines::Lines>,
    /// Whether lines are typed now, and not the answer to a question.
    pub(super) is_line: bool,
}

impl Lines {
    pub(super) fn new() -> Lines {
        Lines {
            hinter: HistoryHinter::new(),
            worked: Vec::new(),
            typed: RefCell::default(),
            is_line: true,
        }
    }

    /// A line has worked.
    pub(super) fn add(&mut self, line: &str) {
        self.worked.push(line.to_owned());
        self.typed.borrow_mut().add(line);
    }

    /// What could stand where a word begins, by its type.
    fn offers(&self, line: &str, start: usize, position: usize) -> Vec<Pair> {
        let begun = line.get(start..position).unwrap_or_default();
        let offers = self.typed.borrow_mut().offers(&line[..position], position);
        let fits = offers.into_iter().filter(|offer| {
            offer.label.starts_with(begun)
                && (!begun.is_empty() || offer.kind != OfferKind::Keyword)
        });
        let pair = |offer: Offer| Pair {
            display: match offer.detail {
                Some(ty) if offer.kind != OfferKind::Module => format!("{}: {ty}", offer.label),
                _ => offer.label.clone(),
            },
            replacement: offer.label,
        };
        fits.map(pair).collect()
    }
}

impl Helper for Lines {}

/// The rest of the last line that began so.
impl Hinter for Lines {
    type Hint = String;

    fn hint(&self, line: &str, position: usize, context: &Context<'_>) -> Option<String> {
        self.is_line.then(|| self.hinter.hint(line, position, context)).flatten()
    }
}

impl Validator for Lines {
    fn validate(&self, context: &mut ValidationContext<'_>) -> Result<ValidationResult> {
        let line = context.input();
        let is_done = !self.is_line || line.trim().is_empty() || line.starts_with(':');
        // What is wrong is said once it is entered: the message is the session's.
        Ok(if is_done || Typed::of(line) != Typed::Begun {
            ValidationResult::Valid(None)
        } else {
            ValidationResult::Incomplete
        })
    }
}

impl Highlighter for Lines {
    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(format!("\x1b[2m{hint}\x1b[0m"))
    }
}

impl Completer for Lines {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _context: &Context<'_>,
    ) -> Result<(usize, Vec<Pair>)> {
        let typed = &line[..position];
        if !self.is_line {
            return Ok((position, Vec::new()));
        }
        if typed.starts_with(':') && !typed.contains(' ') {
            let names = command::ALL.iter().map(|(name, _, _)| *name);
            let fits = names.filter(|name| name.starts_with(typed));
            let pair = |name: &str| Pair { display: name.to_owned(), replacement: name.to_owned() };
            return Ok((0, fits.map(pair).collect()));
        }
        let begins = typed.rfind(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
        let start =
            begins.map_or(0, |at| at + typed[at..].chars().next().map_or(1, char::len_utf8));
        Ok((start, self.offers(line, start, position)))
    }
}
