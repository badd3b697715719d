//! The language server, as an editor meets it, in one process.

#![cfg(feature = "types")]

#[path = "lsp/client.rs"]
mod client;

use std::fs;

use client::{Client, repository};
use moontide_author::check;
use moontide_author::lsp::Ended;
use moontide_control::listener::Silent;
use moontide_control::runbook::Files;
use moontide_runtime::sandbox::Limits;
use serde_json::{Value, json};

const RUNBOOK: &str = "runbook.luau";

/// A runbook whose check is `VERIFY`.
fn runbook(verify: &str) -> String {
    format!(
        "local moontide = require(\"@moontide\")\n\
         local ssm = require(\"@moontide/ssm\") local _ = ssm\n\
         return moontide.runbook {{\n\
         \tname = \"shop\",\n\
         \tregion = \"us-west-2\",\n\
         \twaves = {{ {{ name = \"web\", servers = {{ tags = {{ A = \"b\" }} }}, verify = function(wave)\n\
         \t\t{verify}\n\
         \tend }} }},\n\
         }}\n"
    )
}

fn three_tier() -> String {
    repository("runbooks/three_tier/runbook.luau")
}

#[test]
fn an_edit_is_told_what_check_would_say_of_it() {
    let text = three_tier();
    let mut client = Client::new(&[(RUNBOOK, &text)]);
    client.open(RUNBOOK, &text);
    assert_eq!(client.said(RUNBOOK), Vec::<String>::new());
    let wrong = text
        .replace("ssm.run_command", "ssm.run_comand")
        .replace("depends_on = { \"application\"", "depend_on = { \"application\"")
        .replace("on_failure = \"ask\"", "on_failure = \"aks\"");
    client.edit(RUNBOOK, &wrong);
    let told = client.wrong(RUNBOOK);
    fs::write(client.folder.join(RUNBOOK), &wrong).expect("it writes");
    let files = Files::read(&client.folder).expect("a runbook");
    let checked = check(&files, &Silent, &Limits::default()).findings;
    assert_eq!(told.len(), 3, "{told:#?}");
    for (told, found) in told.iter().zip(&checked) {
        let (line, column) = found.position().expect("a place");
        assert_eq!(told["code"], found.code.name);
        assert_eq!(told["message"], found.sentence());
        let start = &told["range"]["start"];
        assert_eq!(start, &json!({ "line": line - 1, "character": column - 1 }));
        let page = told["codeDescription"]["href"].as_str().expect("a page");
        assert!(page.ends_with(&format!("errors/{}.md", found.code.name)), "{page}");
        assert!(fs::exists(page.trim_start_matches("file://")).expect("it can be seen"), "{page}");
    }
    // What is typed counts, and not what is saved.
    client.edit(RUNBOOK, &text);
    assert_eq!(client.said(RUNBOOK), Vec::<String>::new());
    assert_eq!(client.end(), Ended::Properly);
}

#[test]
fn what_was_probably_meant_is_put_in_its_place() {
    let mut client = Client::new(&[]);
    let text = runbook("ssm.run_comand({})").replace("region =", "regin =");
    client.open(RUNBOOK, &text);
    let wrong = client.wrong(RUNBOOK);
    let asked = json!({
        "textDocument": { "uri": client.uri(RUNBOOK) },
        "range": wrong[0]["range"],
        "context": { "diagnostics": wrong },
    });
    let told = client.ask("textDocument/codeAction", asked);
    let titles: Vec<&Value> =
        told.as_array().expect("a list").iter().map(|it| &it["title"]).collect();
    assert_eq!(titles, ["Write `region`", "Write `run_command`"]);
    let edit = &told[1]["edit"]["changes"][client.uri(RUNBOOK)][0];
    assert_eq!(edit["newText"], "run_command");
    let place = |character| json!({ "line": 6, "character": character });
    assert_eq!(edit["range"], json!({ "start": place(6), "end": place(16) }));
}

