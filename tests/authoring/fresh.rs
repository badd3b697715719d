//! A new folder is whole at once, and says what it cannot do.

use std::fs;

use crate::support::{Home, Sim};

fn passes_everything(home: &Home) {
    for command in ["check", "rehearse", "test"] {
        let ran = home.moontide(&[command, "shop"]).current_dir(home.path()).output();
        let ran = crate::support::Ran::of(&ran.expect("it starts"));
        assert_eq!(ran.code, Some(0), "{command}: {}{}", ran.stdout, ran.stderr);
        assert!(!ran.stderr.contains("warning"), "{command}: {}", ran.stderr);
    }
}

fn new(home: &Home, flags: &[&str]) -> crate::support::Ran {
    let ran = home.moontide(&[&["new", "shop"], flags].concat()).current_dir(home.path()).output();
    crate::support::Ran::of(&ran.expect("it starts"))
}

#[test]
fn a_new_runbook_checks_rehearses_and_passes_its_tests() {
    let home = Home::new();
    let ran = new(&home, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("next: moontide test shop"), "{}", ran.stdout);
    passes_everything(&home);
}

#[test]
fn so_does_that_of_an_estate() {
    let home = Home::new();
    let world = home.path().join("estate.toml");
    let servers: String = ["Web", "web", "web-2", "a|b", "stopped"]
        .map(|value| {
            let state = if value == "stopped" { "replication = \"STALLED\"\n" } else { "" };
            format!("[[servers]]\nname = \"s {value}\"\ntags = {{ Tier = \"{value}\" }}\n{state}")
        })
        .concat();
    let head = "version = 1\naccount = \"111122223333\"\nregion = \"us-west-2\"\n";
    fs::write(&world, format!("{head}{servers}")).expect("it writes");
    let sim = Sim::of(&world);
    let [endpoint, _] = sim.flags();
    let ran = new(&home, &["--from=estate", "--region=us-west-2", "--by=Tier", &endpoint]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    passes_everything(&home);
}

#[test]
fn a_folder_without_types_for_an_editor_is_whole_all_the_same() {
    let home = Home::new();
    fs::write(home.path().join("moontide"), "a file").expect("it writes");
    let ran = new(&home, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: an editor will not know its types"), "{}", ran.stderr);
    assert!(home.path().join("shop/runbook.test.luau").is_file());
}

#[test]
fn flags_that_only_an_estate_heeds_are_refused_without_one() {
    for flag in ["--tag=App=shop", "--by=Tier", "--region=eu-west-1", "--profile=x", "--speed=2"] {
        let home = Home::new();
        let ran = new(&home, &[flag]);
        let name = flag.split('=').next().expect("a name");
        assert_eq!(ran.code, Some(2), "{flag}: {}", ran.stderr);
        assert!(ran.stderr.contains(&format!("`{name}` is for `--from estate`")), "{}", ran.stderr);
        assert!(!home.path().join("shop").exists(), "{flag}");
    }
}
