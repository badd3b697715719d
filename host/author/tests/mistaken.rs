//! What a check says, mistake by mistake, and what it does not say of what runs.

use std::fs;

use moontide_author::{Finding, check};
use moontide_control::listener::Silent;
use moontide_control::runbook::Files;
use moontide_runtime::sandbox::Limits;

/// What is found in a runbook of this text, and in other files beside it.
fn found(runbook: &str, others: &[(&str, &str)]) -> Vec<Finding> {
    let home = tempfile::tempdir().expect("a folder");
    for (name, text) in [("runbook.luau", runbook)].iter().chain(others) {
        fs::write(home.path().join(name), text).expect("it writes");
    }
    let files = Files::read(home.path()).expect("a runbook");
    check(&files, &Silent, &Limits::default()).findings
}

/// A runbook whose wave checks this.
fn verifying(body: &str) -> String {
    format!(
        r#"local moontide = require("@moontide")
local drs = require("@moontide/drs")
local ec2 = require("@moontide/ec2")
local ssm = require("@moontide/ssm")
local _: any = {{ drs, ec2, ssm }}
return moontide.runbook {{
	name = "x",
	region = "eu-west-1",
	waves = {{ {{ name = "w", servers = {{ tags = {{ A = "b" }} }}, verify = function(wave)
{body}
	end }} }},
}}
"#
    )
}

fn said(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(Finding::sentence).collect()
}

fn errors(findings: &[Finding]) -> Vec<String> {
    findings.iter().filter(|it| it.is_error()).map(Finding::sentence).collect()
}

#[test]
fn warnings_hide_no_error() {
    let unused: Vec<String> = (0..60).map(|at| format!("local unused{at} = 1")).collect();
    let unused = unused.join("\n") + "\n";
    let runbook = verifying("local helpers = require(\"./aaa\")\nlocal _: number = helpers.text");
    let found = found(&runbook, &[("aaa.luau", &format!("{unused}return {{ text = \"x\" }}\n"))]);
    assert!(found[0].is_error(), "{}", found[0].sentence());
    assert_eq!(errors(&found), ["expected this to be `number`, but got `string`"]);
    assert_eq!(found.len(), 61);
}

#[test]
fn what_fails_is_an_error() {
    const LIST: &str = "expected this to be `{string}`, but got `string`";
    const RUN: &str = "ssm.run_command { instance_ids = wave.instance_ids, document_name = \"x\", ";
    let narrowed = "for _, s in wave.servers do\nlocal l = s.last_launch\n\
                    if l and l.status ~= \"x\" then\nmoontide.log.info(l.statuss)\n\
                    ec2.await_running(l)\nend\nend";
    for (body, expected) in [
        // A name that reads like what is not known.
        ("moontide.log.info(wave.unknown)", vec!["wave has no `unknown`"]),
        ("moontide.unknown()", vec!["@moontide has no `unknown`"]),
        // What was narrowed.
        (
            narrowed,
            vec![
                "this has no `statuss`, did you mean `status`?",
                "expected this to be `{string}`, but got `table`",
            ],
        ),
        // The values of maps.
        (&format!("{RUN} parameters = {{ commands = \"pg_isready\" }} }}"), vec![LIST]),
        (&format!("local s = wave.name\n{RUN} parameters = {{ commands = s }} }}"), vec![LIST]),
        (
            &format!("local p = {{ commands = \"x\" }}\n{RUN} parameters = p }}"),
            vec![
                "expected this to be `{ [string]: {string} }?`, but got `{ [string]: {string}, commands: string }`",
            ],
        ),
        (
            "drs.servers { tags = { Tier = 5 } }",
            vec!["expected this to be `string`, but got `number`"],
        ),
        // The field, and not the whole table.
        (
            "moontide.retry({ attempts = \"3\" }, function() end)",
            vec!["expected this to be `number?`, but got `string`"],
        ),
    ] {
        assert_eq!(errors(&found(&verifying(body), &[])), expected, "{body}");
    }
}

#[test]
fn what_runs_is_no_error() {
    for body in [
        "local copy = table.clone(wave)\ncopy.note = \"x\"\nmoontide.log.info(copy)",
        "for key in pairs(wave) do moontide.log.info(key) end",
        "local function same<T>(a: T, b: T) assert(a == b) end\npcall(same, 1, \"x\")",
        "local function f() return 1 + f() end\nmoontide.log.info(f())",
        "local function g(x, y) return x.a > y.b end\nmoontide.log.info(g({ a = 1 }, { b = 2 }))",
        "local function h(x) if x then return \"a\" end return nil end\nmoontide.log.info(h(1))",
        "local r = ssm.run_command { instance_ids = wave.instance_ids, document_name = \"x\" }\n\
         moontide.log.info(r[1].stdout:len())",
    ] {
        let found = found(&verifying(body), &[]);
        assert_eq!(errors(&found), Vec::<String>::new(), "{body}");
        // One doubt, one sentence.
        assert!(found.len() <= 1, "{body}: {:?}", said(&found));
    }
}

