//! The rooms of the engine stand in an order, which the docs of `src/lib.rs` write down: a room imports from the rooms
//! before it only. Here the sources are held to it.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The sources of the engine.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Each room and its place, as the list in the docs of the crate has them: ``//! 3. [`plan`]: …``.
fn order() -> BTreeMap<String, usize> {
    let docs = fs::read_to_string(sources().join("lib.rs")).unwrap();
    let listed = docs.lines().filter_map(|line| {
        let (place, rest) = line.strip_prefix("//! ")?.split_once(". [`")?;
        Some((rest.split_once("`]")?.0.to_owned(), place.parse().ok()?))
    });
    listed.collect()
}

/// Every Rust file under a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let nested = entries.map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    nested.flatten().filter(|path| path.extension().is_some_and(|it| it == "rs")).collect()
}

/// The rooms that a source names as `crate::room`, or as `crate::{room, …}`: its tests may look anywhere.
fn named(source: &str) -> Vec<String> {
    let product = source.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code = product.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n");
    let is_of_name = |it: char| it.is_alphanumeric() || it == '_';
    let words = |text: &str| -> Vec<String> {
        text.split(',')
            .map(|it| it.trim().split(|it| !is_of_name(it)).next().unwrap().into())
            .collect()
    };
    let after = code.split("crate::").skip(1);
    after
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(list) => words(list.split('}').next().unwrap_or_default()),
            None => words(rest.split("::").next().unwrap_or_default()),
        })
        .collect()
}

/// What is wrong with a source of this room.
fn upward(order: &BTreeMap<String, usize>, room: &str, source: &str) -> Vec<String> {
    let place = order[room];
    let above = |other: &String| order.get(other).is_some_and(|it| *it > place);
    named(source).into_iter().filter(above).map(|other| format!("{room} → {other}")).collect()
}

#[test]
fn no_room_imports_from_one_above_it() {
    let (order, sources) = (order(), sources());
    let mut wrong = Vec::new();
    for file in files(&sources) {
        let within = file.strip_prefix(&sources).unwrap();
        let first = within.iter().next().unwrap().to_str().unwrap();
        let room = first.strip_suffix(".rs").unwrap_or(first);
        let is_of_tests = within.iter().any(|it| it == "tests" || it == "tests.rs");
        if room == "lib" || is_of_tests {
            continue;
        }
        assert!(order.contains_key(room), "the room `{room}` has no place in the docs of lib.rs");
        let source = fs::read_to_string(&file).unwrap();
        let found = upward(&order, room, &source).into_iter();
        wrong.extend(found.map(|found| format!("{}: {found}", within.display())));
    }
    assert!(wrong.is_empty(), "imports that go up:\n{}", wrong.join("\n"));
}

#[test]
fn an_import_that_goes_up_is_found_however_it_is_written() {
    let order = order();
    assert!(order["plan"] < order["store"] && order["store"] < order["scheduler"], "{order:?}");
    let found = |source: &str| upward(&order, "store", source);
    for up in [
        "use crate::scheduler::Retold;",
        "use crate::{plan, scheduler as driver};",
        "fn of(it: &crate::scheduler::Driver) {}",
        "use crate::{\n    plan::Mode,\n    scheduler::Retold,\n};",
    ] {
        assert_eq!(found(up), ["store → scheduler"], "{up}");
    }
    for down in [
        "use crate::plan::Mode;",
        "//! See [`crate::scheduler`].",
        "use super::Store;\n\n#[cfg(test)]\nmod tests {\n    use crate::scheduler::Retold;\n}",
    ] {
        assert_eq!(found(down), [] as [&str; 0], "{down}");
    }
}

#[test]
fn a_mod_file_maps_its_room_and_holds_no_logic() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let rooms = ["runtime", "host/aws", "host/sim", "host/control", "host/author", "host/cli"];
    let maps: Vec<PathBuf> = rooms
        .iter()
        .flat_map(|room| files(&house.join(room).join("src")))
        .filter(|path| path.ends_with("mod.rs") && !path.iter().any(|it| it == "tests"))
        .collect();
    assert!(maps.len() > 50, "{maps:?}");
    let begins = |line: &str| {
        let line = line.strip_prefix("pub").map_or(line, |rest| {
            let rest =
                rest.split_once(") ").filter(|_| rest.starts_with('(')).map_or(rest, |it| it.1);
            rest.trim_start()
        });
        let line = line.trim_start_matches("const ").trim_start_matches("async ");
        ["fn ", "impl ", "impl<"].iter().any(|it| line.starts_with(it))
    };
    let with_logic = maps.iter().filter(|path| {
        let source = fs::read_to_string(path).unwrap();
        source.lines().take_while(|line| *line != "#[cfg(test)]").any(begins)
    });
    assert_eq!(with_logic.collect::<Vec<_>>(), Vec::<&PathBuf>::new());
    assert!(
        ["pub(crate) fn a() {", "pub async fn b()", "impl C {", "fn d()"].into_iter().all(begins)
    );
    assert!(!["pub use a::b;", "mod fn_;", "    fn inner()"].into_iter().any(begins));
}

#[test]
fn what_services_stand_on_knows_none_of_them() {
    let sim = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("host/sim/src");
    let ground = ["wire", "documents", "scenario", "fault", "fact.rs", "seed.rs", "tags.rs"];
    let estate = ["estate.rs", "instance.rs", "platform.rs", "nearest.rs", "assumption.rs"];
    let above = ["services", "drs", "ec2", "route53", "ssm", "sts", "reader", "recognise", "facts"];
    let (mut seen, mut wrong) = (0, Vec::new());
    for room in ground.into_iter().chain(estate).chain(["plug.rs"]) {
        let path = sim.join(room);
        for file in if path.is_dir() { files(&path) } else { vec![path] } {
            seen += 1;
            let named = named(&fs::read_to_string(&file).unwrap());
            let upward = named.into_iter().filter(|it| above.contains(&it.as_str()));
            wrong.extend(upward.map(|it| format!("{} → {it}", file.display())));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(seen > 30, "{seen}");
}
