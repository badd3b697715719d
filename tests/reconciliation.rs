//! Every class of effect, when a reply is lost on its way back, and when the call is lost on its way there:
//! it happens once, and no person is asked, unless nothing could show it (`tests/signals/doubt.rs`).

mod support;

#[path = "cli/given.rs"]
#[expect(dead_code, reason = "these stories use a part of it")]
mod given;

use given::shop;
use support::{Home, Ran, Sim};

const HELLO: &str = include_str!("../runbooks/hello/runbook.luau");
const WORLD: &str = include_str!("../runbooks/hello/world.toml");

/// A drill of `hello` with this hook behind its launch, where the first reply to an operation is lost.
struct Drill {
    home: Home,
    sim: Sim,
}

impl Drill {
    fn of(after: &str, operation: &str, effect: bool) -> Drill {
        Drill::with(after, operation, effect, "")
    }

    /// The same with more faults.
    fn with(after: &str, operation: &str, effect: bool, more: &str) -> Drill {
        let runbook = HELLO
            .replacen("local moontide", "local ssm = require('@moontide/ssm')\nlocal ec2 = require('@moontide/ec2')\nlocal moontide", 1)
            .replace("region = ", "outside = { documents = { 'Shop-Open' } },\n\tregion = ")
            .replace("moontide.log.info(`Hello, {wave.instance_ids[1]}`)", after);
        let fault = format!(
            "\n[[automations]]\ndocument = \"Shop-Open\"\n\
             [[faults]]\nkind = \"drop_reply\"\noperation = \"{operation}\"\neffect = {effect}\n"
        );
        let home = shop(&[("runbook.luau", &runbook)]);
        Drill { home, sim: Sim::with(&format!("{WORLD}{fault}{more}")) }
    }

    fn run(&self) {
        self.ends(0);
    }

    fn ends(&self, code: i32) -> Ran {
        let folder = self.home.shop("");
        let [endpoint, speed] = self.sim.flags();
        let run = ["run", &folder, "--mode=drill", "--execution-id=drill", &endpoint, &speed];
        self.home.run(&run).expect(code)
    }

    fn clean_up(&self) -> usize {
        let [endpoint, speed] = self.sim.flags();
        let cleanup = ["cleanup", "drill", "--output=json", &endpoint, &speed];
        let cleaned = self.home.run(&cleanup).expect(0).json();
        cleaned["terminated"].as_array().map_or(0, Vec::len)
    }

    /// How the requests for an operation ended: `None` where the reply was lost.
    fn replies(&self, operation: &str) -> Vec<Option<u16>> {
        let calls = self.sim.simulator.calls();
        calls.iter().filter(|call| call.operation == operation).map(|call| call.status).collect()
    }

    /// The intents of an operation in an execution's journal, and whether its outcome was adopted.
    fn journaled(&self, execution: &str, operation: &str) -> (usize, bool) {
        let journal = self.home.run(&["journal", execution, "--output=json"]).expect(0).stdout;
        let entries = journal.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        let entries: Vec<serde_json::Value> =
            entries.filter(|entry: &serde_json::Value| entry["operation"] == operation).collect();
        let intents = entries.iter().filter(|entry| entry["kind"] == "intent").count();
        (intents, entries.iter().any(|entry| entry["adopted"] == true))
    }
}

const LOST_REPLY: Option<u16> = None;
const OK: Option<u16> = Some(200);

#[test]
fn a_tagged_launch_is_adopted_or_sent_again() {
    let lost_reply = Drill::of("", "drs:StartRecovery", true);
    lost_reply.run();
    assert_eq!(lost_reply.replies("StartRecovery"), [LOST_REPLY]);
    assert_eq!(lost_reply.journaled("drill", "drs.start_recovery"), (1, true));
    assert_eq!(lost_reply.clean_up(), 1);
    let lost_call = Drill::of("", "drs:StartRecovery", false);
    lost_call.run();
    assert_eq!(lost_call.replies("StartRecovery"), [LOST_REPLY, Some(202)]);
    assert_eq!(lost_call.journaled("drill", "drs.start_recovery"), (2, false));
    assert_eq!(lost_call.clean_up(), 1);
}

#[test]
fn a_tagged_command_is_adopted_or_sent_again() {
    let command = "ssm.run_command { instance_ids = wave.instance_ids,
        document_name = 'AWS-RunShellScript', parameters = { commands = { 'true' } } }";
    let lost_reply = Drill::of(command, "ssm:SendCommand", true);
    lost_reply.run();
    assert_eq!(lost_reply.replies("SendCommand"), [LOST_REPLY]);
    assert_eq!(lost_reply.journaled("drill", "ssm.send_command"), (1, true));
    let lost_call = Drill::of(command, "ssm:SendCommand", false);
    lost_call.run();
    assert_eq!(lost_call.replies("SendCommand"), [LOST_REPLY, OK]);
    assert_eq!(lost_call.journaled("drill", "ssm.send_command"), (2, false));
}

#[test]
fn a_convergent_call_is_sent_until_its_goal_is_reached() {
    for effect in [true, false] {
        let drill = Drill::of("", "drs:TerminateRecoveryInstances", effect);
        drill.run();
        assert_eq!(drill.clean_up(), 1);
        let replies = drill.replies("TerminateRecoveryInstances");
        let journaled = drill.journaled("drill.cleanup-1", "drs.terminate_recovery_instances");
        assert_eq!(replies, if effect { vec![LOST_REPLY] } else { vec![LOST_REPLY, OK] });
        assert_eq!(journaled, if effect { (1, true) } else { (2, false) });
        let tags = "ec2.create_tags { resources = wave.instance_ids, tags = { Checked = 'yes' } }";
        let drill = Drill::of(tags, "ec2:CreateTags", effect);
        drill.run();
        // Setting tags that are there already changes nothing, so the door does not look first.
        assert_eq!(drill.replies("CreateTags"), [LOST_REPLY, OK]);
        assert_eq!(drill.journaled("drill", "ec2.create_tags"), (2, false));
    }
}

#[test]
fn a_call_with_a_token_is_sent_again_with_the_same() {
    let automation =
        "ssm.run_automation { document_name = 'Shop-Open', parameters = { Shop = { 'lisbon' } } }";
    for effect in [true, false] {
        let drill = Drill::of(automation, "ssm:StartAutomationExecution", effect);
        drill.run();
        assert_eq!(drill.replies("StartAutomationExecution"), [LOST_REPLY, OK]);
        let calls = drill.sim.simulator.calls();
        let started = calls.iter().rfind(|call| call.operation == "StartAutomationExecution");
        let started = started.expect("it was asked for");
        assert_eq!(started.detail.ends_with("known by its token"), effect, "{started:?}");
    }
}

#[test]
fn a_call_with_a_token_that_is_refused_after_a_lost_reply_may_have_happened() {
    let automation =
        "ssm.run_automation { document_name = 'Shop-Open', parameters = { Shop = { 'lisbon' } } }";
    let denied = "\n[[faults]]\nkind = \"access_denied\"\noperation = \"ssm:StartAutomationExecution\"\n\
                     times = 100\n";
    let drill = Drill::with(automation, "ssm:StartAutomationExecution", true, denied);
    let waits = drill.ends(4).stdout;
    assert!(waits.contains("an earlier call may have happened"), "{waits}");
    let value = "happened --value '{\"automation_execution_id\":\"AUTOMATION\"}'";
    assert!(waits.contains(value), "{waits}");
    let replies = drill.replies("StartAutomationExecution");
    assert_eq!(replies, [LOST_REPLY, Some(400)]);
}
