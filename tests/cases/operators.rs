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
    // Whoever answers says how fast the execution's clock runs, or is refused by the one who drives it.
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
fn whoever_cancels_is_told_what_goes_on_outside_and_what_to_type() {
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
