//! The examples of the reference: what it shows of a runbook loads, and has no type errors.

use std::fmt::Write;
use std::fs;

use moontide_author::docs::{self, Part};
use moontide_author::{Finding, check};
use moontide_control::listener::Silent;
use moontide_control::runbook::Files;
use moontide_runtime::plan::known;
use moontide_runtime::sandbox::Limits;

/// The code of a text, a block for each example.
fn blocks(text: &str) -> impl Iterator<Item = &str> {
    text.split("```luau\n").skip(1).filter_map(|part| part.split("```").next())
}

/// The examples of each chapter about runbooks, with the name that they stand under.
fn examples() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for topic in docs::all().into_iter().filter(|it| it.part == Part::Runbook) {
        found.extend(blocks(&topic.about).map(|it| (topic.name.clone(), it.to_owned())));
        let own = topic.entries.into_iter().filter(|it| !it.example.is_empty());
        found.extend(own.map(|it| (it.name, it.example)));
    }
    found
}

/// An example as a runbook: it is one, or stands in the table of one, or in the table of a wave.
fn runbook(example: &str) -> String {
    let mut head = String::from("--!strict\n");
    for (name, module) in [("moontide", "@moontide"), ("ssm", "@moontide/ssm")] {
        let is_used = name == "moontide" || example.contains(&format!("{name}."));
        if is_used && !example.contains("require(") {
            let _ = writeln!(head, "local {name} = require(\"{module}\")");
        }
    }
    if example.contains("return moontide.runbook") {
        return head + example;
    }
    let field = example.split([' ', '=']).next().unwrap_or_default();
    let (_, fields) =
        known::TABLES.iter().find(|(table, _)| *table == "runbook").expect("it is there");
    let (of_runbook, of_wave) = if fields.contains(&field) { (example, "") } else { ("", example) };
    let servers = if of_wave.starts_with("servers =") {
        ""
    } else {
        "servers = { tags = { Tier = \"web\" } },"
    };
    format!(
        "{head}return moontide.runbook {{\nname = \"example\",\n{of_runbook}\n\
         waves = {{ {{ name = \"example\", {servers}\n{of_wave}\n}} }},\n}}\n"
    )
}

fn findings(source: &str) -> Vec<Finding> {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("runbook.luau"), source).expect("it writes");
    let files = Files::read(home.path()).expect("a runbook");
    check(&files, &Silent, &Limits::default()).findings
}

#[test]
fn each_example_of_a_runbook_loads_and_has_no_type_errors() {
    let examples = examples();
    for (name, example) in &examples {
        let source = runbook(example);
        let found = findings(&source);
        let said: Vec<String> = found.iter().map(Finding::sentence).collect();
        assert!(said.is_empty(), "{name}: {said:#?}\n{source}");
    }
    let shown: Vec<&str> = examples.iter().map(|(name, _)| name.as_str()).collect();
    for chapter in
        ["runbook", "wave", "servers", "pause", "start", "param", "outside", "hook", "failure"]
    {
        assert!(shown.contains(&chapter), "{chapter} has an example");
    }
}

#[test]
fn a_mistake_in_an_example_would_be_found() {
    for wrong in [
        "pause = { mesage = \"Go?\" },",
        "verify = function(wave) moontide.log.info(wave.nam) end,",
    ] {
        assert!(!findings(&runbook(wrong)).is_empty(), "{wrong}");
    }
}
