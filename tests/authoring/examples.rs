//! The examples of the standard library: every function that an author may call has one, and all of them run.
//!
//! An example is code in the comment above a function, or at the head of a module. One that declares a runbook runs as
//! it stands; any other is the check of a wave whose servers were launched, with every module in reach.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::support::Home;

const WORLD: &str = include_str!("examples.toml");

/// What such a module returns: its functions say themselves how they are called wrongly.
const FOR_AUTHORS: &str = "return host.module(\"";

/// The modules whose functions authors call: how runbooks call them, what `require` knows them by, and their source.
fn modules() -> Vec<(&'static str, &'static str, &'static str)> {
    let called = |name: &'static str| name.rsplit(['/', '@']).next().expect("a name");
    let all = moontide_stdlib::MODULES.iter().map(|(name, source)| (called(name), *name, *source));
    all.filter(|(_, _, source)| source.contains(FOR_AUTHORS)).collect()
}

/// A line for each module, which makes it a local of that name.
fn requires() -> String {
    let line = |(called, name, _)| format!("local {called} = require(\"{name}\")\n");
    modules().into_iter().map(line).collect()
}

/// Rehearses a runbook in the world of the examples; what it says, if it completes.
fn rehearse(runbook: &str) -> Result<String, String> {
    let home = Home::new();
    for (name, text) in [("runbook.luau", runbook), ("world.toml", WORLD)] {
        fs::write(home.path().join(name), text).expect("it writes");
    }
    let folder = home.path().to_str().expect("a readable path");
    let answer: &[&str] =
        if runbook.contains("moontide.ask") { &["--answer=example=yes"] } else { &[] };
    let ran = home.run(&[&["rehearse", folder], answer].concat());
    let said = format!("{}{}", ran.stderr, ran.stdout);
    if ran.code == Some(0) { Ok(said) } else { Err(said) }
}

/// The names of all functions that authors may call, as the modules themselves say: `drs.servers`, `moontide.log.info`.
fn functions() -> BTreeSet<String> {
    let names: Vec<String> =
        modules().iter().map(|(name, _, _)| format!("{name} = {name}")).collect();
    let names = names.join(", ");
    let said = rehearse(&format!(
        "--!strict\n{}\
         local function list(label: string, module: any)\n\
         for name, value in module do\n\
         if type(value) == \"function\" then moontide.log.info(`function {{label}}.{{name}}`) end\n\
         if type(value) == \"table\" then list(`{{label}}.{{name}}`, value) end\n\
         end\nend\n\
         return moontide.runbook {{ name = \"names\", waves = {{ {{ name = \"list\", run = function()\n\
         for label, module in {{ {names} }} do list(label, module) end\n\
         end }} }} }}",
        requires()
    ));
    let said = said.expect("the modules can be walked");
    let functions = said.lines().filter_map(|line| line.split_once("| function "));
    functions.map(|(_, name)| name.trim().to_owned()).collect()
}

/// The code in a text, a block for each example.
fn blocks(text: &str) -> Vec<String> {
    let parts = text.split("```luau\n").skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// What a line defines: `drs.servers`.
fn defined(line: &str) -> Option<&str> {
    let line = line.strip_prefix("function ").unwrap_or(line);
    let name = line.split(['(', '<', ' ']).next()?;
    let is_member =
        name.contains('.') && name.chars().all(|c| c.is_alphanumeric() || "._".contains(c));
    is_member.then_some(name)
}

/// The examples of a module: those at its head, by its name; those of its functions, by theirs.
fn examples(name: &str, source: &str) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    let (head, body) = source.split_once("]]\n").unwrap_or(("", source));
    if head.contains("--[[") {
        let lines = head.lines().map(|line| line.strip_prefix('\t').unwrap_or(line));
        found.insert(name.to_owned(), blocks(&lines.collect::<Vec<_>>().join("\n")));
    }
    let mut comment = String::new();
    for line in body.lines() {
        if let Some(said) = line.strip_prefix("---") {
            comment.push_str(said.strip_prefix(' ').unwrap_or(said));
            comment.push('\n');
            continue;
        }
        if let Some(function) = defined(line).filter(|_| !comment.is_empty()) {
            found.insert(function.to_owned(), blocks(&comment));
        }
        comment.clear();
    }
    found
}

