//! What the fuzz targets of `tests/fuzz/` once found interesting, replayed by every run of the tests.

#![expect(clippy::unwrap_used, reason = "a test stops where it is surprised")]

#[path = "../../tests/fuzz/checks/converter.rs"]
mod converter;
#[path = "../../tests/fuzz/checks/journal.rs"]
mod journal;
#[path = "../../tests/fuzz/checks/loader.rs"]
mod loader;

use std::path::Path;

use loader::Loaded;

/// The files of one target's corpus, with their names.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/corpus").join(target);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files
        .map(|path| {
            (path.file_name().unwrap().display().to_string(), std::fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    assert!(files.len() >= 10, "only {} files in the corpus of {target}", files.len());
    files
}

#[test]
fn what_crosses_the_border_between_lua_and_json_is_what_the_rules_foretell() {
    let passed = |(_, data): &&(String, Vec<u8>)| converter::passes(data);
    let corpus = corpus("converter");
    let passed = corpus.iter().filter(passed).count();
    assert!((5..corpus.len()).contains(&passed), "{passed} of {}", corpus.len());
}

#[test]
fn any_journal_is_decoded_folded_replayed_and_resumed_without_a_panic() {
    let read: Vec<_> = corpus("journal").iter().map(|(_, data)| journal::read(data)).collect();
    let count = |which: fn(&&journal::Read) -> bool| read.iter().filter(which).count();
    assert!(count(|read| read.heads > 0) > 0, "no head was decoded");
    assert!(count(|read| read.entries > 3) > 5, "hardly an entry was decoded");
    let resumed = count(|read| read.resumed);
    assert!(resumed > 0 && resumed < count(|read| read.entries > 0), "{resumed} were resumed");
}

/// Numbers are written and read to the last bit: else the effect that passes one on would have another hash.
#[test]
fn a_journal_that_is_cut_off_after_any_entry_is_resumed() {
    let corpus = corpus("journal");
    let (_, written) = corpus.iter().find(|(name, _)| name == "written").unwrap();
    let ends = written.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at);
    for (entries, end) in (1..).zip(ends.chain([written.len()])) {
        let read = journal::read(&written[..end]);
        assert_eq!((read.entries, read.resumed), (entries, true));
    }
}

#[test]
fn any_source_becomes_a_plan_or_an_error_with_a_place() {
    let (mut plans, mut refused, mut failed) = (0, 0, 0);
    for (name, data) in corpus("loader") {
        let Some(loaded) = loader::load(&data) else { continue };
        match loaded {
            Loaded::Plan => plans += 1,
            Loaded::Refused(located) => {
                assert!(located.iter().all(|it| it.place.is_some()), "{name}: {located:?}");
                refused += 1;
            }
            Loaded::Failed(error) => {
                assert!(!error.message.is_empty(), "{name}");
                failed += 1;
            }
        }
    }
    assert!(plans > 0 && refused > 0 && failed > 0, "{plans}, {refused}, {failed}");
}
