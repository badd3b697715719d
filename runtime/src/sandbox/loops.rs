//! Every `for … in` of a script goes through a checked iterator.
//!
//! `pairs` and `next` are functions and can be replaced. `for key in t do` is an instruction of the VM that
//! nothing can intercept, and neither `for key in next, t do` nor `for key in pairs(t) do` calls what its
//! words name once it runs: all of them walk the table by themselves, and tables, functions and userdata as
//! keys lie there by their addresses. So the source is changed before it is compiled:
//!
//! ```text
//! for key, value in t do        ──>   for key, value in __each(t) do
//! ```
//!
//! `__each` is in `luau/values.luau`. No line moves, and scripts cannot write the name: one that has it gets
//! another, with a number behind it. Where a loop's head begins and ends is read off the tokens; what they
//! do not settle is refused and named.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::syntax_error::SyntaxError;
use super::tokens::{Kind, Token, Tokens};

/// How the checked iterator is called in the source.
const EACH: &str = "__each";
/// A source is too short to hold all numbers of so many digits.
const LONGEST_NUMBER: usize = 6;

/// A source whose loops are checked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Checked {
    pub(super) text: String,
    /// The name of the checked iterator in it.
    pub(super) each: String,
}

/// Something that is open, and what it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    /// `for`, until its `do`; where the text of what is iterated begins, once its `in` was seen.
    For(Option<usize>),
    /// `while`, until its `do`.
    While,
    /// A block that `end` closes.
    Block,
    /// An `if` statement, which `end` closes.
    If,
    /// An `if` expression, until its `else`: it has no `end`.
    Choice,
    /// `repeat`, until its `until`.
    Repeat,
    /// `{`; in it `;` separates values.
    Braces,
    /// `(` or `[`.
    Brackets,
}

/// The source with its loops checked. It must be one that compiles.
pub(super) fn check(text: &str) -> Result<Checked, SyntaxError> {
    let each = unused(text);
    let mut reader = Reader { text, open: Vec::new(), operand: false, heads: Vec::new() };
    let mut last = 0;
    for token in Tokens::of(text) {
        reader.take(&token)?;
        last = token.start;
    }
    if !reader.open.is_empty() {
        return Err(unclear(text, last));
    }
    let mut heads = reader.heads;
    heads.sort_unstable();
    let mut checked = String::with_capacity(text.len() + heads.len() * (EACH.len() + 4));
    let mut done = 0;
    for (at, is_begin) in heads {
        let Some(before) = text.get(done..at) else { return Err(unclear(text, at)) };
        checked.push_str(before);
        if is_begin {
            // Writing to a string does not fail.
            let _ = write!(checked, " {each}(");
        } else {
            checked.push_str(") ");
        }
        done = at;
    }
    checked.push_str(&text[done..]);
    Ok(Checked { text: checked, each })
}

/// A name that the source does not have: found in one walk, however many of them it has.
fn unused(text: &str) -> String {
    let mut taken = BTreeSet::new();
    for (at, _) in text.match_indices(EACH) {
        let behind = &text[at + EACH.len()..];
        let digits = behind.bytes().take_while(u8::is_ascii_digit).take(LONGEST_NUMBER).count();
        taken.extend((0..=digits).map(|digits| &behind[..digits]));
    }
    let numbers = (1..).map(|number: usize| number.to_string());
    let mut free = std::iter::once(String::new()).chain(numbers);
    let number = free.find(|number| !taken.contains(number.as_str())).unwrap_or_default();
    format!("{EACH}{number}")
}

/// Where a source cannot be told apart, which is where its blocks do not end as they began.
fn unclear(text: &str, at: usize) -> SyntaxError {
    // Where that is in the middle of a character, too.
    let line = String::from_utf8_lossy(&text.as_bytes()[..at]).matches('\n').count() + 1;
    let message =
        "where the loops before this begin and end cannot be told: put `if … then … else …` \
                   expressions in parentheses"
            .to_owned();
    SyntaxError { line, message }
}

/// Walks over the tokens of a source.
struct Reader<'t> {
    text: &'t str,
    open: Vec<Open>,
    /// Whether the next token begins a value, such as after an operator: an `if` there is an expression.
    operand: bool,
    /// Where what is iterated begins (`true`) and ends.
    heads: Vec<(usize, bool)>,
}

impl Reader<'_> {
    fn take(&mut self, token: &Token) -> Result<(), SyntaxError> {
        let Token { start, end, kind } = *token;
        let operand = std::mem::take(&mut self.operand);
        match kind {
            Kind::Value => {}
            Kind::Operator => self.operand = true,
            Kind::Open => self.push(Open::Brackets, true),
            Kind::OpenBrace => self.push(Open::Braces, true),
            Kind::Semicolon => self.operand = self.open.last() == Some(&Open::Braces),
            Kind::Close => {
                self.close(start, |open| matches!(open, Open::Brackets | Open::Braces))?;
            }
            Kind::Word => match &self.text[start..end] {
                "for" => self.push(Open::For(None), false),
                "in" => self.begin(start, end)?,
                "while" => self.push(Open::While, true),
                "do" => self.begin_block(start),
                "function" => self.push(Open::Block, false),
                "repeat" => self.push(Open::Repeat, false),
                "until" => {
                    self.close(start, |open| *open == Open::Repeat)?;
                    self.operand = true;
                }
                "if" if operand => self.push(Open::Choice, true),
                "if" => self.push(Open::If, true),
                "then" => self.operand = self.open.last() == Some(&Open::Choice),
                "else" if self.open.last() == Some(&Open::Choice) => {
                    self.open.pop();
                    self.operand = true;
                }
                "end" => self.close(start, |open| matches!(open, Open::Block | Open::If))?,
                "and" | "or" | "not" | "return" | "elseif" => self.operand = true,
                _ => {}
            },
        }
        Ok(())
    }

    fn push(&mut self, open: Open, operand: bool) {
        self.open.push(open);
        self.operand = operand;
    }

    fn close(&mut self, at: usize, fits: impl Fn(&Open) -> bool) -> Result<(), SyntaxError> {
        match self.open.pop() {
            Some(open) if fits(&open) => Ok(()),
            _ => Err(unclear(self.text, at)),
        }
    }

    /// `in`.
    fn begin(&mut self, at: usize, end: usize) -> Result<(), SyntaxError> {
        match self.open.last_mut() {
            Some(head @ Open::For(None)) => *head = Open::For(Some(end)),
            _ => return Err(unclear(self.text, at)),
        }
        self.operand = true;
        Ok(())
    }

    /// `do`, of a loop or by itself.
    fn begin_block(&mut self, at: usize) {
        match self.open.last() {
            Some(Open::For(begin)) => {
                self.heads.extend(begin.iter().flat_map(|begin| [(*begin, true), (at, false)]));
                self.open.pop();
            }
            Some(Open::While) => {
                self.open.pop();
            }
            _ => {}
        }
        self.open.push(Open::Block);
    }
}

#[cfg(test)]
mod tests;
