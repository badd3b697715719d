//! What an operator reads: how old the data is, and how long it took, against what the runbook wants.

use serde_json::json;

use crate::{Story, timeless};

/// At most a quarter of an hour of data may be lost.
const PAYMENTS: &str = "local moontide = require('@moontide')
return moontide.runbook {
    name = 'payments', region = 'us-west-2', objectives = { rto = '2h', rpo = '15m' },
    waves = { { name = 'db', servers = { tags = { Tier = 'db' } } } },
}";

/// One server whose last good snapshot is three days old, and one that lags two hours.
const STALE: &str = "version = 1
account = '111122223333'
region = 'us-west-2'
[[servers]]
name = 'pay-1'
tags = { Tier = 'db' }
replication = 'DISCONNECTED'
lag = '3d'
[[servers]]
name = 'pay-2'
tags = { Tier = 'db' }
lag = '2h'
";

#[test]
fn old_data_stands_in_every_view_and_is_measured_against_the_objective() {
    let story = Story::with(PAYMENTS, STALE, "");
    let ran = story.run(&[], 0);
    for text in [ran.stdout, story.say("ann", &["show", "drill"], 0).stdout] {
        assert!(text.contains("warning: launched from an older recovery point"), "{text}");
        assert!(text.contains("; data 72h "), "{text}");
        assert!(text.contains("data 2h 00m old, the RPO missed by 1h 45m"), "{text}");
        assert!(text.contains("on pay-1, the RPO of 15m 00s is missed by 7"), "{text}");
        assert!(text.contains(", the RTO of 2h 00m is met"), "{text}");
    }
    let status = story.json("status");
    assert_eq!(status["objectives"]["rto"]["met"], true);
    assert_eq!(status["objectives"]["rpo"]["met"], false);
    assert_eq!(status["objectives"]["rpo"]["server"], "pay-1");
    let servers = &status["waves"][0]["servers"];
    assert_eq!(servers[0]["verdict"], "launched");
    assert!(servers[0]["warning"].is_string() && servers[0]["recovery_point"].is_string());
    assert!(servers[0]["rpo_seconds"].as_u64().is_some_and(|age| age > 71 * 3600), "{servers}");
    assert_eq!(servers[1]["warning"], json!(null));
    assert_eq!(servers[1]["rpo_missed_by_seconds"].as_u64().map(|it| it / 3600), Some(1));
}

#[test]
fn a_rehearsal_tells_of_old_data_too() {
    let story = Story::with(PAYMENTS, STALE, "");
    std::fs::write(story.home.shop("world.toml"), STALE).expect("it can be written");
    let folder = story.home.shop("");
    let said = story.say("ann", &["rehearse", &folder], 0).stdout;
    assert!(timeless(&said).contains("warning: launched from an older recovery point"), "{said}");
    assert!(said.contains("on pay-1, the RPO of 15m 00s is missed by 71h "), "{said}");
    let json = story.say("ann", &["rehearse", &folder, "--output=json"], 0).json();
    assert_eq!(json["objectives"]["rpo"]["met"], false);
}

/// A drill of one server, whose command takes longer than the test waits.
const BUSY: &str = "local moontide = require('@moontide')
local ssm = require('@moontide/ssm')
return moontide.runbook {
    name = 'shop', region = 'us-west-2',
    waves = { { name = 'db', servers = { tags = { Tier = 'db' } }, verify = function(wave)
        ssm.send_command {
            instance_ids = wave.instance_ids, document_name = 'AWS-RunShellScript',
            parameters = { commands = { 'sleep 9999' } },
        }
        moontide.ask { message = 'Well?', choices = { 'yes', 'no' } }
    end } },
}";

#[test]
fn after_a_cancel_it_is_told_what_goes_on_outside_and_how_to_stop_it() {
    let world = "version = 1\naccount = '111122223333'\nregion = 'us-west-2'\n\
        [[servers]]\nname = 'db'\ntags = { Tier = 'db' }\n";
    let story = Story::with(BUSY, world, "");
    story.run(&[], 4);
    let cancel = story.say("ann", &["cancel", "drill"], 0).stdout;
    let stop = "to stop it: aws ssm cancel-command --command-id ";
    assert!(cancel.contains("these go on:\n  a command: ") && cancel.contains(stop), "{cancel}");
    let ended = story.resume(1).stdout;
    assert!(ended.contains(stop) && !ended.contains("a launch:"), "{ended}");
    let [endpoint, _] = story.sim.flags();
    let endpoint = endpoint.replace('=', " ");
    let cleanup = format!("      moontide cleanup drill {endpoint} --speed ");
    assert!(ended.contains("next: moontide retry drill db\n"), "{ended}");
    assert!(ended.contains(&cleanup), "{ended}");
    let status = story.json("status");
    assert_eq!(status["outside"][0]["operation"], "ssm.send_command");
    assert!(status["outside"][0]["id"].is_string());
    story.drive(&["cleanup", "drill"], 0);
    let next = story.json("status")["next"].to_string();
    assert!(!next.contains("cleanup"), "{next}");
}

#[test]
fn why_it_was_started_and_who_may_answer_stand_beside_the_question() {
    let pause = "{ message = 'Go on?', approvers = { 'dba', 'carl' }, timeout = '4h' }";
    let waves = format!("{{ name = 'web', pause = {pause}, run = function() end }},");
    let runbook = crate::runbook("shop", &waves);
    let people = "[approvers]\ndba = ['ann', 'bob']\n";
    let story = Story::with(&runbook, crate::WORLD, people);
    let waits = story.run(&["--reason=quarterly exercise"], 4).stdout;
    assert!(waits.contains("reason | quarterly exercise\n"), "{waits}");
    assert!(waits.contains("  asked of: dba, carl\n  who may answer: ann, bob, carl\n"), "{waits}");
    let status = story.json("status");
    assert_eq!(status["reason"], "quarterly exercise");
    assert_eq!(status["prompts"][0]["may_answer"], json!(["ann", "bob", "carl"]));
}
