//! Tags as AWS allows them, in every service and in a world file.

use std::fmt;

use crate::fact::Fact;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "tags.limits",
        "A tag's key has 1 to 128 characters, its value 0 to 256, and a resource has 50 tags at most.",
        "the AWS tagging guide on limits and requirements of tags, the Amazon EC2 user guide on restrictions of tags",
    ),
    Fact::documented(
        "tags.reserved",
        "A key that begins with aws:, in capitals or not, is refused.",
        "the AWS tagging guide on limits and requirements of tags",
    ),
    Fact::assumed(
        "tags.all-or-none",
        "One tag that is refused refuses its request: none of the others is set.",
        "a caller that believes in half a request should hear about it",
    ),
];

/// Of a user's tags on one resource.
pub(crate) const MOST: usize = 50;

const LONGEST_KEY: usize = 128;
pub(crate) const LONGEST_VALUE: usize = 256;

/// Why AWS does not take a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    NoKey,
    LongKey,
    LongValue,
    Reserved,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoKey => "Tag key must not be empty",
            Self::LongKey => "Tag key exceeds the maximum length of 128 characters",
            Self::LongValue => "Tag value exceeds the maximum length of 256 characters",
            Self::Reserved => "Tag keys starting with 'aws:' are reserved for internal use",
        })
    }
}

/// Whether AWS takes these tags, one by one.
pub(crate) fn check<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(), Refusal> {
    for (key, value) in tags {
        if key.is_empty() {
            return Err(Refusal::NoKey);
        }
        if key.chars().count() > LONGEST_KEY {
            return Err(Refusal::LongKey);
        }
        if value.chars().count() > LONGEST_VALUE {
            return Err(Refusal::LongValue);
        }
        if key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:")) {
            return Err(Refusal::Reserved);
        }
    }
    Ok(())
}

/// The same of a map.
pub(crate) fn check_map<'a>(
    tags: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> Result<(), Refusal> {
    check(tags.into_iter().map(|(key, value)| (key.as_str(), value.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_taken_up_to_its_limits_in_characters_and_may_have_no_value() {
        let key = "ä".repeat(128);
        let value = "ä".repeat(256);
        assert_eq!(check([("Empty", ""), (&key, &value), ("awsome", "x"), ("a", "aws:")]), Ok(()));
        let (long_key, long_value) = ("a".repeat(129), "a".repeat(257));
        for (key, value, refusal) in [
            ("", "x", Refusal::NoKey),
            (long_key.as_str(), "x", Refusal::LongKey),
            ("x", long_value.as_str(), Refusal::LongValue),
            ("aws:cloudformation:stack-name", "x", Refusal::Reserved),
            ("AWS:x", "x", Refusal::Reserved),
        ] {
            assert_eq!(check([("App", "shop"), (key, value)]), Err(refusal));
        }
    }
}
