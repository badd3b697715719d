//! Mistakes of authors, each in an otherwise good runbook: what `check` says of it, or `rehearse` where it can
//! only show then. A table with a line for each.
//!
//! ```sh
//! cargo test -p moontide --test authoring -- --nocapture
//! ```

#[path = "authoring/examples.rs"]
mod examples;
#[path = "authoring/library.rs"]
mod library;
#[path = "authoring/more.rs"]
mod more;
mod support;

use std::fs;

use support::Home;

/// The runbook with `VERIFY` in its first wave's check, `WAVE` among that wave's fields, `TOP` before it.
const RUNBOOK: &str = r#"--!strict
local moontide = require("@moontide")
local ssm = require("@moontide/ssm")
TOP
return moontide.runbook {
	name = "mini",
	region = "eu-west-1",
	params = { environment = { type = "string", default = "test" } },
	outside = { documents = { "Shop-Cutover" } },
	waves = {
		{
			name = "db",
			servers = { tags = { Tier = "db" } },
			WAVE
			verify = function(wave)
				VERIFY
			end,
		},
		{ name = "web", depends_on = { "db" }, pause = "Is the data good?", run = function() end },
	},
}
"#;

const WORLD: &str = r#"version = 1
account = "111122223333"
region = "eu-west-1"
[[servers]]
name = "db-{n}"
count = 2
tags = { Tier = "db" }
[[servers]]
name = "web"
tags = { Tier = "web" }
[[commands]]
contains = "pg_ready"
exit_code = 1
[[automations]]
document = "Shop-CutOver"
[[faults]]
kind = "launch_fails"
server = "web"
"#;

/// A home with this runbook.
fn home(top: &str, wave: &str, verify: &str) -> Home {
    let home = Home::new();
    let source = RUNBOOK.replace("TOP", top).replace("WAVE", wave).replace("VERIFY", verify);
    for (name, text) in [("runbook.luau", source.as_str()), ("world.toml", WORLD)] {
        fs::write(home.path().join(name), text).expect("it writes");
    }
    home
}

/// What `check` says, and if it says nothing wrong, what `rehearse` does; in one piece.
fn said(home: &Home, more: &[&str]) -> (&'static str, String) {
    let folder = home.path().to_str().expect("a readable path");
    let checked = home.run(&["check", folder]);
    if checked.code != Some(0) {
        return ("check", checked.stderr);
    }
    let rehearsed = home.run(&[&["rehearse", folder], more].concat());
    ("rehearse", format!("{}{}", rehearsed.stderr, rehearsed.stdout))
}

/// Name; what stands on top, among the wave's fields, in its check; flags; what finds it; what it says.
type Mistake = (
    &'static str,
    [&'static str; 3],
    &'static [&'static str],
    &'static str,
    &'static [&'static str],
);