#[test]
fn two_mistakes_of_one_line_are_two_findings() {
    let runbook = verifying("moontide.log.info(wave.nam)");
    let runbook = runbook.replace('\n', " ").replace("verify", "on_failure = \"aks\", verify");
    let errors = errors(&found(&runbook, &[]));
    let [loaded, typed] = errors.as_slice() else { panic!("{errors:?}") };
    assert!(loaded.contains("`aks` is not one of"), "{loaded}");
    assert_eq!(typed, "wave has no `nam`, did you mean `name`?");
}

#[test]
fn what_follows_from_a_mistake_is_not_told() {
    let runbook = "local moontide = require(\"@moontide\")\nreturn moontide.runbook {\nname = \"x\",\nregion = \"eu-west-1\",\n\
                   waves = { name = \"w\", servers = { tags = { A = \"b\" } } },\n}\n";
    assert_eq!(errors(&found(runbook, &[])), ["waves: `waves` must be a list, and is a table"]);
}

#[test]
fn a_module_that_is_not_there_is_told_once_with_the_nearest() {
    let runbook = verifying("")
        .replace("@moontide/ssm\"", "@moontide/ssmm\"")
        .replace("@moontide/ec2\"", "./helper\"");
    assert_eq!(
        errors(&found(&runbook, &[("helpers.luau", "return {}\n")])),
        [
            "there is no module `./helper`, did you mean `helpers`?",
            "there is no module `@moontide/ssmm`, did you mean `@moontide/ssm`?",
        ]
    );
}

#[test]
fn half_a_check_is_said() {
    let runbook = format!("--!nonstrict\n{}", verifying("moontide.log.info(wave.nam)"));
    let said = said(&found(&runbook, &[]));
    assert!(said.len() == 1 && said[0].starts_with("`--!nonstrict` switches off"), "{said:?}");
}

#[test]
fn a_text_that_a_value_never_is_is_said() {
    for body in ["if wave.mode == \"recover\" then return end", "assert(\"recover\" ~= wave.mode)"]
    {
        let found = found(&verifying(body), &[]);
        let sentence = "this is never `\"recover\"`, only `\"drill\"` or `\"recovery\"`, did you mean `\"recovery\"`?";
        assert_eq!(said(&found), [sentence], "{body}");
        assert!(!found[0].is_error());
    }
    let right = verifying("if wave.mode == \"drill\" then return end");
    assert_eq!(said(&found(&right, &[])), Vec::<String>::new());
}

#[test]
fn a_file_may_begin_with_a_byte_order_mark() {
    let runbook = format!("\u{feff}{}", verifying("local _ = wave"));
    assert_eq!(said(&found(&runbook, &[])), Vec::<String>::new());
}

/// Waves that read what they are given by its name, and decide about a failure.
const DECLARED: &str = r#"local moontide = require("@moontide")
local function choose(f): string return if f.retryable then "retry" else "ask" end
return moontide.runbook {
	name = "x",
	region = "eu-west-1",
	params = { patience = { type = "duration", default = "5m" } },
	waves = {
		{ name = "db", run = function(wave) return wave.params.patience end },
		{ name = "web", depends_on = { "db" }, on_failure = function(_, f) return choose(f) end, run = function(wave) return wave.results.db end },
		{ name = "end", depends_on = { "web" }, run = function(wave)
			return wave.results["db"]
		end, on_failure = function(_, f) if f.retryable then return "abort" end end },
	},
	on_finish = function(ended)
		moontide.log.info(ended.results.web, ended.waves.web.status, ended.params.patience)
	end,
}
"#;

#[test]
fn names_are_looked_up_in_the_declaration() {
    assert_eq!(said(&found(DECLARED, &[])), Vec::<String>::new());
    for (right, wrong, sentence) in [
        (
            "return wave.params.patience",
            "return wave.params.patince",
            "the runbook declares no param `patince`, did you mean `patience`?",
        ),
        (
            "wave.results[\"db\"]",
            "wave.results[\"dbs\"]",
            "this wave does not depend on a wave `dbs`, did you mean `db`?",
        ),
        (
            "return wave.results.db end",
            "return wave.results[\"end\"] end",
            "this wave does not depend on a wave `end`",
        ),
        (
            "ended.waves.web.status",
            "ended.waves.wbe.status",
            "the runbook has no wave `wbe`, did you mean `web`?",
        ),
        (
            "return \"abort\"",
            "return \"abrot\"",
            "expected this to be `(\"abort\" | \"ask\" | \"retry\" | \"skip\")?`, but got `string`, did you mean `\"abort\"`?",
        ),
    ] {
        assert!(DECLARED.contains(right), "{right}");
        let found = found(&DECLARED.replace(right, wrong), &[]);
        assert_eq!(errors(&found), [sentence], "{wrong}");
    }
}
