//! The reference as one Markdown file.

use std::fmt::Write;

use super::{Effect, Entry, Part, Topic};

/// Writes these topics.
pub fn write(topics: &[Topic]) -> String {
    let mut text = format!("# The reference of Moontide\n\n{}\n", super::preface());
    for part in Part::ALL {
        let mut of_it = topics.iter().filter(|it| it.part == part).peekable();
        if of_it.peek().is_some() {
            let _ = write!(text, "\n**{}**\n\n", part.title());
        }
        for topic in of_it {
            let _ = writeln!(text, "- [{0}](#{0}): {1}", topic.name, topic.sentence());
        }
    }
    for topic in topics {
        let _ = write!(text, "\n## {}\n\n{}\n", topic.name, topic.about);
        if let Some(guide) = topic.guide {
            let _ = write!(text, "\n`moontide guide {guide}` says more.\n");
        }
        for entry in &topic.entries {
            text.push_str(&one(entry));
        }
    }
    text
}

/// Writes one entry.
pub fn one(entry: &Entry) -> String {
    let mut text = format!("\n### {}\n\n", entry.name);
    if !entry.signature.is_empty() {
        let word = entry.presence.word();
        let gap = if word.is_empty() { "" } else { ", " };
        let _ = write!(text, "`{}`{gap}{word}\n\n", entry.signature);
    }
    for part in [&entry.about, &entry.throws] {
        if !part.is_empty() {
            let _ = write!(text, "{part}\n\n");
        }
    }
    if !entry.effects.is_empty() {
        let _ = write!(text, "Asks for {}.\n\n", effects(&entry.effects));
    }
    if !entry.example.is_empty() {
        let _ = write!(text, "```luau\n{}\n```\n\n", entry.example);
    }
    for field in &entry.fields {
        let word = field.presence.word();
        let comma = if word.is_empty() { "" } else { ", " };
        let about = field.about.replace('\n', " ");
        let gap = if about.is_empty() { "" } else { ": " };
        let _ =
            writeln!(text, "- `{}`, `{}`{comma}{word}{gap}{about}", field.short(), field.signature);
    }
    text
}

/// Operations with their classes, as a sentence lists them.
pub fn effects(effects: &[Effect]) -> String {
    let said = |it: &Effect| {
        let changes = if it.changes { "changes something, " } else { "" };
        format!("`{}` ({changes}{})", it.operation, it.class)
    };
    effects.iter().map(said).collect::<Vec<_>>().join(", ")
}
