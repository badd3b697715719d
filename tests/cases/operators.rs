//! What a person says too late, mends, and cancels.

use std::time::Duration;

use serde_json::Value;

use crate::shown::{Case, Story};
use crate::support::Ran;

#[test]
fn a_time_out_is_final() {
    let case = Case { name: "late_answer", before: "the late answer ran the cut-over" };
    let story = case.in_world(WORLD);
    let runbook = "local moontide = require('@moontide')\n\
        return moontide.runbook { name = 'late', region = 'us-west-2', waves = { { name = 'cut-over',\n\
        pause = { message = 'Go?', timeout = '50m', on_timeout = 'abort' },\n\
        run = function() moontide.log.info('CUT OVER RAN') end } } }";
    let path = story.home.path().join("runbook.luau");
    std::fs::write(&path, runbook).expect("it can be written");
    story.drill("drill", path.to_str().expect("a readable path"), &[]).expect(4);
    // Fifty minutes at the speed of the tests.
    crate::support::wait(Duration::from_millis(3_200));
    let late = story.aws(&["resume", "drill", "--answer=cut-over=continue"]);
    let told = late.stdout.clone() + &late.stderr;
    case.comes_to(&format!("exit {:?}, {}", late.code, story.waves("drill")));
    assert!(!told.contains("CUT OVER RAN"), "{told}");
    story.resume("drill").expect(1);
    assert_eq!(story.waves("drill"), "cut-over cancelled", "{told}");
    let again = story.home.run(&["answer", "drill", "continue"]);
    assert_eq!(again.code, Some(2), "{again:?}");
}

/// The same for an answer that another process sends.
#[test]
fn an_answer_that_is_sent_after_the_time_out_is_refused() {
    let case = Case { name: "late_answer", before: "not tried" };
    let story = case.in_world(WORLD);
    let runbook = "local moontide = require('@moontide')\n\
        return moontide.runbook { name = 'late', region = 'us-west-2', waves = { { name = 'cut-over',\n\
        pause = { message = 'Go?', timeout = '50m', on_timeout = 'abort' },\n\
        run = function() moontide.log.info('CUT OVER RAN') end } } }";
    let path = story.home.path().join("runbook.luau");
    std::fs::write(&path, runbook).expect("it can be written");
    story.drill("drill", path.to_str().expect("a readable path"), &[]).expect(4);
    crate::support::wait(Duration::from_millis(3_200));
    let flags = story.sim.flags();
    // The person who answers says how fast the execution's clock runs, or is refused by its runner.
    let late = story.home.run(&["answer", "drill", "continue", &flags[1]]);
    let ended = story.resume("drill");
    case.comes_to(&format!("sent: exit {:?}; then {}", late.code, story.waves("drill")));
    assert_eq!(ended.code, Some(1), "{late:?} {ended:?}");
    assert!(!ended.stderr.contains("CUT OVER RAN"), "{ended:?}");
    assert_eq!(story.waves("drill"), "cut-over cancelled");
}

pub(crate) const WORLD: &str = "version = 1\naccount = \"111122223333\"\nregion = \"us-west-2\"\n\
                                [[servers]]\nname = \"db-1\"\ntags = { Tier = \"database\" }\n";

/// Starts it, cancels it while its command runs, and returns what it said until its end.
fn cancelled(story: &Story, runbook: &str) -> String {
    let run = ["run", runbook, "--mode=drill", "--execution-id=drill"];
    let runner = story.command(&run).spawn().expect("moontide starts");
    let runner = std::thread::spawn(move || runner.wait_with_output().expect("it ends"));
    while story.sim.performed("SendCommand") == 0 && !runner.is_finished() {
        crate::support::wait(Duration::from_millis(20));
    }
    // Until the command's id is in the journal.
    let is_known = |story: &Story| story.journal("drill").iter().any(is_sent);
    while !is_known(story) && !runner.is_finished() {}
    story.say(&["cancel", "drill"], 0);
    let ran = Ran::of(&runner.join().expect("it was waited for"));
    ran.expect(1).stderr
}

