//! Where a secret would show, it does not.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Secrets;
use crate::history::Format;

const PEM: &str = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n";

fn secrets() -> Secrets {
    let values = [("password", json!("hunter22")), ("pem", json!(PEM)), ("pin", json!(471_147))];
    let values = values.map(|(name, value)| (name.to_owned(), value));
    Secrets::new(&values.into(), Format::CURRENT)
}

#[test]
fn a_secret_is_replaced_wherever_it_stands() {
    let secrets = secrets();
    let mut value = json!({
        "commands": ["login hunter22", "date"], "hunter22": 1, "pin": 471_147, "list": [[-471_147.0]],
    });
    secrets.hide_in(&mut value);
    let hidden = json!({
        "commands": ["login «password»", "date"], "«password»": 1, "pin": "«pin»", "list": [["«pin»"]],
    });
    assert_eq!(value, hidden);
    assert_eq!(format!("{secrets:?}"), "[\"«pem»\", \"«password»\", \"«pin»\"]");
}

#[test]
fn a_secret_is_found_in_the_spellings_of_what_passes_it_on() {
    let secrets = secrets();
    for (written, hidden) in [
        ("HUNTER22 hunter22 pin 471147", "«password» «password» pin «pin»"),
        (&format!("key {PEM}!"), "key «pem»!"),
        (&format!("key {}!", crate::text::plain(PEM, 999)), "key «pem»!"),
        (&json!({ "key": PEM }).to_string(), "{\"key\":\"«pem»\"}"),
        ("one line: MIIEvQIBADANBgkq", "one line: «pem»"),
        ("aHVudGVyMjI=", "«password»="),
        ("-----BEGIN%20KEY-----%0AMIIEvQIBADANBgkq%0A", "«pem»%0A«pem»%0A"),
    ] {
        assert_eq!(secrets.hide(written), hidden, "{written}");
    }
}