/// The examples of all modules.
fn all() -> BTreeMap<String, Vec<String>> {
    modules().into_iter().flat_map(|(called, _, source)| examples(called, source)).collect()
}

/// An example as a runbook.
fn runbook(example: &str) -> String {
    if example.contains("local moontide = require") {
        return format!("--!strict\n{example}");
    } else if example.contains("return moontide.runbook") {
        return format!("--!strict\n{}{example}", requires());
    }
    format!(
        "--!strict\n{}return moontide.runbook {{\n\
         name = \"example\",\n\
         region = \"us-west-2\",\n\
         outside = {{\n\
         documents = {{ \"Shop-CutOver\", \"Shop-PromoteReplica\" }},\n\
         instances = {{ ids = {{ \"Z0123456789ABCDEFGHIJ\" }} }},\n\
         }},\n\
         waves = {{ {{\n\
         name = \"example\",\n\
         servers = {{ tags = {{ Tier = \"web\" }} }},\n\
         verify = function(wave)\n{example}end,\n\
         }} }},\n}}\n",
        requires()
    )
}

/// The functions that none of their examples calls.
fn without_one(
    functions: &BTreeSet<String>,
    examples: &BTreeMap<String, Vec<String>>,
) -> Vec<String> {
    let is_called = |function: &&String| {
        // The functions of a table share its examples: those of `moontide.log`.
        let (owner, _) = function.rsplit_once('.').unwrap_or_default();
        let own = examples.get(*function).or_else(|| examples.get(owner));
        own.is_some_and(|own| own.iter().any(|example| example.contains(function.as_str())))
    };
    functions.iter().filter(|it| !is_called(it)).cloned().collect()
}

#[test]
fn every_function_that_an_author_may_call_has_an_example() {
    let (functions, examples) = (functions(), all());
    assert!(functions.len() > 50, "{functions:?}");
    for known in ["moontide.wait_until", "moontide.log.warn", "drs.servers", "state.locked"] {
        assert!(functions.contains(known), "{known} is none of {functions:?}");
    }
    let missing = without_one(&functions, &examples);
    assert!(missing.is_empty(), "without an example that calls them: {missing:#?}");
}

#[test]
fn every_example_runs() {
    let mut failed = Vec::new();
    let mut count = 0;
    for (name, examples) in all() {
        for example in examples {
            count += 1;
            if let Err(said) = rehearse(&runbook(&example)) {
                failed.push(format!("{name}:\n{example}{said}"));
            }
        }
    }
    assert!(count > 50, "{count} examples");
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
fn a_function_without_an_example_is_missed() {
    let source = "--!strict\n--[[\n\tA module.\n]]\n\
        --- Has one.\n---\n--- ```luau\n--- shop.open()\n--- ```\nfunction shop.open() end\n\
        --- Has one of another.\n---\n--- ```luau\n--- shop.open()\n--- ```\nfunction shop.close() end\n\
        --- Has none.\nfunction shop.paint() end\nfunction shop.sell<T>(it: T) end\n";
    let functions = ["shop.close", "shop.open", "shop.paint", "shop.sell"].map(str::to_owned);
    let found = examples("shop", source);
    assert_eq!(found["shop.open"], ["shop.open()\n"]);
    assert_eq!(
        without_one(&BTreeSet::from(functions), &found),
        ["shop.close", "shop.paint", "shop.sell"]
    );
}

/// An example that is wrong does not pass: it runs.
#[test]
fn a_wrong_example_is_found() {
    let good = "moontide.log.info(wave.servers[1].hostname)\n";
    assert!(rehearse(&runbook(good)).is_ok_and(|said| said.contains("| web-1")));
    for (wrong, why) in [
        ("moontide.log.info(wave.servers[1].hostnam)\n", "did you mean `hostname`?"),
        ("ec2.await_runing(wave.instance_ids)\n", "await_running"),
        ("moontide.fail(\"no\")\n", "no"),
    ] {
        let said = rehearse(&runbook(wrong)).expect_err("it does not run");
        assert!(said.contains(why), "{said}");
    }
}
