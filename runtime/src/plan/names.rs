//! What names look like: of runbooks, waves, params, Regions, accounts, source servers.

use super::Node;
use super::declared::Declared;
use super::path::{is_identifier, quoted};

/// The longest name of anything that an author names.
const LONGEST: usize = 64;

/// The name of a runbook.
pub(super) fn runbook(declared: &Declared<'_>) -> Option<String> {
    let name = declared.text()?;
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !name.chars().all(letter) {
        declared.complain(format!(
            "a runbook's name is made of lower-case letters, digits, `-` and `_`, and {} is not",
            quoted(name)
        ));
    }
    not_too_long(declared, name);
    Some(name.to_owned())
}

/// The name of a wave. It becomes part of journals, tags and file names.
pub(super) fn wave(declared: &Declared<'_>) -> Option<String> {
    let name = declared.text()?;
    if name.starts_with('@') {
        declared.complain(format!(
            "{} cannot name a wave, because names that begin with `@` belong to Moontide",
            quoted(name)
        ));
    } else if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        declared.complain(format!(
            "a wave's name is made of letters from a to z, digits, `-` and `_`, and {} is not",
            quoted(name)
        ));
    }
    not_too_long(declared, name);
    Some(name.to_owned())
}

/// The name of a param: programs write it behind a dot, operators before an equals sign.
pub(super) fn param(name: &str, declared: &Declared<'_>) {
    if !is_identifier(name) {
        declared.complain(format!(
            "a param's name is made of letters, digits and `_`, does not begin with a digit, and {} \
             is not such a name",
            quoted(name)
        ));
    }
    not_too_long(declared, name);
}

fn not_too_long(declared: &Declared<'_>, name: &str) {
    if name.chars().count() > LONGEST {
        declared.complain(format!("{} is longer than {LONGEST} characters", quoted(name)));
    }
}

/// The name of an AWS Region. Which ones exist is not known here.
pub(super) fn region(declared: &Declared<'_>) -> Option<String> {
    let name = declared.text()?;
    if !is_region(name) {
        let message = format!("{} is not the name of a Region, such as `us-west-2`", quoted(name));
        let lower = name.trim().to_ascii_lowercase();
        let zone = lower.strip_suffix(|last: char| last.is_ascii_lowercase()).unwrap_or_default();
        let suggestion = [lower.as_str(), zone].into_iter().find(|name| is_region(name));
        declared.complaints.add_with(&declared.path, message, suggestion.map(str::to_owned));
    }
    Some(name.to_owned())
}

/// `us-west-2`, `us-gov-east-1`, `eusc-de-east-1`: words, then a number.
fn is_region(name: &str) -> bool {
    let mut parts: Vec<&str> = name.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    let word = |part: &&str| part.len() >= 2 && part.bytes().all(|b| b.is_ascii_lowercase());
    (2..=3).contains(&parts.len())
        && parts.iter().all(word)
        && (1..=2).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
}

/// The id of an AWS account. A string, because a number would lose its leading zeros.
pub(super) fn account(declared: &Declared<'_>) -> Option<String> {
    let Node::Text(_) = declared.node else {
        declared.must_be("a string of 12 digits");
        return None;
    };
    let id = declared.text()?;
    if id.len() != 12 || !id.bytes().all(|b| b.is_ascii_digit()) {
        declared.complain(format!("an account has 12 digits, and {} has not", quoted(id)));
    }
    Some(id.to_owned())
}

/// Whether it has the form of a source server's id: `s-` and 17 letters or digits.
pub(super) fn is_server_id(text: &str) -> bool {
    text.strip_prefix("s-").is_some_and(|rest| {
        rest.len() == 17 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_of_every_partition_are_recognised() {
        for region in
            ["us-west-2", "us-gov-east-1", "us-isob-east-1", "ap-southeast-2", "eusc-de-east-1"]
        {
            assert!(is_region(region), "{region}");
        }
        for other in ["us-west-2a", "us-west", "US-WEST-2", "oregon", "us--2", "", "2-2-2"] {
            assert!(!is_region(other), "{other}");
        }
    }

    #[test]
    fn server_ids_are_recognised() {
        assert!(is_server_id("s-0123456789abcdef0"));
        for other in ["s-0123456789abcdef", "i-0123456789abcdef0", "s-0123456789abcde_0", "db"] {
            assert!(!is_server_id(other), "{other}");
        }
    }
}
