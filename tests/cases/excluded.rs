//! Servers that the operator leaves out: each is one that a wave would launch, or nothing is launched.

use crate::shown::{Case, Story, wave};
use crate::support::Ran;

const CASE: Case = Case { name: "excluded", before: "the server was launched, without a word" };

/// A drill that leaves these out.
fn without(story: &Story, excluded: &[&str]) -> Ran {
    let flags: Vec<String> = excluded.iter().map(|it| format!("--exclude={it}")).collect();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    story.drill("x", &CASE.path(""), &flags)
}

/// It is refused with these words before anything is launched.
#[track_caller]
fn refused(story: &Story, excluded: &str, words: &str) {
    let ran = without(story, &[excluded]);
    let said = ran.stdout.clone() + &ran.stderr;
    CASE.comes_to(&format!("{excluded}: exit {:?}, {}", ran.code, story.waves("x")));
    assert_eq!(story.sim.performed("StartRecovery"), 0, "{said}");
    assert_eq!(ran.code, Some(1), "{said}");
    assert!(said.contains(words), "{said}");
}

#[test]
fn a_name_that_no_server_has_is_refused_with_the_nearest() {
    refused(
        &CASE.story(),
        "DB-2",
        "the operator has excluded DB-2, which is no source server in us-west-2, did you mean db-2?",
    );
}

#[test]
fn a_name_of_a_later_wave_is_looked_at_by_the_first() {
    refused(&CASE.story(), "wbe-1", "did you mean web-1?");
}

#[test]
fn an_id_that_no_server_has_is_refused() {
    let words =
        "the operator has excluded s-0123456789abcdef0, which is no source server in us-west-2";
    refused(&CASE.story(), "s-0123456789abcdef0", words);
}

#[test]
fn a_server_that_is_in_no_wave_is_refused() {
    let words = "the operator has excluded mail-1, which is in no wave of this runbook";
    refused(&CASE.story(), "mail-1", words);
}

#[test]
fn a_name_that_two_servers_have_is_refused_with_their_ids() {
    let world = std::fs::read_to_string(CASE.path("world.toml")).expect("a world");
    let story = CASE.in_world(&world.replace("App = \"other\"", "App = \"shop\""));
    let words = "the operator has excluded web-2, as 2 servers are called: name s-";
    refused(&story, "web-2", words);
}

/// The namesake of another runbook is no matter of this one.
#[test]
fn servers_of_later_waves_are_left_out_by_name_and_by_id() {
    let story = CASE.story();
    let ran = without(&story, &["web-2"]).expect(0);
    let shown = story.json("show", "x");
    let servers = wave(&shown, "web")["servers"].as_array().cloned().unwrap_or_default();
    CASE.comes_to(&format!("web-2: exit {:?}, {}", ran.code, story.waves("x")));
    assert_eq!(servers.len(), 1, "{shown}");
    assert_eq!(story.launches().len(), 3, "{:?}", story.launches());

    let id = servers[0]["server"].as_str().expect("an id");
    let other = CASE.story();
    without(&other, &[id]).expect(0);
    assert_eq!(other.launches().len(), 3, "{:?}", other.launches());
}

/// Waves that start together: each looks before it launches.
#[test]
fn no_wave_launches_beside_one_that_refuses() {
    let story = CASE.story();
    let runbook = std::fs::read_to_string(CASE.path("runbook.luau")).expect("a runbook");
    let runbook = runbook.replace("depends_on = { \"database\" }, ", "");
    let path = story.home.path().join("runbook.luau");
    std::fs::write(&path, runbook).expect("it can be written");
    let path = path.to_str().expect("a readable path").to_owned();
    story.drill("x", &path, &["--exclude=DB-2"]).expect(1);
    assert_eq!(story.sim.performed("StartRecovery"), 0);
}

/// A selector that is a function is asked when its wave starts; until then it is not known whom it means.
#[test]
fn a_wave_that_chooses_by_a_function_may_mean_any_server_of_the_region() {
    let chosen = |story: &Story, excluded: &str| {
        let runbook = std::fs::read_to_string(CASE.path("runbook.luau")).expect("a runbook");
        let table = "{ tags = { App = \"shop\", Tier = \"web\" } }";
        let runbook = runbook.replace(table, &format!("function() return {table} end"));
        let path = story.home.path().join("runbook.luau");
        std::fs::write(&path, runbook).expect("it can be written");
        let exclude = format!("--exclude={excluded}");
        story.drill("x", path.to_str().expect("a readable path"), &[&exclude])
    };
    let story = CASE.story();
    chosen(&story, "WEB-1").expect(1);
    assert_eq!(story.sim.performed("StartRecovery"), 0);
    let story = CASE.story();
    chosen(&story, "web-1").expect(0);
    assert_eq!(story.launches().len(), 3, "{:?}", story.launches());
    // Once it starts, it means no others.
    let story = CASE.story();
    let runbook = "local moontide = require('@moontide')\n\
        return moontide.runbook { name = 'one', region = 'us-west-2', waves = { { name = 'all',\n\
        servers = function() return { tags = { Tier = 'web' } } end } } }";
    let path = story.home.path().join("runbook.luau");
    std::fs::write(&path, runbook).expect("it can be written");
    let ran = story.drill("x", path.to_str().expect("a readable path"), &["--exclude=db-1"]);
    assert!(ran.expect(1).stdout.contains("db-1, which is in no wave of this runbook"));
}

/// Not when its turn comes, which may be after hours.
#[test]
fn a_wave_of_which_no_server_is_left_is_refused_before_anything_is_launched() {
    let case = Case { before: "the database was launched, then the wave failed", ..CASE };
    let story = case.story();
    let ran = without(&story, &["web-1", "web-2"]);
    case.comes_to(&format!("web-1, web-2: exit {:?}, {}", ran.code, story.waves("x")));
    assert_eq!(story.sim.performed("StartRecovery"), 0, "{ran:?}");
    let words = "the operator has excluded every server of wave web: leave the whole wave out";
    assert!(ran.expect(1).stdout.contains(words));
}

/// Whom a name meant at the start is left out, whatever becomes of the name.
#[test]
fn a_server_that_is_renamed_on_the_way_stays_left_out() {
    let case = Case { before: "the server was launched under its new name", ..CASE };
    let story = case.story();
    let runbook = std::fs::read_to_string(case.path("runbook.luau")).expect("a runbook");
    let runbook = runbook.replace("name = \"web\",", "name = \"web\", pause = \"Go?\",");
    let path = story.home.path().join("runbook.luau");
    std::fs::write(&path, runbook).expect("it can be written");
    let path = path.to_str().expect("a readable path").to_owned();
    story.drill("x", &path, &["--exclude=web-1"]).expect(4);
    story.rename_by_hand("web-1", "front-1");
    story.say(&["answer", "x", "continue"], 0);
    let ended = story.resume("x");
    case.comes_to(&format!("exit {:?}, {} launched", ended.code, story.launches().len()));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(story.launches().len(), 3, "{:?}", story.launches());
}
