//! Finds the codes of errors in the sources of the engine, the world and the library. A code is a literal: where an
//! error is made with it, alone in a line of a list, or anywhere if it is two words or more in `PascalCase`, which
//! little else is. How SSM says that a command ended stands in the simulator.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::repository;

/// Where errors are made that a runbook's author or an operator meets.
const ROOMS: [&str; 4] = ["runtime/src", "host/aws/src", "host/author/src/testing", "stdlib"];

/// Their files that are about something else: the tables of DynamoDB, whose errors become `M04…`; names of instances.
const OTHER_MATTERS: [&str; 2] = ["host/aws/src/store", "runtime/src/sandbox/flags.rs"];

/// What an error is made with, before its code.
const MAKERS: [&str; 7] = [
    "EffectError::new(\"",
    "ScriptError::new(\"",
    "const REFUSED: &str = \"",
    "const CLAIMED: &str = \"",
    "const CANCELLED: &str = \"",
    "code = \"",
    "Trip::Stopped { \"",
];

/// Literals that look like codes and are none: types, keys, a system, and what SSM says of a command.
const NO_CODES: [&str; 8] = [
    "AmazonLinux",
    "AwsTime",
    "ErrorResponse",
    "InstanceIds",
    "InvalidPluginName",
    "PascalCase",
    "RequestID",
    "TimedOut",
];

/// The simulator, whose files `error.rs` hold what it refuses as AWS does: boto3 judges it.
const SIMULATOR: &str = "host/sim/src";

/// Where the simulator says how a command ended: `Delivery Timed Out`.
const COMMANDS: &str = "host/sim/src/ssm";

/// Every code, and a file that mentions it.
pub(super) fn codes() -> BTreeMap<String, PathBuf> {
    let mut codes = BTreeMap::new();
    let rooms = ROOMS.iter().flat_map(|room| files(&repository(room)));
    let refusals = files(&repository(SIMULATOR)).into_iter().filter(|it| it.ends_with("error.rs"));
    for file in rooms.chain(refusals) {
        let source = fs::read_to_string(&file).expect("a source can be read");
        for code in in_source(&source) {
            codes.entry(code.to_owned()).or_insert_with(|| file.clone());
        }
    }
    for file in files(&repository(COMMANDS)) {
        let source = fs::read_to_string(&file).expect("a source can be read");
        codes.extend(phrases(&source).map(|word| (word, file.clone())));
    }
    codes.retain(|code, _| !NO_CODES.contains(&code.as_str()));
    codes
}

/// The sources of a room, without its tests.
fn files(folder: &Path) -> Vec<PathBuf> {
    let is_other = |path: &Path| OTHER_MATTERS.iter().any(|it| path == repository(it));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a room is there") {
        let path = entry.expect("a file").path();
        let name = path.file_stem().and_then(|it| it.to_str()).unwrap_or_default();
        if name == "tests" || is_other(&path) {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|suffix| suffix == "rs" || suffix == "luau") {
            found.push(path);
        }
    }
    found
}

/// The codes that a source mentions, before its tests and outside of its comments.
fn in_source(source: &str) -> Vec<&str> {
    let (source, _) = source.split_once("#[cfg(test)]").unwrap_or((source, ""));
    let is_comment = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("//") || line.starts_with("--")
    };
    let lines = source.lines().filter(|line| !is_comment(line));
    lines.flat_map(in_line).collect()
}

/// Several capitalised words between quotes, written as one.
fn phrases(source: &str) -> impl Iterator<Item = String> {
    let is_title = |text: &&str| text.contains(' ') && text.split(' ').all(|it| is_pascal(it, 1));
    source.split('"').filter(is_title).map(|text| text.replace(' ', ""))
}

fn in_line(line: &str) -> Vec<&str> {
    let made = MAKERS.iter().filter_map(|maker| {
        let (_, rest) = line.split_once(maker)?;
        rest.split_once('"').map(|(code, _)| code)
    });
    let is_alone = line.trim().starts_with('"') && line.ends_with("\",");
    let words = if is_alone { 1 } else { 2 };
    let literals = line.split('"').skip(1).step_by(2).filter(move |it| is_pascal(it, words));
    made.filter(|code| is_pascal(code, 1)).chain(literals).collect()
}

/// Whether this is so many words or more, each capitalised, written as one.
fn is_pascal(text: &str, words: usize) -> bool {
    let starts_well = text.starts_with(|it: char| it.is_ascii_uppercase());
    let capitals = text.chars().filter(char::is_ascii_uppercase).count();
    let bends = text
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    starts_well
        && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '.')
        && capitals < text.len()
        && bends.count() + 1 >= words
}

#[test]
fn a_code_is_found_where_an_error_is_made_and_where_it_is_two_words() {
    let rust = "// \"NotHere\"\nlet x = EffectError::new(\"Busy\", \"No Room\");\nmatch c { \"SlowDown\" => 1 }\n\
                \x20   \"Throttling\",\n\
                #[cfg(test)]\nEffectError::new(\"NorHere\", \"\")";
    assert_eq!(in_source(rust), ["Busy", "SlowDown", "Throttling"]);
    let luau = "-- \"NotHere\"\nhost.raise { code = \"Timeout\" }\nlocal answer = \"InvocationDoesNotExist\"";
    assert_eq!(in_source(luau), ["Timeout", "InvocationDoesNotExist"]);
    let ended: Vec<_> =
        phrases("(\"TimedOut\", \"Delivery Timed Out\") // \"it is late\"").collect();
    assert_eq!(ended, ["DeliveryTimedOut"]);
    assert!(!is_pascal("AWS", 1) && !is_pascal("Name", 2) && is_pascal("EC2ThrottledException", 2));
}
