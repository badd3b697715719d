//! What notes call a command, a script, and a number of instances.

use crate::documents::{self, Kind};
use crate::scenario::Command;

/// The longest part of a command that is shown.
const SHOWN: usize = 60;

/// Whether a command document that nothing scripted is one of AWS's own that does more than run what it is given.
pub(super) fn is_unsimulated(document: &str) -> bool {
    documents::is_owned(Kind::Command, document) && !documents::SCRIPTS.contains(&document)
}

/// How many instances, in words.
pub(super) fn instances(count: usize) -> String {
    if count == 1 { "1 instance".to_owned() } else { format!("{count} instances") }
}

/// What is said of a document of AWS's own that nothing scripted.
pub(super) fn unsimulated(document: &str, on: &str, list: &str) -> String {
    format!(
        "{document} is AWS's own and is not simulated: it did nothing and succeeded{on}; [[{list}]] with this \
         `document` would say how it ends"
    )
}

/// The beginning of a command.
pub(super) fn shown(text: &str) -> String {
    let first = text.trim().lines().next().unwrap_or_default();
    first.chars().take(SHOWN).collect()
}

/// What a script answers to.
pub(super) fn described(command: &Command) -> String {
    let server = command.server.as_ref().map(|it| it.get_ref().as_str());
    let conditions = [
        ("document", command.document()),
        ("contains", command.contains.as_deref()),
        ("server", server),
    ];
    let told = conditions.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let told: Vec<String> = told.map(|(name, value)| format!("{name} = \"{value}\"")).collect();
    if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) }
}
