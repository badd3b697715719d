//! What counts after a person was asked: instances that are there, and what is known of these.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::shown::{Case, Story, wave};
use crate::support::{Moment, Ran, Side};

const CASE: Case = Case { name: "kept", before: "" };

impl Story {
    /// A server of the wave `database`, as the status has it.
    fn server(&self, name: &str) -> Value {
        let servers = wave(&self.json("status", "x"), "database")["servers"].clone();
        let mut servers = servers.as_array().cloned().unwrap_or_default().into_iter();
        servers.find(|server| server["name"] == name).expect("the wave has this server")
    }

    fn id(&self, name: &str, field: &str) -> String {
        self.server(name)[field].as_str().expect("a text").to_owned()
    }
}

/// db-1 is launched and db-2 is not; another tool drills db-2; the wave is attempted again, and a person is
/// asked about db-2's instance. The question.
fn asked() -> (Story, String) {
    let story = CASE.story();
    story.drill("x", &CASE.path(""), &[]).expect(4);
    story.drill_by_hand(&story.id("db-2", "server"));
    story.say(&["answer", "x", "retry"], 0);
    story.resume("x").expect(4);
    let message = story.prompt("x")["message"].as_str().expect("a question").to_owned();
    (story, message)
}

/// The instance of an earlier attempt goes while a person thinks about another one.
#[test]
fn a_verdict_of_an_earlier_attempt_is_looked_at_again_before_the_end() {
    let case = Case { before: "completed, with an instance that was gone", ..CASE };
    let (story, _) = asked();
    let gone = story.id("db-1", "instance_id");
    story.terminate_by_hand(&gone);
    story.say(&["answer", "x", "keep"], 0);
    let ended = story.resume("x");
    let said = ended.stdout.clone() + &ended.stderr;
    case.comes_to(&format!("exit {:?}, {}", ended.code, story.waves("x")));
    assert_eq!(ended.code, Some(4), "it asks what to do about the failure: {said}");
    assert!(!said.contains("counts on"), "{said}");
    let judged = story.server("db-1");
    assert_eq!(judged["verdict"], "failed", "{judged}");
    assert!(judged["reason"].as_str().is_some_and(|it| it.contains(&gone)), "{judged}");

    story.say(&["answer", "x", "retry"], 0);
    story.resume("x").expect(0);
    assert_eq!(story.waves("x"), "database completed, application completed");
    assert_ne!(story.id("db-1", "instance_id"), gone);
}

/// The one that a person keeps goes before the runner is back.
#[test]
fn an_instance_that_a_person_has_kept_counts_only_while_it_runs() {
    let case = Case { before: "not tried", ..CASE };
    let (story, message) = asked();
    let from = message.find("i-").expect("an instance");
    let gone: String = message[from..].chars().take(19).collect();
    story.say(&["answer", "x", "keep"], 0);
    story.terminate_by_hand(&gone);
    let ended = story.resume("x").expect(4);
    let judged = story.server("db-2");
    case.comes_to(&format!("exit {:?}, {judged}", ended.code));
    assert_eq!(judged["verdict"], "failed", "{judged}");
    assert!(judged["reason"].as_str().is_some_and(|it| it.contains("ann has kept it")), "{judged}");
    assert_eq!(judged.get("warning"), None, "{judged}");
}

/// An outage, or a runner that was stopped, may lie between the last look of a judgement and its end.
#[test]
fn an_instance_that_goes_behind_its_judgement_is_not_counted() {
    let case = Case { name: "two_executions", before: "completed, with an instance that was gone" };
    let whole = case.story();
    let run = ["run", &case.path(""), "--mode=drill", "--execution-id=x", "--only=database"];
    whole.aws(&run).expect(0);
    let last = whole.sim.performed("DescribeRecoveryInstances");

    let story = case.story();
    let operation = Some("DescribeRecoveryInstances");
    let moment = Moment { operation, number: last, side: Side::After };
    let runner = story.sim.trap.stop(story.command(&run), moment);
    story.terminate_by_hand(&whole.id("db-1", "instance_id"));
    kill_process(Pid::from_child(&runner), Signal::CONT).expect("it was stopped");
    let ended = Ran::of(&runner.wait_with_output().expect("it ends"));
    case.comes_to(&format!("gone at its last look: exit {:?}, {}", ended.code, story.waves("x")));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(story.id("db-1", "verdict"), "failed");
}

/// Whose an instance is comes first, and what became of another one is no matter of it.
#[test]
fn a_question_says_whose_the_instance_is() {
    let case = Case { before: "the failure of our own launch, for a stranger's instance", ..CASE };
    let (story, message) = asked();
    case.comes_to(&message);
    assert!(message.contains(": a drill that no execution of Moontide started has launched it."));
    assert!(!message.contains("InsufficientInstanceCapacity"), "{message}");
    story.say(&["answer", "x", "keep"], 0);
    story.resume("x").expect(0);
    let kept = story.server("db-2");
    let warning = kept["warning"].as_str().unwrap_or_default();
    assert!(warning.starts_with("ann has kept the instance i-"), "{kept}");
    assert!(!warning.contains("InsufficientInstanceCapacity"), "{kept}");
}

/// However often it is given up, the question stays the same.
#[test]
fn a_question_does_not_grow_with_its_answers() {
    let case = Case { before: "each answer was quoted in the next question", ..CASE };
    let (story, first) = asked();
    for _ in 0..2 {
        story.say(&["answer", "x", "fail"], 0);
        story.resume("x").expect(4);
        story.say(&["answer", "x", "retry"], 0);
        story.resume("x").expect(4);
    }
    let last = story.prompt("x")["message"].as_str().expect("a question").to_owned();
    case.comes_to(&last);
    assert_eq!(first, last);
}
