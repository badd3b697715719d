//! What is typed into a session, line by line: each is compiled by itself, and what one declares is there for the
//! lines behind it.
//!
//! A `local` at the top of a line would end with the line. So its word is taken out, with the types behind it, and the
//! name becomes a variable of the session:
//!
//! ```text
//! local servers: { any } = drs.servers()   ──>         servers          = drs.servers()
//! ```
//!
//! No column moves. A line that is an expression is returned.

use std::thread;

use full_moon::ast::{LocalAssignment, Stmt};
use full_moon::node::Node;

use super::compile;
use super::syntax_error::SyntaxError;

/// Luau, which has accepted the line by now, stops at a nesting of 1000; see `plan::locate`.
const STACK: usize = 256 * 1024 * 1024;

/// What a text that is being typed is so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A whole line, which can run.
    Whole,
    /// The beginning of one.
    Begun,
    /// No line, whatever follows.
    Wrong {
        /// Where in the text, counted from 1.
        line: usize,
        /// Why.
        message: String,
    },
}

impl Typed {
    /// Reads what was typed so far.
    pub fn of(text: &str) -> Typed {
        Typed::by(text, source(text))
    }

    /// The same of what is to stand in a function, where an expression is no line.
    pub fn of_statement(text: &str) -> Typed {
        Typed::by(text, compile::unoptimized(text))
    }

    fn by<T>(text: &str, compiled: Result<T, SyntaxError>) -> Typed {
        match compiled {
            Ok(_) => Typed::Whole,
            Err(error) if is_begun(text, &error) => Typed::Begun,
            Err(SyntaxError { line, message }) => Typed::Wrong { line, message },
        }
    }
}

/// Whether the compiler has met the end of the text and wanted more. A text in quotation marks ends with its line, and
/// one in brackets does not.
fn is_begun(text: &str, error: &SyntaxError) -> bool {
    let SyntaxError { message, .. } = error;
    let is_long = || text.contains("[[") || text.contains("[=");
    message.ends_with("<eof>")
        || message.ends_with("<eof>?")
        || (message.starts_with("Malformed string") || message.ends_with("unfinished comment"))
            && is_long()
}

/// The source that a line stands for. What is neither an expression nor a statement is told in the words of that which
/// the compiler got further with.
pub(super) fn source(line: &str) -> Result<String, SyntaxError> {
    let returned = format!("return {line}");
    let Err(no_expression) = compile::unoptimized(&returned) else { return Ok(returned) };
    let Err(no_statement) = compile::unoptimized(line) else { return Ok(lasting(line)) };
    // A statement begins with a word or a parenthesis.
    let begins = |letter: char| letter.is_alphabetic() || letter == '_' || letter == '(';
    let is_expression = !line.trim_start().starts_with(begins)
        || no_statement.message.starts_with("Incomplete statement");
    let is_statement =
        is_begun(line, &no_statement) || !(is_expression || is_begun(line, &no_expression));
    Err(if is_statement { no_statement } else { no_expression })
}

/// The same line, whose locals are variables of the session.
fn lasting(line: &str) -> String {
    let read = || {
        let ast = full_moon::parse(line).ok()?;
        let mut text = line.as_bytes().to_vec();
        // From the end: what is put in moves nothing in front of it.
        for statement in ast.nodes().stmts().collect::<Vec<_>>().into_iter().rev() {
            match statement {
                Stmt::LocalAssignment(declared) => lift(declared, &mut text)?,
                Stmt::LocalFunction(declared) => blank(declared.local_token(), &mut text)?,
                _ => {}
            }
        }
        String::from_utf8(text).ok()
    };
    let read = || read().unwrap_or_else(|| line.to_owned());
    thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read);
        reader.ok().and_then(|reader| reader.join().ok()).unwrap_or_else(|| line.to_owned())
    })
}

/// Makes an assignment of a declaration.
fn lift(declared: &LocalAssignment, text: &mut Vec<u8>) -> Option<()> {
    if declared.equal_token().is_none() {
        let end = declared.tokens().map(|token| token.token().end_position().bytes()).max()?;
        text.splice(end..end, *b" = nil");
    }
    for types in declared.type_specifiers().flatten() {
        blank(types, text)?;
    }
    blank(declared.local_token(), text)
}

/// Writes spaces over a part; its lines stay.
fn blank(part: &impl Node, text: &mut [u8]) -> Option<()> {
    // The end of a table's type is that of its last token, and not what the node says.
    let end = part.tokens().map(|token| token.token().end_position().bytes()).max()?;
    let start = part.start_position()?.bytes();
    let part = text.get_mut(start..end)?;
    part.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_returned_and_a_local_stays() {
        for (line, compiled) in [
            ("1 + 1", "return 1 + 1"),
            ("drs.servers()", "return drs.servers()"),
            ("local x = 1", "      x = 1"),
            ("local x", "      x = nil"),
            ("local x: { [string]: { any } }", "      x                        = nil"),
            ("local a: number, b: { string } = 1, {}", "      a        , b             = 1, {}"),
            ("local function f() local y = 1 end", "      function f() local y = 1 end"),
            ("do local y = 1 end", "do local y = 1 end"),
            ("local x = 1; local y = 2", "      x = 1;       y = 2"),
            ("x = 1 -- local", "x = 1 -- local"),
        ] {
            assert_eq!(source(line).as_deref(), Ok(compiled), "{line}");
        }
    }

    #[test]
    fn a_line_goes_on_as_long_as_something_is_open() {
        for begun in
            ["for _, x in y do", "f(", "local x =", "if x then", "{", "[[a", "--[[ a", "x = {\n1,"]
        {
            assert_eq!(Typed::of(begun), Typed::Begun, "{begun}");
        }
        for whole in ["f()", "local x = 1", "for _, x in y do end", "-- nothing"] {
            assert_eq!(Typed::of(whole), Typed::Whole, "{whole}");
        }
        for (wrong, why) in [
            ("x = = 1", "Expected identifier when parsing expression, got '='"),
            ("f())", "Expected identifier when parsing expression, got ')'"),
            ("{ 1,, }", "Expected identifier when parsing expression, got ','"),
            ("for x do end", "Expected 'in' when parsing for loop, got 'do'"),
        ] {
            let Typed::Wrong { message, .. } = Typed::of(wrong) else { panic!("{wrong}") };
            assert!(message.starts_with(why), "{wrong}: {message}");
        }
    }
}