#[test]
fn what_could_be_written_is_offered() {
    let mut client = Client::new(&[("parts/helpers.luau", "return {}\n")]);
    client.open(RUNBOOK, "");
    let mut offers = |text: &str| client.offers(RUNBOOK, text);
    let ssm = offers(&runbook("ssm.|"));
    assert!(ssm.contains(&"run_command".to_owned()) && ssm.len() >= 10, "{ssm:?}");
    let wave = offers(&runbook("local x = wave.|"));
    for name in ["instance_ids", "mode", "params", "results", "servers"] {
        assert!(wave.contains(&name.to_owned()), "{name}: {wave:?}");
    }
    let options = offers(&runbook("ssm.run_command { | }"));
    assert!(
        options.starts_with(&["agent_timeout".to_owned(), "comment".to_owned()]),
        "{options:?}"
    );
    let fields = offers(&runbook("").replace("region =", "|region ="));
    assert!(fields.contains(&"objectives".to_owned()), "{fields:?}");
    let policies =
        offers(&runbook("").replace("name = \"web\"", "name = \"web\", on_failure = \"|\""));
    assert_eq!(policies, ["abort", "ask", "retry", "skip"]);
    let types = offers(&runbook("local x: moontide.|"));
    assert!(types.contains(&"Wave".to_owned()), "{types:?}");
    let modules = offers(&runbook("local x = require(\"@moontide/s|"));
    assert_eq!(modules, ["@moontide/ssm", "@moontide/state", "@moontide/sts"]);
    let own = offers(&runbook("local x = require(\"./|\")"));
    assert_eq!(own, ["./parts/helpers"]);
    // The sandbox has none of these.
    let all = offers(&runbook("local x = |"));
    assert!(all.contains(&"pairs".to_owned()) && !all.contains(&"os".to_owned()), "{all:?}");
}

#[test]
fn a_module_is_put_in_the_place_of_what_was_written_of_its_name() {
    let mut client = Client::new(&[]);
    client.open(RUNBOOK, "");
    let text = runbook("local x = \"🌊\" local y = require(\"@moon|\")");
    let told = client.at(RUNBOOK, &text, "textDocument/completion");
    let first = &told[0];
    assert_eq!(first["textEdit"]["newText"], first["label"]);
    // An editor takes `moon` for the word that was begun.
    let range = &first["textEdit"]["range"];
    let columns = (&range["start"]["character"], &range["end"]["character"]);
    let line = text.lines().find(|line| line.contains('|')).expect("a line");
    let units = |text: &str| text.encode_utf16().count();
    let end = units(line.split('|').next().expect("a part"));
    assert_eq!(columns, (&json!(end - units("@moon")), &json!(end)));
}

#[test]
fn an_offer_says_its_type_and_what_the_comment_above_it_says() {
    let mut client = Client::new(&[]);
    client.open(RUNBOOK, "");
    let told = client.at(RUNBOOK, &runbook("ssm.run_c|"), "textDocument/completion");
    let all = told.as_array().expect("a list");
    let offer = all.iter().find(|it| it["label"] == "run_command").expect("it is offered");
    assert_eq!(offer["detail"], "(Command) -> {Invocation}");
    let said = offer["documentation"]["value"].as_str().expect("a comment");
    assert!(said.contains("```luau") && said.contains("Throws"), "{said}");
    let told = client.at(RUNBOOK, &runbook("local x = wave.|"), "textDocument/completion");
    let all = told.as_array().expect("a list");
    let offer = all.iter().find(|it| it["label"] == "mode").expect("it is offered");
    assert_eq!(
        offer["documentation"]["value"],
        "Whether this is a rehearsal for the day, or the day."
    );
}

