//! What a shell offers behind a Tab, asked as a shell asks; and the manual pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::given::waiting;
use crate::support::{Home, Ran};

/// What bash offers for the last of these words, once it has read the script.
fn offered(home: &Home, words: &[&str]) -> Vec<String> {
    let script = "source <(moontide completions bash)
COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)) COMP_TYPE=9
_clap_complete_moontide \"$1\" \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"
printf '%s\\n' \"${COMPREPLY[@]}\"";
    let moontide = home.moontide(&[]);
    let binary = Path::new(moontide.get_program()).parent().expect("it is in a folder");
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", script, "bash"]).args(words).env_clear();
    for (name, value) in moontide.get_envs() {
        bash.env(name, value.expect("they are set"));
    }
    bash.env("PATH", format!("{}:/usr/bin:/bin", binary.display()));
    let ran = Ran::of(&bash.output().expect("bash starts")).expect(0);
    assert_eq!(ran.stderr, "", "a shell that completes says nothing");
    ran.stdout.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Every file below a folder but SQLite's own index of its log, with what is in it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry")) {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(at, text)| (format!("{name}/{at}"), text)));
        } else if !name.ends_with("-shm") {
            let text = fs::read(&path).expect("a file");
            if !(name.ends_with("-wal") && text.is_empty()) {
                found.insert(name, text);
            }
        }
    }
    found
}

#[test]
fn bash_completes_commands_flags_and_the_values_of_flags() {
    let home = Home::new();
    assert_eq!(offered(&home, &["moontide", "sta"]), ["status", "state"]);
    assert_eq!(offered(&home, &["moontide", "status", "x", "--fol"]), ["--follow"]);
    assert_eq!(offered(&home, &["moontide", "store", "ex"]), ["export"]);
    assert_eq!(offered(&home, &["moontide", "run", "x", "--mode", "re"]), ["recovery"]);
    assert_eq!(offered(&home, &["moontide", "guide", "sa"]), ["safety"]);
    assert_eq!(offered(&home, &["moontide", "explain", "M0411"]), ["M0411"]);
}

#[test]
fn bash_completes_executions_waves_prompts_and_answers_and_changes_nothing() {
    let (home, _sim) = waiting();
    let before = files(home.path());
    assert_eq!(offered(&home, &["moontide", "status", "dr"]), ["drill"]);
    assert_eq!(offered(&home, &["moontide", "retry", "drill", "cut"]), ["cut-over"]);
    let asked = offered(&home, &["moontide", "answer", "drill", ""]);
    assert_eq!(asked[..4], ["cut-over", "continue", "skip", "abort"], "{asked:?}");
    assert_eq!(offered(&home, &["moontide", "answer", "drill", "cut-over", "a"]), ["abort"]);
    assert_eq!(offered(&home, &["moontide", "resume", "drill", "--answer", "con"]), ["continue"]);
    let store = format!("sqlite:{}", home.path().join("moontide/moontide.db").display());
    let other = Home::new();
    assert_eq!(offered(&other, &["moontide", "--store", &store, "show", "d"]), ["drill"]);
    assert_eq!(files(home.path()), before, "it only looks");
}

#[test]
fn where_there_is_no_store_nothing_is_offered_said_or_made() {
    let home = Home::new();
    assert_eq!(offered(&home, &["moontide", "status", "x"]), Vec::<String>::new());
    let table = ["moontide", "--store", "dynamodb:moontide@us-west-2", "status", "x"];
    assert_eq!(offered(&home, &table), Vec::<String>::new());
    let broken = home.path().join("broken.db");
    fs::write(&broken, "no database").expect("it can be written");
    let store = format!("--store=sqlite:{}", broken.display());
    assert_eq!(offered(&home, &["moontide", &store, "status", "x"]), Vec::<String>::new());
    assert_eq!(files(home.path()).into_keys().collect::<Vec<_>>(), ["broken.db"]);
}

#[test]
fn there_is_a_script_for_each_shell_and_it_asks_by_the_name_in_the_path() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = home.run(&["completions", shell]).expect(0).stdout;
        assert!(script.contains("MOONTIDE_COMPLETE"), "{script}");
        assert!(!script.contains(env!("CARGO_BIN_EXE_moontide")), "{script}");
    }
    let refused = home.run(&["completions", "ksh"]).expect(2).stderr;
    assert!(
        refused.contains("[possible values: bash, elvish, fish, powershell, zsh]"),
        "{refused}"
    );
}

#[test]
fn each_command_has_a_manual_page() {
    let home = Home::new();
    let folder = home.path().join("man1");
    let into = folder.to_str().expect("text");
    home.run(&["man", "--dir", into]).expect(0);
    let pages = files(&folder);
    for name in ["moontide.1", "moontide-run.1", "moontide-store-export.1"] {
        assert!(pages.contains_key(name), "{:?}", pages.keys());
    }
    assert!(!pages.keys().any(|name| name.contains("help")), "{:?}", pages.keys());
    let run = home.run(&["man", "run"]).expect(0).stdout;
    assert_eq!(run.as_bytes(), pages["moontide-run.1"]);
    assert!(run.contains(".SH SYNOPSIS") && run.contains("\\-\\-mode"), "{run}");
    let refused = home.run(&["man", "stor"]).expect(2).stderr;
    assert!(refused.contains("did you mean `store`?"), "{refused}");
}
