//! The whole of the reference.

use super::topic::Topic;
use super::{classes, declaration, files, library, luau};

/// What the reference says of itself.
pub(super) fn preface() -> String {
    format!(
        "Every field that a runbook, a world file and the settings may have, and every function of the library, with \
         what it takes, throws and asks for. Moontide {} made this from the sources that its loader and its library \
         use.",
        env!("CARGO_PKG_VERSION")
    )
}

/// A text that begins with a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The whole reference.
pub fn all() -> Vec<Topic> {
    let modules = luau::library();
    let declaration = declaration::topics(&modules);
    let library = library::topics(&modules);
    let files = [files::world(), files::settings()];
    declaration.into_iter().chain(library).chain([classes::topic()]).chain(files).collect()
}
