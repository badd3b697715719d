//! Runbooks and worlds that cannot be used: exit code 3, before anything has begun.

use insta::assert_snapshot;

use crate::given::{ASKS, WORLD, runbook, shop};
use crate::support::Home;

#[test]
fn a_missing_runbook_is_answered_with_what_was_meant() {
    let home = shop(&[("runbook.luau", "")]);
    let path = home.shop("").replace("shop", "shpo");
    assert_snapshot!(home.refusal(&["check", &path], 3), @r"
    error[M0201]: ~/shpo does not exist
    hint: did you mean `~/shop`?
    ");
}

#[test]
fn a_folder_without_a_runbook_names_those_inside() {
    let home = shop(&[("runbook.luau", "")]);
    let path = home.path().to_str().expect("a readable path").to_owned();
    assert_snapshot!(home.refusal(&["check", &path], 3), @r"
    error[M0201]: the folder ~ has no runbook.luau
    hint: there are runbooks in it: ~/shop
    ");
}

#[test]
fn a_file_of_another_kind_is_no_runbook() {
    let home = shop(&[("world.toml", WORLD)]);
    assert_snapshot!(home.refusal(&["rehearse", &home.shop("world.toml")], 3), @r"
    error[M0201]: ~/shop/world.toml is no runbook
    hint: a runbook is a folder with a runbook.luau, or a file that ends in .luau
    ");
}

#[test]
fn a_runbook_that_is_not_text_is_refused() {
    let home = shop(&[]);
    std::fs::write(home.shop("runbook.luau"), b"return \xff").expect("it can be written");
    assert_snapshot!(
        home.refusal(&["check", &home.shop("")], 3),
        @"error[M0202]: ~/shop/runbook.luau cannot be read: it is not valid UTF-8"
    );
}

#[test]
fn every_mistake_of_a_plan_is_shown_in_its_line() {
    let waves = "\t\t{ name = \"database\", run = function() end },\n\
                 \t\t{ name = \"web\", depend_on = { \"database\" }, run = function() end },\n\
                 \t\t{ name = \"cut-over\", depends_on = { \"databse\" }, run = function() end },";
    let home = shop(&[("runbook.luau", &runbook("shop", waves))]);
    assert_snapshot!(home.refusal(&["check", &home.shop("")], 3), @r#"
    error[M0207]: waves[2].depend_on: unknown field `depend_on`, did you mean `depends_on`?
      --> shop/runbook.luau:7:19
      |
    7 |         { name = "web", depend_on = { "database" }, run = function() end },
      |                         ^

    error[M0207]: waves[3].depends_on[1]: there is no wave `databse`, did you mean `database`?
      --> shop/runbook.luau:8:39
      |
    8 |         { name = "cut-over", depends_on = { "databse" }, run = function() end },
      |                                             ^

    2 errors
    "#);
}

#[test]
fn a_syntax_error_and_a_raised_error_name_their_line() {
    let home = shop(&[("runbook.luau", "local x = = 1\n")]);
    assert_snapshot!(home.refusal(&["check", &home.shop("")], 3), @r"
    error[M0204]: expected identifier when parsing expression, got `=`
      --> shop/runbook.luau:1:11
      |
    1 | local x = = 1
      |           ^
    ");
    let home = shop(&[("runbook.luau", "\nlocal x = nil\nlocal _ = x.y\n")]);
    assert_snapshot!(home.refusal(&["check", &home.shop("")], 3), @r"
    error[M0205]: the runbook raised an error | attempt to index nil with 'y'
      --> shop/runbook.luau:3:1
      |
    3 | local _ = x.y
      | ^

    error[M0210]: `nil` has no `y`
      --> shop/runbook.luau:3:13
      |
    3 | local _ = x.y
      |             ^

    2 errors
    ");
}

#[test]
fn a_runbook_that_loops_for_ever_while_it_is_loaded_is_stopped() {
    let home = shop(&[("runbook.luau", "while true do end\n")]);
    let said = home.refusal(&["check", &home.shop("")], 3);
    assert!(said.starts_with("error[M0206]: "), "{said}");
    assert!(said.contains("is there a loop without an end?"), "{said}");
    assert!(said.contains("shop/runbook.luau:1"), "{said}");
}

#[test]
fn a_param_that_does_not_fit_is_answered_with_what_does() {
    let source = runbook("shop", ASKS).replace(
        "\tregion",
        "\tparams = { stage = { type = \"string\", allowed = { \"prod\", \"test\" } } },\n\tregion",
    );
    let home = shop(&[("runbook.luau", &source), ("world.toml", WORLD)]);
    let folder = home.shop("");
    assert_snapshot!(home.refusal(&["check", &folder, "--param=stage=tset"], 3), @r"
    error[M0101]: `stage` must be `prod` or `test`, and is `tset`, did you mean `test`?
    hint: the runbook takes --param stage=…
    ");
    assert_snapshot!(home.refusal(&["rehearse", &folder, "--param=stgae=test"], 3), @r"
    error[M0101]: the runbook has no param `stgae`, did you mean `stage`?
    hint: the runbook takes --param stage=…
    ");
    assert_snapshot!(home.refusal(&["rehearse", &folder], 3), @r"
    error[M0101]: `stage` must be set, because it has no default
    hint: the runbook takes --param stage=…
    ");
    home.refusal(&["check", &folder, "--param=stage"], 2);
}

#[test]
fn lists_and_tables_are_given_as_json_or_in_a_file_and_a_hook_reads_them() {
    let run = "\t\t{ name = \"say\", run = function(wave)\n\
        \t\t\tlocal target = wave.params.target\n\
        \t\t\tmoontide.log.info(#wave.params.servers, wave.params.servers[2], target.region, target.patience)\n\
        \t\t\tmoontide.log.info(pcall(function() wave.params.servers[3] = \"x\" end))\n\
        \t\tend },";
    let source = runbook("shop", run).replace(
        "\tregion",
        "\tparams = {\n\t\tservers = { type = \"list\", items = { type = \"string\" } },\n\
         \t\ttarget = { type = \"table\", fields = { region = { type = \"string\" }, patience = { type = \"duration\", default = \"2m\" } } },\n\
         \t},\n\tregion",
    );
    let home = shop(&[
        ("runbook.luau", &source),
        ("world.toml", WORLD),
        ("target.json", "{ \"region\": \"eu-west-1\" }\n"),
        ("secret.json", "{ \"region\": 7, \"hunter2\" }\n"),
    ]);
    let folder = home.shop("");
    let (good, bad) = (home.shop("target.json"), home.shop("secret.json"));
    let (good, bad) = (format!("--param=target=@{good}"), format!("--param=target=@{bad}"));
    let servers = "--param=servers=[\"s-1\",\"s-2\"]";
    let ran = home.run(&["rehearse", &folder, servers, &good]).expect(0);
    assert!(ran.stderr.contains("| 2 s-2 eu-west-1 120"), "{ran:?}");
    assert!(ran.stderr.contains("wave.params.servers cannot be written to"), "{ran:?}");
    let shown = home.run(&["check", &folder]).expect(0).stdout;
    assert!(
        shown.contains("list of string") && shown.contains("table of patience, region"),
        "{shown}"
    );
    assert_snapshot!(home.refusal(&["check", &folder, "--param=servers=s-1,s-2", &good], 3), @r#"
    error[M0101]: `servers` must be a list, written in JSON as ["a", "b"] (expected value at line 1 column 1), and is `s-1,s-2`
    hint: the runbook takes --param servers=… --param target=…
    "#);
    assert_snapshot!(home.refusal(&["check", &folder, "--param=servers=[\"s-1\", 7]", &good], 3), @r"
    error[M0101]: `servers[2]` must be a string, and is `7`
    hint: the runbook takes --param servers=… --param target=…
    ");
    // What a file holds stays unsaid.
    let said = home.refusal(&["check", &folder, servers, &bad], 3);
    assert!(said.contains("`target` must be a table, written in JSON"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn a_misspelled_word_in_a_world_is_answered_with_the_right_one() {
    let world = WORLD.replace("name =", "nmae =");
    let home = shop(&[("runbook.luau", &runbook("shop", ASKS)), ("world.toml", &world)]);
    assert_snapshot!(home.refusal(&["rehearse", &home.shop("")], 3), @r#"
    error[M0302]: servers[0].nmae: unknown field `nmae`, did you mean `name`?
      --> ~/shop/world.toml:6:1
      |
    6 | nmae = "db"
      | ^
    "#);
}

#[test]
fn a_missing_world_is_explained() {
    let home = shop(&[("runbook.luau", &runbook("shop", ASKS))]);
    let said = home.refusal(&["rehearse", &home.shop("")], 3);
    assert!(said.starts_with("error[M0301]: the world ~/shop/world.toml cannot be read"), "{said}");
}

#[test]
fn nothing_of_it_needs_a_store() {
    let home = shop(&[("runbook.luau", &runbook("shop", ASKS)), ("world.toml", WORLD)]);
    home.run(&["check", &home.shop("")]).expect(0);
    home.run(&["rehearse", &home.shop("")]).expect(0);
    assert!(!home.path().join("moontide").exists());
}

#[test]
fn a_command_line_that_makes_no_sense_is_usage() {
    let home = Home::new();
    for arguments in [&["rehaerse"][..], &[], &["run", "x"], &["check", "x", "--output=yaml"]] {
        home.refusal(arguments, 2);
    }
    home.run(&["--help"]).expect(0);
    home.run(&["run", "--help"]).expect(0);
}
