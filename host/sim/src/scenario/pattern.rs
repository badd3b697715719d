//! Names with `*` in them.

use serde::Deserialize;

/// A server name in which each `*` stands for any run of characters.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct Pattern(String);

impl Pattern {
    /// Whether `name` is one of the names that this pattern stands for.
    pub(crate) fn matches(&self, name: &str) -> bool {
        matches(&self.0, name)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => name.strip_prefix(head).is_some_and(|rest| {
            rest.char_indices()
                .map(|(at, _)| &rest[at..])
                .chain([""])
                .any(|rest| matches(tail, rest))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_anything_also_nothing() {
        for (pattern, name) in
            [("*", ""), ("db-*", "db-1"), ("*-1", "db-1"), ("d*-*1", "db-11"), ("db", "db")]
        {
            assert!(matches(pattern, name), "{pattern} should match {name}");
        }
        for (pattern, name) in [("db-*", "web-1"), ("db", "db-1"), ("*-1", "db-2"), ("", "x")] {
            assert!(!matches(pattern, name), "{pattern} should not match {name}");
        }
    }
}