const MISTAKES: &[Mistake] = &[
    // Names and keys, found on every path.
    (
        "a global in a branch",
        ["", "", "if wave.attempt > 9 then lost() end"],
        &[],
        "check",
        &["runbook.luau:16", "`lost` is not defined"],
    ),
    (
        "a hook defined below",
        [
            "local plan = { verify = ready }\nlocal function ready() end\nlocal _ = plan, ready",
            "",
            "",
        ],
        &[],
        "check",
        &["`ready` is not defined yet: its `local` is in line 5"],
    ),
    ("a global is written", ["", "", "count = 1"], &[], "check", &["write `local count`"]),
    (
        "a key twice",
        ["", "timeout = '1h', timeout = '2h',", ""],
        &[],
        "check",
        &["`timeout` is given twice in one table, first in line 14"],
    ),
    ("print", ["", "", "print(wave.name)"], &[], "check", &["moontide.log.info"]),
    (
        "an answer compared with a text",
        [
            "",
            "",
            "if moontide.ask { message = '?', choices = { 'yes', 'no' } } == 'no' then return end",
        ],
        &[],
        "check",
        &["runbook.luau:16", "an answer is a table, and never equals 'no': compare its `choice`"],
    ),
    // What is handed out.
    (
        "a function of a module",
        ["", "", "ssm.run_comand {}"],
        &[],
        "rehearse",
        &["@moontide/ssm has no `run_comand`: did you mean `run_command`?", "at "],
    ),
    (
        "a field of the wave",
        ["", "", "moontide.log.info(wave.nmae)"],
        &[],
        "rehearse",
        &["wave has no `nmae`: did you mean `name`?", "runbook.luau:16"],
    ),
    ("a field that is written", ["", "", "wave.name = 'other'"], &[], "rehearse", &["readonly"]),
    (
        "a field that is made",
        ["", "", "wave.checked = true"],
        &[],
        "rehearse",
        &["wave cannot be written to: keep `checked` in a local of the file"],
    ),
    (
        "a param",
        ["", "", "moontide.log.info(wave.params.enviroment)"],
        &[],
        "rehearse",
        &["params has no `enviroment`: did you mean `environment`?"],
    ),
    (
        "a result",
        ["", "", "return wave.results.database.servers"],
        &[],
        "rehearse",
        &["results has no `database`"],
    ),
    ("a result that is written", ["", "", "wave.results.db = 1"], &[], "rehearse", &["readonly"]),
    (
        "a tag that is written",
        ["", "", "wave.servers[1].tags.Name = 'q'"],
        &[],
        "rehearse",
        &["readonly"],
    ),
    (
        "item 0",
        ["", "", "local _ = wave.instance_ids[0]"],
        &[],
        "rehearse",
        &["wave.instance_ids has no item 0: lists start at 1"],
    ),
    (
        "a field of a list",
        ["", "", "local _ = wave.servers.name"],
        &[],
        "rehearse",
        &["wave.servers is a list, and has no `name`"],
    ),
    (
        "a field of a server",
        ["", "", "moontide.log.info(wave.servers[1].hostnam)"],
        &[],
        "rehearse",
        &["a source server has no `hostnam`: did you mean `hostname`?"],
    ),
    (
        "a field of an answer",
        ["", "", "local _ = moontide.ask { message = '?' }.choise"],
        &[],
        "rehearse",
        &["an answer has no `choise`: did you mean `choice`?"],
    ),
    (
        "a colon for a dot",
        ["", "", "ssm:run_command { instance_ids = wave.instance_ids }"],
        &[],
        "check",
        &["`ssm:run_command` hands `ssm` over as well: write a dot, `ssm.run_command`"],
    ),
    // Hooks and options.
    (
        "a check that returns false",
        ["", "", "return false"],
        &[],
        "rehearse",
        &["verify of db returned false, which fails nothing: call moontide.fail"],
    ),
    (
        "a check that is not called",
        ["", "", "return function() end"],
        &[],
        "rehearse",
        &["verify of db returned a function, which nobody calls"],
    ),
    (
        "no instances",
        ["", "", "ssm.run_command { instance_ids = {}, document_name = 'AWS-RunShellScript' }"],
        &[],
        "rehearse",
        &["instance_ids is empty"],
    ),
    (
        "a threshold that says nothing",
        ["", "min_success = '0%',", ""],
        &[],
        "check",
        &["nothing can miss this"],
    ),
    ("months for minutes", ["", "timeout = '1M',", ""], &[], "check", &["`m` is minutes"]),
    ("months in a program", ["", "", "moontide.sleep('1M')"], &[], "rehearse", &["m is minutes"]),
    (
        "nobody has to approve",
        ["", "", "moontide.ask { message = '?', approvals = 0 }"],
        &[],
        "rehearse",
        &["`approvals` must be a whole number from 1 to 9"],
    ),
    (
        "too many have to approve",
        ["", "", "moontide.ask { message = '?', approvals = 4000000000 }"],
        &[],
        "rehearse",
        &["`approvals` must be a whole number from 1 to 9"],
    ),
    (
        "a choice twice",
        ["", "", "moontide.ask { message = '?', choices = { 'yes', 'yes' } }"],
        &[],
        "rehearse",
        &["the choice `yes` is given twice"],
    ),
    (
        "an answer that fits no choice",
        ["", "", ""],
        &["--answer", "web=contineu"],
        "rehearse",
        &["error[M0807]", "`web` takes continue, skip, abort", "did you mean `web=continue`?"],
    ),
    (
        "a handler that fails",
        [
            "",
            "on_failure = function(wave, err) return err.mesage end,",
            "moontide.fail('the disk is full')",
        ],
        &[],
        "rehearse",
        &[
            "the disk is full; on_failure, asked what to do about it, failed itself",
            "an error has no `mesage`: did you mean `message`?",
        ],
    ),
    (
        "a handler that decides nothing",
        ["", "on_failure = function() return 'aks' end,", "moontide.fail('no')"],
        &[],
        "rehearse",
        &["no; on_failure returned aks, not ask, retry, skip or abort"],
    ),
    (
        "a failure without a code",
        [
            "",
            "on_failure = function() return 'skip' end,",
            "error({ message = 'the disk is full' })",
        ],
        &[],
        "rehearse",
        &["db  skipped", "the disk is full"],
    ),
    (
        "a handler that throws something",
        [
            "",
            "on_failure = function() error({ oops = 1 }) end,",
            "moontide.fail('the disk is full')",
        ],
        &[],
        "rehearse",
        &[
            "the disk is full; on_failure, asked what to do about it, failed itself at ",
            "runbook.luau:14: an error that is a table without a message: moontide.fail(\"why\") says why",
        ],
    ),
    (
        "a retry that never retries",
        ["", "", "moontide.retry({ attempts = 3 }, function() moontide.fail('no') end)"],
        &[],
        "rehearse",
        &["moontide.retry does not retry WaveFailed", "on = { \"WaveFailed\" } would"],
    ),
    // What a rehearsal assumed.
    (
        "a command that nothing scripts",
        [
            "",
            "",
            "ssm.run_command { instance_ids = wave.instance_ids, document_name = 'AWS-RunShellScript', parameters = { commands = { 'pg_isready' } } }",
        ],
        &[],
        "rehearse",
        &[
            "no [[commands]] answers `pg_isready` of AWS-RunShellScript: it succeeded on 2 instances",
            "[[commands]] 1 (contains = \"pg_ready\") was never used",
        ],
    ),
    (
        "an automation that nothing scripts",
        ["", "", "ssm.run_automation { document_name = 'Shop-Cutover' }"],
        &[],
        "rehearse",
        &[
            "Document with name Shop-Cutover does not exist. Did you mean Shop-CutOver?",
            "[[automations]] 1 (Shop-CutOver) was never used",
        ],
    ),
    (
        "a document of AWS's own that nothing simulates",
        [
            "",
            "",
            "ssm.run_command { instance_ids = wave.instance_ids, document_name = 'AWS-RunPatchBaseline' }",
        ],
        &[],
        "rehearse",
        &[
            "AWS-RunPatchBaseline is AWS's own and is not simulated: it did nothing and succeeded on 2 instances",
        ],
    ),
    (
        "a document that does not exist",
        [
            "",
            "",
            "ssm.run_command { instance_ids = wave.instance_ids, document_name = 'AWS-RunShelScript' }",
        ],
        &[],
        "rehearse",
        &["Did you mean AWS-RunShellScript?", "runbook.luau:16"],
    ),
    (
        "PowerShell on Linux",
        [
            "",
            "",
            "ssm.run_command { instance_ids = wave.instance_ids, document_name = 'AWS-RunPowerShellScript', parameters = { commands = { 'pg_isready' } } }",
        ],
        &[],
        "rehearse",
        &[
            "AWS-RunPowerShellScript failed on 2 of 2 instances",
            "runbook.luau:16",
            "AWS-RunPowerShellScript failed on 2 instances with Linux and no PowerShell: AWS-RunShellScript is for Linux",
        ],
    ),
    (
        "a fault that nothing met",
        ["", "", ""],
        &[],
        "rehearse",
        &["[[faults]] 1 (launch_fails of web) never struck"],
    ),
    (
        "a retry of what may have happened",
        ["", "", "moontide.retry({ on = { 'OutcomeUnknown' } }, function() end)"],
        &[],
        "rehearse",
        &["OutcomeUnknown is never tried again: it may have happened, and would happen twice"],
    ),
];