#[test]
fn what_stands_at_a_place_is_told() {
    let mut client = Client::new(&[(
        "helpers.luau",
        "local h = {}\n--- Helps.\nfunction h.help(): number\n\treturn 1\nend\nreturn h\n",
    )]);
    client.open(RUNBOOK, "");
    let mut hover = |text: &str| {
        let told = client.at(RUNBOOK, text, "textDocument/hover");
        told["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    let said = hover(&runbook("ssm.run_co|mmand({ instance_ids = {}, document_name = \"x\" })"));
    assert!(said.starts_with("```luau\nrun_command: (Command) -> {Invocation}\n```\n\n"), "{said}");
    let said = hover(&runbook("local x = wave.instance_ids|"));
    assert!(
        said.contains("instance_ids: {string}") && said.contains("launched for them"),
        "{said}"
    );
    let said = hover(&runbook("local x = wa|ve"));
    assert!(said.contains("wave: Wave"), "{said}");
    let said = hover(&runbook("").replace("region", "reg|ion"));
    assert!(said.contains("string?") && said.lines().count() > 3, "{said}");
    let said = hover(&runbook("").replace("\"@moontide/ssm\"", "\"@moon|tide/ssm\""));
    assert!(said.contains("commands on instances"), "{said}");
    let said = hover(&runbook("").replace("local ssm", "local ss|m"));
    assert!(said.contains("commands on instances"), "{said}");
    let said = hover(&runbook("local x: moontide.Wa|ve"));
    assert!(said.contains("What a hook"), "{said}");
    let said = hover(&runbook("local h = require(\"./helpers\") h.he|lp()"));
    assert!(said.contains("-> number") && said.contains("Helps."), "{said}");
    assert_eq!(hover(&runbook("-- wa|ve")), "");
}

#[test]
fn what_is_used_is_found_where_it_is_written_down() {
    let mut client = Client::new(&[(
        "helpers.luau",
        "local h = {}\nfunction h.help(): number\n\treturn 1\nend\nreturn h\n",
    )]);
    client.open(RUNBOOK, "");
    let folder = client.folder.clone();
    let mut definition = |text: &str| {
        let told = client.at(RUNBOOK, text, "textDocument/definition");
        let path =
            told["uri"].as_str().unwrap_or_default().trim_start_matches("file://").to_owned();
        let line = told["range"]["start"]["line"].as_u64().unwrap_or_default();
        let text = fs::read_to_string(&path).unwrap_or_default();
        let line = text.lines().nth(usize::try_from(line).expect("a line")).unwrap_or_default();
        (path, line.to_owned())
    };
    let (path, line) = definition(&runbook("ssm.run_com|mand({})"));
    assert!(path.ends_with("/moontide/ssm.luau"), "{path}");
    assert!(line.starts_with("function ssm.run_command("), "{line}");
    let (path, line) = definition(&runbook("local x = wave.instance_|ids"));
    assert!(path.ends_with("/moontide/runbook.luau"), "{path}");
    assert_eq!(line, "\tinstance_ids: { string },");
    let (path, line) = definition(&runbook("local x: moontide.Wav|e"));
    assert!(path.ends_with("/moontide/init.luau"), "{path}");
    assert_eq!(line, "export type Wave = runbook.Wave");
    let (path, _) = definition(&runbook("").replace("\"@moontide/ssm\"", "\"@moon|tide/ssm\""));
    assert!(path.ends_with("/moontide/ssm.luau"), "{path}");
    let (path, line) = definition(&runbook("local h = require(\"./helpers\") h.he|lp()"));
    assert_eq!(path, folder.join("helpers.luau").display().to_string());
    assert_eq!(line, "function h.help(): number");
    // Opened, the library's file is as good as it was.
    let library =
        client.folder.join("../data/types").join(env!("CARGO_PKG_VERSION")).join("moontide");
    let library = library.canonicalize().expect("it is there").join("ssm.luau");
    let (name, text) =
        (library.display().to_string(), fs::read_to_string(&library).expect("a text"));
    client.open(&name, &text);
    assert_eq!(client.said(&name), Vec::<String>::new());
    let told = client.at(RUNBOOK, &runbook("ss|m.run_command({})"), "textDocument/definition");
    assert_eq!(told["uri"], client.uri(RUNBOOK));
    assert_eq!(told["range"]["start"], json!({ "line": 1, "character": 6 }));
}

#[test]
fn what_is_typed_in_one_file_counts_in_the_others() {
    let helpers = "local h = {}\nfunction h.help(): number\n\treturn 1\nend\nreturn h\n";
    let text = runbook("local n: number = require(\"./helpers\").help() moontide.log.info(n)");
    let mut client = Client::new(&[(RUNBOOK, &text), ("helpers.luau", helpers)]);
    client.open("helpers.luau", helpers);
    client.open(RUNBOOK, &text);
    assert_eq!(client.said(RUNBOOK), Vec::<String>::new());
    client.edit("helpers.luau", &helpers.replace("number\n\treturn 1", "string\n\treturn \"\""));
    assert_eq!(client.said(RUNBOOK), ["6: expected this to be `number`, but got `string`"]);
    client.close("helpers.luau");
    assert_eq!(client.said(RUNBOOK), Vec::<String>::new());
    // A file that is new, and not saved.
    client.edit(RUNBOOK, &text.replace("./helpers", "./more"));
    assert_eq!(client.said(RUNBOOK), ["6: there is no module `./more`"]);
    client.open("more.luau", helpers);
    assert_eq!(client.said(RUNBOOK), Vec::<String>::new());
}

#[test]
fn tests_and_modules_of_no_runbook_are_checked_and_what_is_closed_is_forgotten() {
    let mut client = Client::new(&[(RUNBOOK, &runbook(""))]);
    let test = "local test = require(\"@moontide/test\")\nreturn test.of(\"./runbook\", {\n\t[\"a\"] = function(t)\n\t\tlocal run = t.rehearze { mode = \"drill\" }\n\t\tt.equal(run.status, \"completed\")\n\tend,\n})\n";
    client.open("runbook.test.luau", test);
    let said = client.said("runbook.test.luau");
    assert!(said[0].ends_with("did you mean `rehearse`?"), "{said:?}");
    // Closed, it is not there any more: it was never saved.
    client.close("runbook.test.luau");
    assert_eq!(client.said("runbook.test.luau"), Vec::<String>::new());
    let mut client = Client::new(&[]);
    client.open("lonely.luau", "local x: number = \"\"\nreturn x\n");
    let said = client.said("lonely.luau");
    assert_eq!(said, ["0: expected this to be `number`, but got `string`"]);
    // What is no file has no place to look from.
    client.say("textDocument/didOpen", json!({ "textDocument": { "uri": "untitled:1", "languageId": "luau", "version": 1, "text": "x" } }));
    assert_eq!(client.vanish(), Ended::Abruptly);
}

#[test]
fn what_becomes_a_runbook_keeps_its_mistakes_and_what_is_closed_has_none() {
    let mut client = Client::new(&[(RUNBOOK, &runbook(""))]);
    client.open(RUNBOOK, &runbook(""));
    assert_eq!(client.said(RUNBOOK), Vec::<String>::new());
    client.open("other.luau", "local x: number = \"\"\nreturn x\n");
    assert_eq!(client.said("other.luau").len(), 1);
    client.edit("other.luau", &runbook("ssm.run_comand({})"));
    assert_eq!(client.said("other.luau").len(), 1);
    client.edit(RUNBOOK, &runbook("local _ = 1"));
    assert_eq!(client.said(RUNBOOK), Vec::<String>::new());
    assert_eq!(client.shown("other.luau").len(), 1, "it is another one's, and still wrong");
    // It was never saved: closed, it is not there any more.
    client.close("other.luau");
    client.edit(RUNBOOK, &runbook("local _ = 2"));
    assert_eq!(client.said(RUNBOOK), Vec::<String>::new());
    assert_eq!(client.shown("other.luau"), Vec::<Value>::new());
    // Nor is what an editor changes that it has not opened.
    client.open("ghost.luau", "");
    client.edit("ghost.luau", "");
    client.close("ghost.luau");
    let document = json!({ "uri": client.uri("ghost.luau"), "version": 3 });
    client.say(
        "textDocument/didChange",
        json!({ "textDocument": document, "contentChanges": [{ "text": "x" }] }),
    );
    client.edit(RUNBOOK, &runbook("local _ = 3"));
    assert_eq!(client.said(RUNBOOK), Vec::<String>::new());
    assert_eq!(client.shown("ghost.luau"), Vec::<Value>::new());
}

#[test]
fn each_runbook_of_a_folder_is_checked_again_with_the_module_that_it_uses() {
    let helpers = "return { y = 1 }\n";
    let text = runbook("local n = require(\"./helpers\").y moontide.log.info(tostring(n))");
    let files = [(RUNBOOK, text.as_str()), ("other.luau", &text), ("helpers.luau", helpers)];
    let mut client = Client::new(&files);
    for (name, text) in [("other.luau", text.as_str()), ("helpers.luau", helpers)] {
        client.open(name, text);
        assert_eq!(client.said(name), Vec::<String>::new());
    }
    client.edit("helpers.luau", "return { z = 1 }\n");
    assert_eq!(client.said("other.luau").len(), 1);
    // A test of a module does not make a runbook of it.
    client.open("helpers.test.luau", "return 1\n");
    client.said("helpers.test.luau");
    client.edit("helpers.luau", helpers);
    assert_eq!(client.said("other.luau"), Vec::<String>::new());
    assert_eq!(client.shown("helpers.luau"), Vec::<Value>::new());
}

#[test]
fn people_and_tests_are_judged_as_check_judges_them() {
    let asks =
        "name = \"web\", pause = { message = \"?\", approvers = { \"dba\" }, approvals = 3 }";
    let asking = runbook("").replace("name = \"web\"", asks);
    let settings = "[approvers]\ndba = [\"ann\"]\n";
    let mut client = Client::new(&[(RUNBOOK, &asking), ("moontide.toml", settings)]);
    client.open(RUNBOOK, &asking);
    let said = client.said(RUNBOOK);
    assert!(said.len() == 1 && said[0].contains("approvals"), "{said:?}");
    let test = "local test = require(\"@moontide/test\")\nreturn test.of(\"./runbook\", {\n\t[\"a\"] = function(t)\n\t\tprint(t)\n\tend,\n})\n";
    client.open("runbook.test.luau", test);
    let said = client.said("runbook.test.luau");
    assert!(said[0].contains("moontide.log.info"), "{said:?}");
}

#[test]
fn no_half_written_text_ends_the_server() {
    let text = three_tier();
    let mut client = Client::new(&[]);
    client.open(RUNBOOK, "");
    for end in (0..text.len()).step_by(17).filter(|end| text.is_char_boundary(*end)) {
        for method in ["completion", "hover", "definition"] {
            let told = client.at(
                RUNBOOK,
                &format!("{}|", &text[..end]),
                &format!("textDocument/{method}"),
            );
            assert!(told.get("error").is_none(), "{end}: {told}");
        }
    }
    let deep = |open: &str, close: &str| {
        format!("local x = {}{}\nreturn x.|", open.repeat(50_000), close.repeat(50_000))
    };
    let endless =
        "type function f(t) while true do end return t end\nlocal x: f<number> = 1\nlocal y = x.|";
    let odd = ["\0|", "\u{feff}local x = 1 x.|", "local x = \"\\u{110000}|", "🌊.|"];
    let hostile = [deep("(", ")"), deep("{", "}"), endless.to_owned()];
    for text in hostile.iter().map(String::as_str).chain(odd) {
        client.at(RUNBOOK, text, "textDocument/completion");
    }
    client.edit(RUNBOOK, &endless.replace('|', ""));
    let said = client.said(RUNBOOK);
    assert!(said.iter().any(|it| it.contains("`type function` is not taken")), "{said:?}");
    // What an editor may say too, and this server does not know.
    let told = client.ask("textDocument/foldingRange", json!({}));
    assert_eq!(told["error"]["code"], -32601);
    let told = client.ask("textDocument/hover", json!({ "position": 3 }));
    assert_eq!(told["error"]["code"], -32602);
    client.say("textDocument/didChange", json!({ "nonsense": true }));
    client.edit(RUNBOOK, &runbook(""));
    assert_eq!(client.said(RUNBOOK), Vec::<String>::new());
    assert_eq!(client.end(), Ended::Properly);
}