fn is_sent(entry: &Value) -> bool {
    entry["operation"] == "ssm.send_command" && entry["kind"] == "outcome"
}

#[test]
fn an_operator_who_cancels_is_told_what_goes_on_outside_and_what_to_type() {
    let case = Case { name: "cancel", before: "the command went on; `on_cancel` knew no instance" };
    let story = case.story();
    let said = cancelled(&story, &case.path("runbook.luau"));
    let known = said.lines().find(|line| line.contains("was cancelled: stop the restore on"));
    let known = known.unwrap_or_default();
    let status = story.say(&["status", "drill"], 0).stdout;
    let journal = story.journal("drill");
    let outcome = journal.iter().find(|it| is_sent(it));
    let command = outcome.and_then(|it| {
        let text = it.to_string();
        let at = text.find("\"command_id\":\"")?;
        text[at + 14..].split('"').next().map(str::to_owned)
    });
    let command = command.unwrap_or_else(|| panic!("the command has an id: {outcome:?}"));
    let is_told = status.contains(&command);
    case.comes_to(&format!(
        "on_cancel: {}; status names the command: {is_told}",
        known.contains("i-")
    ));
    assert!(known.contains("on i-"), "{said}");
    assert!(is_told, "{command} goes on, and status does not say so: {status}");
    assert!(status.contains("cancel"), "{status}");
    assert!(status.contains("moontide cleanup drill"), "an instance is left: {status}");
}

#[test]
fn a_hook_that_cancels_is_given_servers_and_instances() {
    let case = Case { name: "cancel", before: "neither servers nor instance_ids" };
    let story = case.story();
    let said = cancelled(&story, &case.path("keys.luau"));
    let line = said.lines().find(|line| line.contains("on_cancel sees")).unwrap_or_default();
    case.comes_to(line.split_once('|').map_or(line, |(_, keys)| keys));
    assert!(line.contains("instance_ids:table") && line.contains("servers:table"), "{said}");
}

#[test]
fn a_command_can_be_stopped_by_the_hook_that_cancels() {
    let case = Case { name: "cancel", before: "`ssm.cancel_command` did not exist" };
    let story = case.story();
    let runbook = std::fs::read_to_string(case.path("runbook.luau")).expect("it is there");
    let runbook = runbook.replace(
        "moontide.log.warn(`{wave.name} was cancelled: stop the restore on {table.concat(wave.instance_ids or { \"?\" }, \",\")}`)",
        "local ok, err = pcall(function() for _, id in wave.instance_ids do moontide.log.info(id) end\n\
         return ssm.cancel_command end)\nmoontide.log.info(`can cancel: {ok and type(err)}`)",
    );
    assert!(runbook.contains("can cancel"), "{runbook}");
    let path = story.home.path().join("runbook.luau");
    std::fs::write(&path, runbook).expect("it can be written");
    let said = cancelled(&story, path.to_str().expect("a readable path"));
    let line = said.lines().find(|line| line.contains("can cancel")).unwrap_or_default();
    case.comes_to(line.split_once('|').map_or(line, |(_, said)| said));
    assert!(line.contains("can cancel: function"), "{said}");
}

/// An execution whose hook has a slip, in a folder that its author can mend.
fn slipped(case: &Case) -> (Story, String) {
    let story = case.story();
    let path = story.home.path().join("runbook.luau");
    std::fs::copy(case.path("runbook.luau"), &path).expect("it can be copied");
    let path = path.to_str().expect("a readable path").to_owned();
    story.drill("drill", &path, &[]).expect(1);
    (story, path)
}

/// Drives it on; a server that has its instance keeps it.
fn drive_on(story: &Story) -> Ran {
    let mut ran = story.resume("drill");
    for _ in 0..3 {
        if ran.code == Some(4) {
            story.say(&["answer", "drill", "keep"], 0);
            ran = story.resume("drill");
        }
    }
    ran
}

