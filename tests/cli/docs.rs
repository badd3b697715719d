//! `moontide docs`: the reference in a terminal, as JSON, as Markdown and as a page.

use std::fs;

use crate::support::{Home, Ran};

/// What is shown in so many columns.
fn shown(arguments: &[&str], columns: &str) -> String {
    let mut command = Home::new().moontide(arguments);
    let output = command.env("COLUMNS", columns).output().expect("it starts");
    Ran::of(&output).expect(0).stdout
}

#[test]
fn a_field_and_a_function_are_looked_up_by_their_names() {
    let field = shown(&["docs", "pause.on_timeout"], "60");
    let head = "pause.on_timeout  \"continue\" | \"skip\" | \"abort\"  (optional)\n";
    assert!(field.starts_with(head) && field.contains("Default: \"abort\"."), "{field}");
    let function = shown(&["docs", "ssm.run_command"], "80");
    let head = "ssm.run_command(command: Command): { Invocation }\n";
    assert!(function.starts_with(head) && function.contains("Throws `AgentOffline`"), "{function}");
    assert!(function.contains("Asks for") && function.contains("pg_isready"), "{function}");
    assert!(function.contains("\nssm.Command  a table\n"), "what it takes: {function}");
    let world = shown(&["docs", "world.timing"], "80");
    assert!(world.contains("world.timing.latency  a duration, \"40ms\" if left out"), "{world}");
}

#[test]
fn each_chapter_fits_the_columns_that_there_are_but_for_its_code() {
    for chapter in ["runbook", "wave", "hook", "pause", "ssm", "world", "operations"] {
        let text = shown(&["docs", chapter], "50");
        // Code is set in by four columns at least.
        let wide = |line: &&str| line.chars().count() > 50 && !line.starts_with("    ");
        let wide: Vec<&str> = text.lines().filter(|line| wide(line)).collect();
        let code = |line: &&&str| line.trim_start().starts_with("--") || line.contains(" = ");
        let prose: Vec<_> = wide.iter().filter(|line| !code(line)).collect();
        assert!(prose.is_empty(), "{chapter}: {prose:#?}");
    }
}

#[test]
fn there_is_a_list_of_chapters_and_a_word_is_searched_in_all_of_them() {
    let list = shown(&["docs"], "100");
    for topic in ["runbook", "wave", "hook", "ssm", "world", "settings", "records"] {
        assert!(list.lines().any(|line| line.starts_with(&format!("  {topic} "))), "{list}");
    }
    let found = shown(&["docs", "--search", "quota"], "100");
    assert!(found.contains("world.quotas.servers_per_job"), "{found}");
    let found = shown(&["docs", "--search", "threshold"], "100");
    assert!(found.starts_with("wave.min_success"), "{found}");
    let json = Home::new().run(&["docs", "wave.pause", "--output", "json"]).expect(0).json();
    assert_eq!(json["entries"][0]["name"], "wave.pause");
    assert_eq!(json["entries"][0]["presence"], "optional");
}

#[test]
fn a_misspelt_name_is_answered_with_the_nearest() {
    let refused = Home::new().run(&["docs", "ssm.run_comand"]).expect(2).stderr;
    assert!(refused.contains("error[M0105]: the reference has no `ssm.run_comand`"), "{refused}");
    assert!(refused.contains("did you mean `moontide docs ssm.run_command`"), "{refused}");
    assert!(refused.contains("moontide docs --search WORD"), "{refused}");
    let refused = Home::new().run(&["docs", "--search", "xyzzy"]).expect(2).stderr;
    insta::assert_snapshot!(refused, @r"
    error[M0105]: `xyzzy` stands nowhere in the reference
    hint: `moontide docs` lists the chapters
    ");
}

#[test]
fn all_of_it_is_one_page_and_markdown() {
    let home = Home::new();
    let file = home.path().join("reference.html");
    home.run(&["docs", "--html", file.to_str().expect("text")]).expect(0);
    let page = fs::read_to_string(&file).expect("it is written");
    assert!(page.contains("id=\"ssm.run_command\""), "{page}");
    let markdown = home.run(&["docs", "pause", "--markdown", "-"]).expect(0).stdout;
    assert!(markdown.contains("### pause.on_timeout"), "{markdown}");
    let page = home.run(&["docs", "pause", "--html", "-"]).expect(0).stdout;
    assert!(page.contains("id=\"pause.on_timeout\"") && !page.contains("id=\"wave\""), "{page}");
}
