//! Codes and their pages, in step in both directions.

use std::collections::{BTreeMap, BTreeSet};

use moontide_control::error::code;

use super::sources;
use crate::pages::errors::{self, Entry};

fn written(of: impl Fn(&str) -> bool) -> BTreeSet<&'static str> {
    errors::all().flat_map(|entry| entry.codes).filter(|code| of(code)).collect()
}

/// `M` and four digits: a code of the command.
fn is_ours(code: &str) -> bool {
    let digits = code.strip_prefix('M').unwrap_or_default();
    digits.len() == 4 && digits.bytes().all(|it| it.is_ascii_digit())
}

#[test]
fn every_code_of_the_command_has_a_page_that_says_what_it_means() {
    let codes: BTreeSet<&str> = code::ALL.iter().map(|code| code.name).collect();
    assert_eq!(written(is_ours), codes);
    for code in code::ALL {
        let entry = errors::find(code.name).expect("it has a page");
        assert_eq!(entry.meaning, code.meaning, "{}", code.name);
    }
}

#[test]
fn every_code_of_the_engine_the_library_and_aws_has_a_page_and_no_page_is_about_another() {
    let found = sources::codes();
    let pages = written(|code| !is_ours(code));
    let unwritten: BTreeMap<_, _> =
        found.iter().filter(|(code, _)| !pages.contains(code.as_str())).collect();
    assert!(unwritten.is_empty(), "codes without a page: {unwritten:#?}");
    let stale: Vec<_> = pages.iter().filter(|code| !found.contains_key(**code)).collect();
    assert!(stale.is_empty(), "pages about what no source mentions: {stale:?}");
}

#[test]
fn every_page_says_what_it_means_why_it_comes_and_what_to_type() {
    let mut seen = BTreeSet::new();
    for Entry { codes, meaning, body, .. } in errors::all() {
        assert!(!meaning.is_empty() && !meaning.ends_with('.'), "{codes:?}");
        assert!(body.starts_with("Why: ") && body.contains("\nDo: "), "{codes:?}");
        for code in codes {
            assert!(seen.insert(code), "{code} has two pages");
        }
    }
}

#[test]
fn a_code_is_found_as_it_is_typed_or_pasted() {
    for typed in ["M0411", "m0411", "error[M0411]", "error[M0411]:"] {
        assert_eq!(errors::find(typed).expect("it is there").codes, ["M0411"], "{typed}");
    }
    let late = errors::find("Delivery Timed Out").expect("it is there");
    assert_eq!(late.codes, ["DeliveryTimedOut"]);
    assert_eq!(errors::find("noroom").expect("it is there").codes, ["NoRoom"]);
    assert_eq!(errors::find("M0000"), None);
}
