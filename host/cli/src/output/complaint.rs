//! What an error looks like.

use moontide_control::error::{CommandError, Place};
use moontide_control::next::Next;
use schemars::JsonSchema;
use serde::Serialize;

use super::Page;
use super::style::{attention, bad, faint, plain, strong};
use crate::exit;

/// For people: the sentence, each place with its line and a caret, what to do next.
pub(super) fn text(error: &CommandError, step: &dyn Fn(&Next) -> String) -> Page {
    let mut page = Page::default();
    write(&mut page, error, step, true);
    page
}

/// The same on a page. What is no error is a warning.
pub(super) fn write(
    page: &mut Page,
    error: &CommandError,
    step: &dyn Fn(&Next) -> String,
    is_error: bool,
) {
    let code = error.code.name;
    let head = if is_error {
        bad(format!("error[{code}]"))
    } else {
        attention(format!("warning[{code}]"))
    };
    page.line([head, plain(": "), strong(error.message.as_str())]);
    for place in &error.places {
        write_place(page, place);
    }
    for hint in &error.hints {
        page.line([strong("hint"), plain(": "), plain(hint.text(step))]);
    }
}

/// Names the page about the error's code. Only a terminal gets it: a log has the code, and stays short.
pub(super) fn more(page: &mut Page, error: &CommandError) {
    page.line([faint(format!("more: moontide explain {}", error.code.name))]);
}

fn write_place(page: &mut Page, place: &Place) {
    page.line([faint("  --> "), plain(place.position())]);
    let message = place.message.as_deref().unwrap_or_default();
    let (Some(line), Some(source)) = (place.line, &place.source_line) else {
        if !message.is_empty() {
            page.line([plain("      "), plain(message)]);
        }
        return;
    };
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    page.line([faint(format!("{margin} |"))]);
    page.line([faint(format!("{number} | ")), plain(source.as_str())]);
    let before: String = source.chars().take(place.column.unwrap_or(1) - 1).collect();
    let blank: String = before.chars().map(|it| if it == '\t' { '\t' } else { ' ' }).collect();
    let mut line = vec![faint(format!("{margin} | ")), plain(blank), bad("^")];
    if !message.is_empty() {
        line.extend([plain(" "), plain(message)]);
    }
    page.line(line);
}

/// For programs.
pub(super) fn json(error: &CommandError, step: &dyn Fn(&Next) -> String) -> Complaint {
    let hints = error.hints.iter().map(|hint| hint.text(step)).collect();
    Complaint {
        error: Told {
            code: error.code.name,
            meaning: error.code.meaning,
            message: error.message.clone(),
            places: error.places.clone(),
            hints,
            exit: exit::of_error(error.code),
        },
    }
}

/// An error on stderr, as programs read it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Complaint {
    /// What is wrong.
    error: Told,
}

/// What is wrong.
#[derive(Serialize, JsonSchema)]
struct Told {
    /// Its code, such as `M0411`; `moontide explain` tells more.
    code: &'static str,
    /// What the code means, in a sentence.
    meaning: &'static str,
    /// What is wrong here, in a sentence.
    message: String,
    /// Where in the author's files; empty: in none.
    places: Vec<Place>,
    /// What to do, with commands to type.
    hints: Vec<String>,
    /// The exit code of the command that ends with it.
    exit: u8,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::next;
    use moontide_control::error::code;

    #[test]
    fn an_error_shows_its_line_and_what_to_do() {
        let source = "return moontide.runbook {\n\tdepend_on = { \"database\" },\n}\n";
        let place = Place::in_source("shop/runbook.luau", 2, source);
        let place = Place { message: Some("did you mean `depends_on`?".into()), ..place };
        let error = CommandError::new(code::PLAN_REFUSED, "unknown field `depend_on`")
            .at(place)
            .hint("moontide check shop");
        insta::assert_snapshot!(text(&error, &next::words).into_plain(), @r#"
        error[M0207]: unknown field `depend_on`
          --> shop/runbook.luau:2:2
          |
        2 |     depend_on = { "database" },
          |     ^ did you mean `depends_on`?
        hint: moontide check shop
        "#);
    }

    #[test]
    fn a_terminal_is_told_where_the_page_about_the_code_is() {
        let error = CommandError::new(code::PLAN_REFUSED, "no").hint("moontide check shop");
        let mut page = text(&error, &next::words);
        more(&mut page, &error);
        let said = page.into_plain();
        assert!(
            said.ends_with("hint: moontide check shop\nmore: moontide explain M0207\n"),
            "{said}"
        );
    }
}
