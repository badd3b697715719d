//! Names with `*` in them.

use serde::Deserialize;
use wildmatch::WildMatchPattern;

/// No character of a name: `*` is the only wildcard.
const NONE: char = '\u{e001}';

/// A server name in which each `*` stands for any run of characters.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
pub(crate) struct Pattern {
    text: String,
    pattern: WildMatchPattern<'*', NONE>,
}

impl From<String> for Pattern {
    fn from(text: String) -> Pattern {
        let pattern = WildMatchPattern::new(&text);
        Pattern { text, pattern }
    }
}

impl Pattern {
    /// Whether `name` is one of the names that this pattern stands for.
    pub(crate) fn matches(&self, name: &str) -> bool {
        self.pattern.matches(name)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn matches(pattern: &str, name: &str) -> bool {
        Pattern::from(pattern.to_owned()).matches(name)
    }

    #[test]
    fn a_star_stands_for_anything_also_nothing() {
        for (pattern, name) in
            [("*", ""), ("db-*", "db-1"), ("*-1", "db-1"), ("d*-*1", "db-11"), ("db", "db")]
        {
            assert!(matches(pattern, name), "{pattern} should match {name}");
        }
        for (pattern, name) in
            [("db-*", "web-1"), ("db", "db-1"), ("*-1", "db-2"), ("", "x"), ("d?", "db")]
        {
            assert!(!matches(pattern, name), "{pattern} should not match {name}");
        }
    }

    #[test]
    fn a_pattern_full_of_stars_ends() {
        assert!(!matches(&format!("{}b", "*a".repeat(50)), &"a".repeat(1_000)));
    }
}