fn mend(case: &Case, path: &str) {
    std::fs::copy(case.path("mended.luau"), path).expect("it can be copied");
}

#[test]
fn a_hook_is_mended_and_its_wave_retried() {
    let case = Case { name: "mend_a_hook", before: "`retry` ran the old source without a word" };
    let (story, path) = slipped(&case);
    mend(&case, &path);
    let retried = story.say(&["retry", "drill", "database", "--runbook", &path], 0);
    let said = retried.stdout;
    for line in ["runbook.luau +1 -1", "pg_isreadyy", "from its next attempt on database runs"] {
        assert!(said.contains(line), "{said}");
    }
    // A resume needs no file on disk.
    std::fs::remove_file(&path).expect("it is there");
    let ended = drive_on(&story);
    case.comes_to(&format!("--runbook: exit {:?}, {}", ended.code, story.waves("drill")));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(story.waves("drill"), "database completed, web completed");
    assert_eq!(story.launched_twice(), [""; 0]);
    let text = story.say(&["journal", "drill"], 0).stdout;
    assert!(text.contains("database: retry with another"), "{text}");
    let journal = story.journal("drill");
    let source = journal.iter().find_map(|entry| {
        entry["event"]["signal"]["mend"]["modules"]["runbook"]["source"].as_str()
    });
    assert!(source.is_some_and(|source| source.contains("pg_isready\"")), "{journal:?}");
}

#[test]
fn a_runbook_that_differs_on_disk_is_mentioned_by_a_retry() {
    let case = Case { name: "mend_a_hook", before: "not a word" };
    let (story, path) = slipped(&case);
    mend(&case, &path);
    let said = story.say(&["retry", "drill", "database"], 0).stdout;
    let line = said.lines().find(|line| line.contains("--runbook")).unwrap_or("not a word");
    case.comes_to(line);
    assert!(said.contains("the runbook on disk differs") && line.contains("--runbook"), "{said}");
    // It is not taken, and the wave fails again; then it can be.
    assert_eq!(drive_on(&story).code, Some(1));
    let take = line.rsplit("moontide ").next().expect("a command");
    story.say(&take.split_whitespace().collect::<Vec<_>>(), 0);
    assert_eq!(drive_on(&story).code, Some(0));
}

#[test]
fn sources_that_do_not_fit_are_not_taken() {
    let case = Case { name: "mend_a_hook", before: "not tried" };
    let (story, path) = slipped(&case);
    let retry = ["retry", "drill", "database", "--runbook", &path];
    let refused = |source: &str, code: &str| {
        std::fs::write(&path, source).expect("it can be written");
        let refused = Ran::of(&story.home.moontide(&retry).output().expect("moontide starts"));
        assert!(refused.code != Some(0) && refused.stderr.contains(code), "{refused:?}");
        refused.stderr
    };
    let source = std::fs::read_to_string(case.path("runbook.luau")).expect("a runbook");
    let mended = std::fs::read_to_string(case.path("mended.luau")).expect("a runbook");
    refused(&source, "M0105");
    refused(&source.replace("return moontide", "return moon"), "M02");
    refused(&mended.replace("\"slip\"", "\"slap\""), "M0208");
    let renamed = mended.replace("\"database\"", "\"databases\"");
    let said = refused(&renamed, "M0805");
    case.comes_to(said.lines().next().unwrap_or_default());
    assert!(said.contains("did you rename it to `databases`?"), "{said}");
    // What the engine has read at the start stays, and is said to.
    std::fs::write(&path, mended.replace("region = \"us-west-2\"", "region = \"us-east-2\""))
        .expect("it can be written");
    let taken = story.say(&retry, 0).stdout;
    assert!(taken.contains("not taken") && taken.contains("regions"), "{taken}");
    assert_eq!(drive_on(&story).code, Some(0));
}
