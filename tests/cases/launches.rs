//! One server, two executions; a server that is launched again by the wave that launched it.

use serde_json::Value;

use crate::shown::{Case, Story};
use crate::support::Ran;

#[test]
fn a_second_execution_does_not_delete_what_the_first_has_launched() {
    let case = Case {
        name: "two_executions",
        before: "the second deleted the first's instances, which completed",
    };
    let story = case.story();
    story.drill("first", &case.path(""), &[]).expect(4);
    let second = story.drill("second", &case.path(""), &[]);
    let told = second.stdout.clone() + &second.stderr;
    let word = if told.contains("owned_launch") { "owned_launch" } else { "not refused" };
    case.comes_to(&format!("exit {:?}, {word}; first: {}", second.code, story.waves("first")));
    assert_eq!(second.code, Some(1), "{told}");
    assert!(told.contains("owned_launch"), "{told}");
    assert!(told.contains("`first`") && told.contains("db-1"), "{told}");
    assert_eq!(story.launched_twice(), [""; 0]);
    story.say(&["answer", "first", "continue"], 0);
    story.resume("first").expect(0);
    assert_eq!(story.waves("first"), "database completed, web completed");
}

#[test]
fn what_the_operator_names_is_given_up_and_nothing_else() {
    let case = Case { name: "two_executions", before: "nothing had to be named" };
    let story = case.story();
    story.drill("first", &case.path(""), &[]).expect(4);
    let prompts = story.json("status", "first");
    let db = wave_server(&prompts, "database");
    let flag = format!("--replace={db}");
    // A replacement is confirmed, or it is not begun.
    let second = story.drill("second", &case.path(""), &[&flag, "--yes"]);
    case.comes_to(&format!("with --replace: exit {:?}, {}", second.code, story.waves("second")));
    assert_eq!(second.code, Some(4), "{second:?}");
    assert_eq!(story.launched_twice(), [db]);
}

/// What was launched is looked at again before a wave, or an execution, is called completed.
#[test]
fn what_was_cleaned_up_is_owned_by_none() {
    let case = Case { name: "two_executions", before: "not tried" };
    let story = case.story();
    story.drill("first", &case.path(""), &["--answer=continue"]).expect(0);
    story.aws(&["cleanup", "first"]).expect(0);
    let second = story.drill("second", &case.path(""), &["--answer=continue"]);
    case.comes_to(&format!("after a cleanup: exit {:?}", second.code));
    assert_eq!(second.code, Some(0), "{second:?}");
}

fn wave_server(document: &Value, wave: &str) -> String {
    let servers = &crate::shown::wave(document, wave)["servers"];
    servers[0]["server"].as_str().expect("a server with an id").to_owned()
}

/// The drill and the recovery meet the same rule: db-1 never launched, db-2 did and fails its checks.
fn retried(mode: &str, choice: &str) -> (Story, Ran) {
    let case = Case { name: "recovery_retry", before: "" };
    let world = std::fs::read_to_string(case.path("world.toml")).expect("a world");
    // It fails its checks in the second attempt, and has passed them before the third gives up.
    let story = case.at(&world.replace("50m", "75m"), 200.0);
    let mode = format!("--mode={mode}");
    let run = ["run", &case.path(""), &mode, "--yes", "--execution-id=x"];
    let asked = story.aws(&run);
    assert_eq!(asked.code, Some(4), "it asks: {asked:?}");
    let prompt = story.prompt("x");
    assert_eq!(prompt["kind"], "replace", "{prompt}");
    assert_eq!(prompt["choices"], serde_json::json!(["keep", "replace", "fail"]), "{prompt}");
    assert!(prompt.to_string().contains("db-2"), "{prompt}");
    story.say(&["answer", "x", choice], 0);
    let mut ran = story.resume("x");
    // A server that is kept, or launched again, may fail its checks once more.
    for _ in 0..3 {
        if ran.code == Some(4) {
            story.say(&["answer", "x", choice], 0);
            ran = story.resume("x");
        }
    }
    (story, ran)
}

fn retries(mode: &str) {
    let case = Case {
        name: "recovery_retry",
        before: "a recovery refused the whole job, a drill deleted in silence",
    };
    let ends = std::thread::scope(|scope| {
        let tell = |choice| scope.spawn(move || retried(mode, choice));
        [tell("keep"), tell("replace"), tell("fail")].map(|story| story.join().expect("an end"))
    });
    for (choice, (story, ran)) in ["keep", "replace", "fail"].iter().zip(&ends) {
        case.comes_to(&format!("{mode}, {choice}: exit {:?}, {}", ran.code, story.waves("x")));
    }
    let [(kept, on_keep), (replaced, on_replace), (failed, on_fail)] = &ends;
    let twice = |story: &Story| story.launched_twice().len();
    assert_eq!((on_keep.code, twice(kept)), (Some(0), 1), "db-1 only: {on_keep:?}");
    assert_eq!((on_replace.code, twice(replaced)), (Some(0), 2), "{on_replace:?}");
    assert_eq!(on_fail.code, Some(1), "{on_fail:?}");
    assert!(twice(failed) <= 1, "{:?}", failed.launches());
    let status = failed.say(&["status", "x"], 0).stdout;
    assert!(status.contains("db-2"), "{status}");
}

#[test]
fn a_retry_of_a_drill_launches_what_has_no_instance_and_asks_about_the_rest() {
    retries("drill");
}

#[test]
fn a_retry_of_a_recovery_launches_what_has_no_instance_and_asks_about_the_rest() {
    retries("recovery");
}