/// What a program does with a secret before it hands it on, and none of it leaves more than its ends.
#[test]
fn a_secret_is_found_in_what_encoders_make_of_it() {
    let values = [("pw", "S3cr3t'Pa\"ss/77z"), ("token", "tök€n\tünïcode 42"), ("pin", "471147")];
    let values = values.map(|(name, value)| (name.to_owned(), json!(value)));
    let secrets = Secrets::new(&values.into(), Format::CURRENT);
    let base64 = |text: &str| BASE64_STANDARD.encode(text);
    let twice = json!(json!({ "pw": "S3cr3t'Pa\"ss/77z" }).to_string()).to_string();
    for (written, hidden) in [
        (base64("user:S3cr3t'Pa\"ss/77z"), "dXNlcjp«pw»"),
        (base64("a S3cr3t'Pa\"ss/77z!"), "YSB«pw»IQ=="),
        (base64("ab S3cr3t'Pa\"ss/77z\n"), "YWIg«pw»o="),
        (base64("user:S3CR3T'PA\"SS/77Z"), "dXNlcjp«pw»"),
        (BASE64_URL_SAFE.encode("pin=471147?>"), "cGluPT«pin»z8-"),
        ("S3cr3t%27pa%22ss%2f77z S3cr3t'Pa%22ss%2F77z".to_owned(), "«pw» «pw»"),
        (r#"PGPASSWORD='S3cr3t'\''Pa"ss/77z' psql"#.to_owned(), "PGPASSWORD='«pw»' psql"),
        (r#"'S3cr3t'"'"'Pa"ss/77z'"#.to_owned(), "'«pw»'"),
        (twice, r#""{\"pw\":\"«pw»\"}""#),
        ("TöK€N\tüNïCODE 42".to_owned(), "«token»"),
        (crate::text::plain("TÖK€N\tÜNÏCODE 42", 99), "«token»"),
        (r#""t\u00f6k\u20acn\t\u00fcn\u00efcode 42""#.to_owned(), "\"«token»\""),
        ("q=t%C3%B6k%E2%82%ACn%09%c3%bcn%c3%afcode+42".to_owned(), "q=«token»"),
        (base64("471147"), "«pin»"),
    ] {
        assert_eq!(secrets.hide(&written), hidden, "{written}");
    }
    // Before format 7 it stood in the arguments of a call, whose hash is journaled.
    let early = Secrets::new(&values_of("S3cr3t'Pass-77z"), Format(6));
    let late = Secrets::new(&values_of("S3cr3t'Pass-77z"), Format(7));
    let mut arguments =
        json!({ "header": base64("user:S3cr3t'Pass-77z"), "plain": "S3cr3t'Pass-77z" });
    let before = arguments["header"].clone();
    early.hide_in_arguments(&mut arguments);
    assert_eq!(arguments, json!({ "header": before, "plain": "«s»" }));
    late.hide_in_arguments(&mut arguments);
    assert_ne!(arguments["header"], before);
}

fn values_of(secret: &str) -> BTreeMap<String, Value> {
    [("s".to_owned(), json!(secret))].into()
}

#[test]
fn what_only_looks_like_a_piece_of_base64_stays() {
    let secrets = Secrets::new(&values_of("471147"), Format::CURRENT);
    for text in ["i-0ab471147cd", "NDcxMT", "a1b2c3d4e5f6", "MTcxMTQ"] {
        assert_eq!(secrets.hide(text), text);
    }
}

#[test]
fn what_a_cut_leaves_of_a_secret_is_hidden_too() {
    let secrets = secrets();
    for (cut, hidden) in [
        ("login hunter2… (cut)", "login «password»… (cut)"),
        ("login hun…", "login «password»…"),
        ("login hu…", "login hu…"),
        ("the two ends: hunt … nter22", "the two ends: «password» … «password»"),
        ("a… b hunter2… c…", "a… b «password»… c…"),
        ("-----BEGIN KEY-----\\nMIIEv… (cut)", "«pem»\\n«pem»… (cut)"),
    ] {
        assert_eq!(secrets.hide(cut), hidden, "{cut}");
    }
}

#[test]
fn a_space_before_a_cut_may_be_the_secrets() {
    for (cut, hidden) in
        [("the AA … (cut)", "the «s»… (cut)"), ("the AA a … (cut)", "the «s»… (cut)")]
    {
        assert_eq!(Secrets::new(&values_of("AA a 0b"), Format::CURRENT).hide(cut), hidden);
    }
    let early = Secrets::new(&values_of("AA a 0b"), Format(8));
    assert_eq!(early.hide("the AA … (cut)"), "the AA … (cut)");
}

#[test]
fn what_aws_cuts_without_a_mark_is_hidden_too() {
    let secrets = secrets();
    let long = "x ".repeat(600);
    assert_eq!(secrets.hide(&format!("{long}hunt")), format!("{long}«password»"));
    assert_eq!(secrets.hide(&format!("ter22 {long}")), format!("«password» {long}"));
    assert_eq!(secrets.hide("a text that ends with hunt"), "a text that ends with hunt");
}

#[test]
fn a_text_that_is_a_number_is_found_as_one() {
    let values = BTreeMap::from([("pin".to_owned(), json!("471147"))]);
    let mut value = json!([471_147, -471_147, "471147", 471_148]);
    Secrets::new(&values, Format::CURRENT).hide_in(&mut value);
    assert_eq!(value, json!(["«pin»", "«pin»", "«pin»", 471_148]));
}

#[test]
fn a_text_full_of_cuts_is_read_in_time() {
    let key = (0..50).map(|line| format!("{line:02}Line{}\n", "b".repeat(58)));
    let values = BTreeMap::from([("key".to_owned(), json!(key.collect::<String>()))]);
    let text = "aaaa… ".repeat(40_000);
    assert_eq!(Secrets::new(&values, Format::CURRENT).hide(&text).len(), text.len());
}

#[test]
fn a_short_secret_in_the_middle_of_an_id_is_none_and_our_own_names_stay() {
    let values =
        BTreeMap::from([("pin".to_owned(), json!(681_568)), ("pw".to_owned(), json!("t4gs!!"))]);
    let secrets = Secrets::new(&values, Format::CURRENT);
    let mut reply =
        json!({ "instance_id": "i-0ab681568cd", "t4gs!!": "pin 681568.", "n": 681_568 });
    secrets.hide_in_values(&mut reply);
    assert_eq!(
        reply,
        json!({ "instance_id": "i-0ab681568cd", "t4gs!!": "pin «pin».", "n": "«pin»" })
    );
}

#[test]
fn an_execution_of_an_earlier_format_keeps_the_hashes_of_its_arguments() {
    let values = BTreeMap::from([("pin".to_owned(), json!(4711))]);
    let mut arguments = json!({ "pin": 4711, "text": "4711" });
    Secrets::new(&values, Format(4)).hide_in_arguments(&mut arguments);
    assert_eq!(arguments, json!({ "pin": 4711, "text": "«pin»" }));
    Secrets::new(&values, Format(5)).hide_in_arguments(&mut arguments);
    assert_eq!(arguments, json!({ "pin": "«pin»", "text": "«pin»" }));
}

proptest! {
    #[test]
    fn no_secret_survives(secret in "[ -~äöü\n]{8,40}", before in ".{0,20}", after in ".{0,20}", cut in 0_usize..80) {
        let secrets = Secrets::new(&[("s".to_owned(), json!(secret))].into(), Format::CURRENT);
        let whole = format!("{before}{secret}{after}");
        for text in [whole.clone(), crate::text::plain(&whole, 999), json!(whole).to_string()] {
            let hidden = secrets.hide(&text);
            prop_assert!(!hidden.contains(&secret) || "«s»".contains(&secret), "{}", hidden);
        }
        let beginning: String = secret.chars().take(3).collect();
        let hidden = secrets.hide(&crate::text::plain(&whole, cut));
        let ends = hidden.strip_suffix("… (cut)").unwrap_or_default();
        prop_assert!(beginning.contains(['\n', '«', '»']) || !ends.ends_with(&beginning), "{}", hidden);
    }
}
