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
    let second = story.drill("second", &case.path(""), &["--beside=first"]);
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
    let second = story.drill("second", &case.path(""), &[&flag, "--yes", "--beside=first"]);
    case.comes_to(&format!("with --replace: exit {:?}, {}", second.code, story.waves("second")));
    assert_eq!(second.code, Some(4), "{second:?}");
    assert_eq!(story.launched_twice(), [db]);
}

/// An operator who comes back to an execution whose servers another one has launched since is told so.
#[test]
fn an_operator_is_told_who_has_replaced_what_was_launched() {
    let case = Case { name: "two_executions", before: "nothing was said of it" };
    let story = case.story();
    story.drill("first", &case.path(""), &[]).expect(4);
    let document = story.json("status", "first");
    assert_eq!(document["replaced"], Value::Null, "nothing is yet: {document}");
    let db = wave_server(&document, "database");
    let flag = format!("--replace={db}");
    story.drill("second", &case.path(""), &[&flag, "--yes", "--beside=first"]).expect(4);

    let document = story.json("status", "first");
    let replaced = &document["replaced"];
    assert_eq!(replaced["servers"][0]["server"], db.as_str(), "{document}");
    assert_eq!(replaced["servers"][0]["name"], "db-1", "{document}");
    assert_eq!(replaced["servers"][0]["by"]["execution"], "second", "{document}");
    assert_eq!(replaced["servers"][1], Value::Null, "{document}");
    assert_eq!(replaced["unseen"], Value::Null, "{document}");
    let status = story.say(&["status", "first"], 0).stdout;
    told(&status, &["replaced", "db-1", "by wave database of execution second"]);
    told(&status, &["`moontide status second`", "`moontide cleanup second`"]);
    // What the second one has was not replaced.
    assert_eq!(story.json("status", "second")["replaced"], Value::Null);

    let refused = story.say(&["retry", "first", "database"], 2).stderr;
    told(&refused, &[&db, "by wave database of execution second"]);
    let resumed = story.resume("first").expect(4);
    told(&resumed.stderr, &["replaced", " as i-", "by wave database of execution second"]);
    told(&resumed.stdout, &["replaced", " as i-", "by wave database of execution second"]);
    case.comes_to("status, retry and resume name who has replaced it");

    // Once it is over, what the cancel has cut off is retried.
    story.say(&["cancel", "first"], 0);
    story.resume("first").expect(1);
    let retried = story.say(&["retry", "first", "web"], 0).stdout;
    told(&retried, &["replaced", "by wave database of execution second"]);
}

/// AWS knows the owner of an instance whatever store that one is in.
#[test]
fn a_resume_tells_of_an_execution_in_another_store() {
    let case = Case { name: "two_executions", before: "nothing was said of it" };
    let story = case.story();
    story.drill("first", &case.path(""), &[]).expect(4);
    let db = wave_server(&story.json("status", "first"), "database");
    let (elsewhere, flags) = (crate::support::Home::new(), story.sim.flags());
    let (path, flag) = (case.path(""), format!("--replace={db}"));
    let mut run = vec!["run", &path, "--mode=drill", "--execution-id=far", &flag, "--yes"];
    run.extend(flags.iter().map(String::as_str));
    elsewhere.run(&run).expect(4);
    assert_eq!(story.json("status", "first")["replaced"], Value::Null);
    let resumed = story.resume("first").expect(4);
    told(&resumed.stderr, &["replaced", "db-1", "by wave database of execution far"]);
    told(&resumed.stdout, &["`far` is not in this store"]);
    case.comes_to("resume names who has replaced it, also from another store");
}

#[track_caller]
fn told(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` in {text}");
    }
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
