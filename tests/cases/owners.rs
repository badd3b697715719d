//! Whose an instance is: what a name given at the start gives up, and executions of one id in two stores.

use crate::shown::{Case, wave};
use crate::support::Ran;

/// All that it said.
fn told(ran: &Ran) -> String {
    ran.stdout.clone() + &ran.stderr
}

/// Both stores know one execution of that id: AWS sees the jobs of both.
#[test]
fn the_same_id_in_another_store_is_another_execution() {
    let case = Case {
        name: "two_executions",
        before: "the same id in another store: the first's jobs were adopted as its own",
    };
    let story = case.story();
    story.drill("nightly", &case.path(""), &["--store=sqlite:one.db"]).expect(4);
    let second = story.drill("nightly", &case.path(""), &["--store=sqlite:two.db"]);
    let told = told(&second);
    case.comes_to(&format!("the same id in another store: exit {:?}, owned_launch", second.code));
    assert_eq!(second.code, Some(1), "{told}");
    assert!(told.contains("owned_launch") && told.contains("begun in another store"), "{told}");
    assert_eq!(story.launched_twice(), [""; 0]);
}

/// It named the server when it started; what another execution launched since is not what it meant.
#[test]
fn what_is_launched_later_was_not_given_up_at_the_start() {
    let case = Case {
        name: "two_executions",
        before: "`--replace` gave up whatever was launched of the server later",
    };
    let story = case.story();
    story.drill("first", &case.path(""), &["--answer=continue"]).expect(0);
    let status = story.json("status", "first");
    let server = wave(&status, "web")["servers"][0]["server"].as_str().expect("an id").to_owned();
    let replace = format!("--replace={server}");
    let named = ["--only=web", &replace, "--yes"];
    let late = story.drill("late", &case.path(""), &named).expect(4);
    assert!(late.stderr.contains("may be deleted"), "{late:?}");
    let between = [&named[..], &["--answer=continue", "--beside=late"]].concat();
    story.drill("between", &case.path(""), &between).expect(0);
    story.say(&["answer", "late", "continue"], 0);
    let ended = story.resume("late");
    let told = told(&ended);
    case.comes_to(&format!("--replace, then another's launch: exit {:?}", ended.code));
    assert_eq!(ended.code, Some(1), "{told}");
    assert!(told.contains("owned_launch") && told.contains("`between`"), "{told}");
    let launches = story.launches();
    let of_server = launches.iter().find(|(launched, _)| *launched == server);
    assert_eq!(of_server.map(|(_, times)| *times), Some(2), "{launches:?}");
}

/// What was begun against a simulator goes on there, whatever the environment says, and nowhere else.
#[test]
fn an_execution_goes_on_where_it_began() {
    let case = Case { name: "two_executions", before: "it went on wherever the environment led" };
    let (story, other) = (case.story(), case.story());
    story.drill("drill", &case.path(""), &[]).expect(4);
    story.say(&["answer", "drill", "web", "continue"], 0);
    let away = ["resume", "drill", "--endpoint-url=https://192.0.2.1"];
    let refused = Ran::of(&story.home.moontide(&away).output().expect("moontide starts"));
    assert!(refused.code == Some(6) && refused.stderr.contains("M0611"), "{refused:?}");
    let mut resume = story.home.moontide(&["resume", "drill"]);
    let endpoint = other.sim.flags()[0].replace("--endpoint-url=", "");
    resume.env("AWS_ENDPOINT_URL", endpoint).env("USER", "ann").current_dir(story.home.path());
    let ended = Ran::of(&resume.output().expect("moontide starts"));
    case.comes_to(&format!("another simulator in the environment: exit {:?}", ended.code));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(other.launches(), []);
    assert_eq!(story.waves("drill"), "database completed, web completed");
}
