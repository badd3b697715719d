//! A call whose reply is lost, and of which nothing shows whether it happened.

use insta::assert_snapshot;

use crate::Story;

const HELLO: &str = include_str!("../../runbooks/hello/runbook.luau");
const WORLD: &str = include_str!("../../runbooks/hello/world.toml");

/// A drill that reboots what it has launched; the reply is lost, behind the effect or before it.
fn story(effect: bool) -> Story {
    let runbook = HELLO.replace(
        "moontide.log.info(`Hello, {wave.instance_ids[1]}`)",
        "local ok, got = pcall(ec2.reboot_instances, wave.instance_ids)
         moontide.log.info(`{ok} {if ok then rawget(got or {}, 'note') else got.code}`)",
    );
    let runbook = runbook.replacen(
        "local moontide",
        "local ec2 = require(\"@moontide/ec2\")\nlocal moontide",
        1,
    );
    let fault = format!(
        "\n[[faults]]\nkind = \"drop_reply\"\noperation = \"ec2:RebootInstances\"\neffect = {effect}\n"
    );
    Story::with(&runbook, &format!("{WORLD}{fault}"), "")
}

impl Story {
    /// How often the simulator heard of a reboot.
    fn calls(&self) -> usize {
        let calls = self.sim.simulator.calls();
        calls.iter().filter(|call| call.operation == "RebootInstances").count()
    }
}

/// The text with ids that differ from run to run left out.
fn same(text: &str) -> String {
    let word = |word: &str| {
        let is_instance = word.contains("\"i-");
        match word {
            _ if is_instance => "{\"instance_ids\":[\"i-…\"]}".to_owned(),
            _ if word.starts_with("http://127.0.0.1:") => "http://127.0.0.1:…".to_owned(),
            _ => word.to_owned(),
        }
    };
    let line = |line: &str| {
        for head in ["  key: ", "  asked at: "] {
            if line.starts_with(head) {
                return format!("{head}…");
            }
        }
        line.split(' ').map(word).collect::<Vec<_>>().join(" ")
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

#[test]
fn a_person_sees_what_was_sent_and_the_three_commands() {
    let story = story(true);
    let waits = story.run(&["--answer=try-again"], 4);
    let prompt = waits.stdout.find("? greet#").map(|at| waits.stdout[at..].to_owned());
    assert_snapshot!(same(&prompt.expect("it asks")), @r#"
    ? greet#1.9.1.unknown | Did `ec2.reboot_instances` happen? `ec2.reboot_instances` leaves nothing behind by which it could be recognised
      sent: ec2.reboot_instances {"instance_ids":["i-…"]}
      key: …
      asked at: …
      answers: happened, did-not, try-again
    next: moontide answer drill 'greet#1.9.1.unknown' happened
          moontide answer drill 'greet#1.9.1.unknown' did-not
          moontide answer drill 'greet#1.9.1.unknown' try-again
          moontide resume drill --endpoint-url http://127.0.0.1:… --speed 1000
    "#);
    assert!(waits.stderr.contains("not used: --answer try-again"), "{}", waits.stderr);
    for command in ["retry", "skip"] {
        let refused = story.say("ann", &[command, "drill", "greet"], 2).stderr;
        let open = "hint: open: greet#1.9.1.unknown (happened, did-not, try-again)";
        assert!(refused.contains(open), "{refused}");
    }
    story.resume(4);
    assert_eq!(story.sim.performed("RebootInstances"), 1);
}

#[test]
fn it_happened_goes_on_with_what_it_returned() {
    let story = story(true);
    story.run(&[], 4);
    story.say("ann", &["answer", "drill", "did-not", "--value={}"], 2);
    story.say("ann", &["answer", "drill", "happened", "--value={\"note\": \"seen\"}"], 0);
    let ended = story.resume(0);
    assert!(ended.stderr.contains("true seen"), "{}", ended.stderr);
    assert_eq!(story.sim.performed("RebootInstances"), 1);
}

#[test]
fn it_did_not_is_an_error_of_the_call() {
    let story = story(false);
    story.run(&[], 4);
    story.say("ann", &["answer", "drill", "did-not"], 0);
    let ended = story.resume(0);
    assert!(ended.stderr.contains("false DidNotHappen"), "{}", ended.stderr);
    assert_eq!(story.calls(), 1);
}

#[test]
fn a_rehearsal_cannot_look_and_takes_it_for_not_done() {
    let story = story(true);
    let fault = "\n[[faults]]\nkind = \"drop_reply\"\noperation = \"ec2:RebootInstances\"\n";
    let world = format!("{WORLD}{fault}");
    std::fs::write(story.home.shop("world.toml"), world).expect("it can be written");
    let folder = story.home.shop("");
    let rehearsed = story.say("root", &["rehearse", &folder], 0);
    assert!(rehearsed.stderr.contains("false DidNotHappen"), "{}", rehearsed.stderr);
    assert!(rehearsed.stdout.contains("did-not by the rehearsal"), "{}", rehearsed.stdout);
    let happened = ["rehearse", &folder, "--answer=greet=happened"];
    let rehearsed = story.say("root", &happened, 0);
    assert!(rehearsed.stderr.contains("true nil"), "{}", rehearsed.stderr);
}

#[test]
fn try_again_sends_it_once_more() {
    let story = story(false);
    story.run(&[], 4);
    assert_eq!(story.calls(), 1);
    // It may be decided by the way, if the wave is named.
    story.drive(&["resume", "drill", "--answer=greet=try-again"], 0);
    assert_eq!(story.calls(), 2);
    let intents =
        story.journal().into_iter().filter(|line| line.contains("reboot_instances intent"));
    assert_eq!(intents.count(), 2);
}

#[test]
fn who_vouches_for_a_launch_names_its_job() {
    let faults = "\n[[faults]]\nkind = \"drop_reply\"\noperation = \"drs:StartRecovery\"\n\
                  [[faults]]\nkind = \"access_denied\"\noperation = \"drs:DescribeJobs\"\nskip = 1\ntimes = 100000\n";
    let story = Story::with(HELLO, &format!("{WORLD}{faults}"), "");
    let waits = story.run(&["--answer=greet=happened"], 4);
    assert!(waits.stderr.contains("not used: --answer greet=happened"), "{}", waits.stderr);
    let answer = "moontide answer drill 'greet#1.5.1.unknown' happened --value '{\"job\":{\"job_id\":\"JOB\"}}'";
    assert!(waits.stdout.contains(answer), "{}", waits.stdout);
    let refused = story.say("ann", &["answer", "drill", "happened"], 2).stderr;
    assert!(refused.contains("--value '{\"job\":{\"job_id\":\"JOB\"}}'"), "{refused}");
    assert_eq!(story.sim.performed("StartRecovery"), 1);
}
