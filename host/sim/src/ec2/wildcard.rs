//! Wildcards in the values of EC2's filters.

use wildmatch::WildMatchPattern;

use crate::fact::{Fact, source};

pub(crate) const FACTS: &[Fact] = &[Fact::documented(
    "ec2.filter.wildcards",
    "In a filter's value, `*` stands for any run of characters and `?` for exactly one; a backslash makes the \
     character behind it literal.",
    source::EC2_GUIDE,
)];

/// Stand for `*` and `?` once backslashes are read: private characters, which no value of AWS's has.
const ANY: char = '\u{e000}';
const ONE: char = '\u{e001}';

/// A filter's value, which may stand for many.
pub(super) struct Wildcard(WildMatchPattern<ANY, ONE>);

impl Wildcard {
    pub(super) fn new(text: &str) -> Wildcard {
        let (mut pattern, mut letters) = (String::new(), text.chars());
        while let Some(letter) = letters.next() {
            pattern.push(match letter {
                '*' => ANY,
                '?' => ONE,
                // A backslash at the end is one.
                '\\' => letters.next().unwrap_or(letter),
                letter => letter,
            });
        }
        Wildcard(WildMatchPattern::new(&pattern))
    }

    /// Whether it stands for `value`.
    pub(super) fn matches(&self, value: &str) -> bool {
        self.0.matches(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_hold_wildcards() {
        for (pattern, value) in
            [("web-*", "web-1"), ("we?", "web"), ("w?b", "wäb"), ("*", ""), ("*b*", "abc")]
        {
            assert!(Wildcard::new(pattern).matches(value), "{pattern} {value}");
        }
        for (pattern, value) in [("we?", "we"), ("*b", "abc")] {
            assert!(!Wildcard::new(pattern).matches(value), "{pattern} {value}");
        }
    }

    #[test]
    fn a_backslash_makes_the_next_character_literal() {
        let literal = Wildcard::new(r"\*amazon\?\\");
        assert!(literal.matches(r"*amazon?\"));
        assert!(!literal.matches(r"xamazon?\") && !literal.matches(r"*amazons\"));
    }

    #[test]
    fn a_pattern_full_of_stars_ends() {
        let value = "a".repeat(10_000);
        assert!(!Wildcard::new(&format!("{}b", "*a".repeat(200))).matches(&value));
        assert!(Wildcard::new(&"*".repeat(10_000)).matches(&value));
    }
}