#[test]
#[expect(clippy::print_stdout, reason = "the table is what this is for")]
fn every_mistake_is_told() {
    let mut missed = Vec::new();
    let all = MISTAKES.iter().chain(more::MISTAKES).chain(library::MISTAKES);
    for (name, [top, wave, verify], more, found_by, expected) in all {
        let (by, said) = said(&home(top, wave, verify), more);
        let is_told = by == *found_by && expected.iter().all(|part| said.contains(part));
        println!("{name:36} {by:9} {}", if is_told { "told" } else { "NOT TOLD" });
        if !is_told {
            missed.push(format!("{name}: by {by}: {said}\n  should say {expected:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}

/// So that an absence shows.
#[test]
fn a_check_says_what_looks_after_each_wave() {
    let wave = "min_success = '50%', on_failure = 'retry', timeout = '400d',";
    let home = home("", wave, "local _ = wave");
    let folder = home.path().to_str().expect("a readable path");
    let checked = home.run(&["check", folder]).expect(0).stdout;
    for line in [
        "  db  servers Tier=db\n    verify; at least 50% of its servers; at most 400d; a failure: 3 attempts in all\n",
        "  web  a program  after db\n    asks anybody, for ever: Is the data good?\n    \
         a failure: what depends on it does not start\n",
    ] {
        assert!(checked.contains(line), "{checked}");
    }
}

#[test]
fn a_check_reads_the_world_beside_the_runbook() {
    let home = home("", "", "local _ = wave");
    fs::write(home.path().join("world.toml"), "version = 1\naccuont = 1\n").expect("it writes");
    let folder = home.path().to_str().expect("a readable path");
    let said = home.run(&["check", folder]).expect(3).stderr;
    assert!(said.contains("world.toml:2") && said.contains("account"), "{said}");
}

#[test]
fn a_table_that_is_logged_shows() {
    let home = home("", "", "moontide.log.info({ a = { 1, 'b' } }) moontide.log.info(wave.params)");
    let (_, said) = said(&home, &[]);
    assert!(
        said.contains("{\"a\":[1,\"b\"]}") && said.contains("{\"environment\":\"test\"}"),
        "{said}"
    );
}

#[test]
fn a_launch_that_would_not_fail_again_is_told() {
    let wave = "on_failure = 'retry', max_attempts = 2,";
    for (times, is_told) in [("", true), ("times = 3\n", false)] {
        let home = home("", wave, "local _ = wave");
        let world = WORLD.replace("server = \"web\"", &format!("server = \"db-1\"\n{times}"));
        fs::write(home.path().join("world.toml"), world).expect("it writes");
        let (_, said) = said(&home, &[]);
        let note = "[[faults]] 1 (launch_fails of db-1) struck once: a second attempt would launch";
        assert_eq!(said.contains(note), is_told, "{times:?}: {said}");
    }
}

/// A rehearsal says what it assumed, and no secret in it: not in whole, and not in part.
#[test]
fn no_secret_stands_in_what_a_rehearsal_assumed() {
    let home = home("", "", "SEND");
    let source = fs::read_to_string(home.path().join("runbook.luau")).expect("it is there");
    let send = "for _, before in { '', string.rep('x', 52) } do ssm.run_command {\n\
                instance_ids = wave.instance_ids, document_name = 'AWS-RunShellScript',\n\
                parameters = { commands = { `{before} -p{wave.params.pw} -e 1` } } } end";
    let source = source
        .replace("SEND", send)
        .replace("params = {", "params = { pw = { type = \"string\", secret = true },");
    fs::write(home.path().join("runbook.luau"), source).expect("it writes");
    let folder = home.path().to_str().expect("a readable path");
    for more in ["--output=text", "--output=json"] {
        let ran = home.run(&["rehearse", folder, "--param=pw=hunter2secret", more]).expect(0);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(said.contains("no [[commands]] answers"), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn an_answer_that_was_not_needed_is_no_mistake() {
    let home = home("", "", "local _ = wave");
    let (_, said) = said(&home, &["--answer", "web=retry"]);
    assert!(said.contains("not used: --answer web=retry") && said.contains("completed"), "{said}");
}

#[test]
fn a_threshold_that_no_launch_can_reach_launches_nothing() {
    for (least, launches) in [("3", false), ("2", true), ("'100%'", true)] {
        let home = home("", &format!("min_success = {least},"), "local _ = wave");
        let (by, said) = said(&home, &[]);
        assert!(by == "rehearse" && said.contains("DescribeSourceServers"), "{by}: {said}");
        assert_eq!(said.contains("nothing is launched"), !launches, "{said}");
        assert_eq!(said.contains("StartRecovery"), launches, "{said}");
    }
}

/// What a hook returns because its last line does, and arguments that are nil, mean nothing.
#[test]
fn what_hooks_pass_on_is_not_complained_about() {
    for check in [
        "return ssm.run_command { instance_ids = wave.instance_ids, document_name = 'AWS-RunShellScript', parameters = { commands = { 'true' } } }",
        "return wave.servers",
        "return wave.servers[1]",
        "return {}",
        "return true",
        "local x = nil moontide.log.info('a', x, nil) return moontide.now()",
        "return moontide.retry({ attempts = 1, delay = '10m' }, function() return { 'a', 'b' } end)",
        "moontide.retry({ on = { 'Rejected', 'DiskFailed', 'SlaveFailed', 'NoSuchFile', 'Timeout' } }, function() return nil end)",
        "local texts = { [{}] = 1 } return texts",
    ] {
        let (by, said) = said(&home("", "", check), &[]);
        let is_taken = by == "rehearse" && said.contains("rehearsed as a drill  completed");
        assert!(is_taken && !said.contains("warn"), "{check}: {by}: {said}");
    }
}

/// What a hook of the runbook returns stands in the journal, whether it is a number, a table or a text.
#[test]
fn what_a_hook_of_the_runbook_returns_is_kept_and_not_complained_about() {
    for returned in ["'ready'", "3", "{ note = 'ready' }"] {
        let top = format!(
            "local declare = moontide.runbook\n\
             moontide = table.clone(moontide)\n\
             moontide.runbook = function(t: any) t.on_start = function() moontide.log.info('it begins') return {returned} end return declare(t) end"
        );
        let (by, said) = said(&home(&top, "", "local _ = wave"), &[]);
        let is_taken = by == "rehearse" && said.contains("rehearsed as a drill  completed");
        let is_said = is_taken && said.contains("it begins");
        assert!(is_said && !said.contains("warn"), "{returned}: {by}: {said}");
    }
}

/// What is right is not complained about.
#[test]
fn a_good_runbook_is_taken() {
    let check = "local ids = table.clone(wave.instance_ids) table.sort(ids)\n\
                 for place, server in wave.servers do local _ = place, server.lag_duration end\n\
                 local copy = table.clone(wave) copy.name = 'other' copy.note = copy.note or 1\n\
                 local more = table.clone(wave.params) more.zone = more.zone or 'a'\n\
                 if wave.previous or wave.excluded or wave.waves then return true end\n\
                 if #wave.servers > 99 then\n\
                 local answer = moontide.ask { message = 'Well?', choices = { 'yes' } }\n\
                 moontide.log.info(is_yes(answer.choice), shout('eu-west-1a')) end\n\
                 local _ = wave.results, wave.params.environment, wave.instance_ids[99]\n\
                 return nil";
    // Parameters of the names that an answer and a module have elsewhere.
    let top = "local function is_yes(answer) return answer == 'yes' end\n\
               local function shout(moontide) return moontide:upper() end";
    let (by, said) = said(&home(top, "", check), &[]);
    assert!(by == "rehearse" && said.contains("rehearsed as a drill  completed"), "{by}: {said}");
}
