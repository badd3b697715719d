//! Reads TOML whose lines have comments: the heads of the files that read a world file and the settings.

use moontide_runtime::plan::duration;

use super::Entry;

/// The entries of the blocks of TOML in the head of a Rust file, below this name.
pub(super) fn entries(topic: &str, source: &str) -> Vec<Entry> {
    let head = source.lines().map_while(|line| line.strip_prefix("//!"));
    let mut reader = Reader { topic: topic.to_owned(), ..Reader::default() };
    let mut is_toml = false;
    for line in head.map(|line| line.strip_prefix(' ').unwrap_or(line)) {
        if line.starts_with("```") {
            is_toml = line == "```toml";
        } else if is_toml {
            reader.read(line);
        }
    }
    reader.entries
}

/// The prose of the head, without the blocks.
pub(super) fn prose(source: &str) -> String {
    let head = source.lines().map_while(|line| line.strip_prefix("//!"));
    let head: Vec<&str> = head.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let text = head.join("\n");
    let prose = text.split("```").step_by(2).map(str::trim).filter(|it| !it.is_empty());
    prose.collect::<Vec<_>>().join("\n\n")
}

#[derive(Default)]
struct Reader {
    topic: String,
    /// The table that the lines stand in: `timing`, `faults.throttle`.
    section: String,
    entries: Vec<Entry>,
}

impl Reader {
    fn read(&mut self, line: &str) {
        let (code, comment) = halves(line);
        if let Some(section) = code.strip_prefix('[').map(|it| it.trim_matches(['[', ']'])) {
            section.clone_into(&mut self.section);
            // A list whose items differ by their kind is not itself an entry.
            if section != "faults" {
                let signature = if code.starts_with("[[") { "a list of tables" } else { "a table" };
                self.section_entry(signature, comment);
            }
        } else if let Some((key, value)) = code.split_once(" = ") {
            self.field(key.trim(), value, comment);
        } else if let Some((key, value)) = commented_out(comment) {
            let (value, comment) = halves(value);
            self.field(key, value, comment);
        } else if !comment.is_empty()
            && let Some(last) = self.entries.last_mut()
        {
            // The comment goes on below.
            let begun = last.about.trim_end_matches('.');
            last.about = sentence(&format!("{begun} {comment}"));
        }
    }

    fn section_entry(&mut self, signature: &str, about: &str) {
        let name = format!("{}.{}", self.topic, self.section);
        if !self.entries.iter().any(|it| it.name == name) {
            let (signature, about) = (signature.to_owned(), sentence(about));
            self.entries.push(Entry { name, signature, about, ..Entry::default() });
        }
    }

    fn field(&mut self, key: &str, value: &str, comment: &str) {
        if key == "kind" && self.section.starts_with("faults") {
            self.section = format!("faults.{}", value.trim_matches('"'));
            let signature = format!("[[faults]] with kind = {value}");
            self.section_entry(&signature, comment);
            return;
        }
        let within = [self.topic.as_str(), &self.section, key];
        let within: Vec<&str> = within.into_iter().filter(|it| !it.is_empty()).collect();
        let signature = format!("{}, such as {value}", kind(value));
        let (name, about) = (within.join("."), sentence(comment));
        self.entries.push(Entry { name, signature, about, ..Entry::default() });
    }
}

/// A comment as a sentence. Whether it may be left out is told beside it.
fn sentence(comment: &str) -> String {
    let said = comment.trim();
    let said = said.strip_suffix("; optional").or(said.strip_prefix("optional; ")).unwrap_or(said);
    let end = if said.is_empty() || said.ends_with('.') { "" } else { "." };
    super::capital(said) + end
}

/// What a value is.
fn kind(value: &str) -> &'static str {
    let text = value.trim_matches('"');
    let is_text = value.starts_with('"');
    match value.as_bytes().first() {
        Some(b'[') => "a list",
        Some(b'{') => "a table",
        Some(b't' | b'f') => "true or false",
        _ if is_text && duration::parse(text).is_some() => "a duration",
        _ if is_text => "a text",
        _ => "a number",
    }
}

/// What stands before a comment, and the comment.
fn halves(line: &str) -> (&str, &str) {
    let mut is_text = false;
    let hash = line.char_indices().find(|(_, it)| {
        is_text ^= *it == '"';
        *it == '#' && !is_text
    });
    match hash {
        Some((at, _)) => (line[..at].trim(), line[at + 1..].trim()),
        None => (line.trim(), ""),
    }
}

/// A field that is shown as one that may be there: `id = "s-…"  # otherwise …`.
fn commented_out(comment: &str) -> Option<(&str, &str)> {
    let (key, value) = comment.split_once(" = ")?;
    let is_key = key.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
    is_key.then_some((key, value))
}
