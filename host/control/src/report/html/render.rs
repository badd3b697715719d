//! How a page is filled in: all that is put into it is escaped.

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use moontide_runtime::text::plain;
use serde::Serialize;

use crate::error::{CommandError, Result, code};

/// Characters of one text that a page shows; its data has all.
pub(super) const LONGEST: usize = 4_000;

/// What a template sees.
#[derive(Serialize)]
struct Filled<'s, P> {
    style: &'s str,
    page: P,
}

/// Fills a page in. All that is put into it is escaped.
pub(crate) fn render(
    name: &str,
    template: &str,
    style: &str,
    page: impl Serialize,
) -> Result<String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let filled = Value::from(Serde(Filled { style, page }));
    let written = environment.render_named_str(name, template, filled);
    // The style is our own, and the template as well: what fails is ours.
    written.map_err(|error| CommandError::new(code::INTERNAL, format!("{name}: {error:#}")))
}

/// A text without what hides or turns text: the page escapes the rest.
pub(crate) fn shown(text: &str) -> String {
    plain(text, LONGEST)
}
