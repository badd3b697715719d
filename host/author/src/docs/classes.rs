//! The classes of operations, and the operations of each.

use moontide_control::settings::operations;
use moontide_runtime::effect::Class;

use super::{Entry, Part, Topic};

/// Each class, and what it means for an author and an operator.
const CLASSES: [(Class, &str); 6] = [
    (Class::Pure, "Touches nothing outside: the time, a random number."),
    (
        Class::Read,
        "Looks, waits or asks a person, and changes nothing. After a crash it is done again.",
    ),
    (
        Class::Convergent,
        "Leads to the same end however often it is sent. After a crash Moontide looks whether the end is reached, and \
         sends it again if it is not.",
    ),
    (
        Class::Token,
        "Carries a token by which the service knows it again. After a crash it is sent with the same token.",
    ),
    (
        Class::Tagged,
        "Leaves our tag on what it makes. After a crash Moontide looks for the tag, and adopts what it finds.",
    ),
    (
        Class::Once,
        "Leaves nothing by which it can be known again. After a crash in the middle it is `unknown`, is never sent \
         again by itself, and a person decides.",
    ),
];

/// What a class is called.
pub(super) fn word(class: Class) -> String {
    let word = serde_json::to_value(class).unwrap_or_default();
    word.as_str().unwrap_or_default().to_owned()
}

/// The chapter of operations, class by class.
pub(super) fn topic() -> Topic {
    let all = operations::classes();
    let entries = CLASSES.iter().map(|(class, about)| {
        let names = all.iter().filter(|(_, of)| *of == class).map(|(name, _)| format!("`{name}`"));
        let names: Vec<String> = names.collect();
        let changes = if class.needs_intent() { "changes something" } else { "changes nothing" };
        Entry {
            name: format!("operations.{}", word(*class)),
            signature: changes.to_owned(),
            about: format!("{about}\n\n{}", names.join(", ")),
            ..Entry::default()
        }
    });
    let about = "What leaves the sandbox, by class: what a crash in the middle of it means.\n\n\
                 A journal, `[policy] deny` of the settings and `t.called` of a test name operations so. A function \
                 of the library says under *Asks for* which it needs. What changes something is written to the \
                 journal before it is sent, and is refused in a drill for what no drill made and `outside` does not \
                 name.";
    Topic {
        name: "operations".to_owned(),
        part: Part::Library,
        about: about.to_owned(),
        guide: Some("crash"),
        entries: entries.collect(),
    }
}
