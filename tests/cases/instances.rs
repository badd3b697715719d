//! What becomes of instances behind the back of the execution that launched them.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use tower::ServiceExt;

use crate::shown::{Case, Story, wave};

const CASE: Case =
    Case { name: "two_executions", before: "a wave completed whose instances were gone" };

impl Story {
    /// What a person does in the console: no execution knows of it.
    fn terminate_by_hand(&self, instance: &str) {
        let body = json!({ "recoveryInstanceIDs": [instance] }).to_string();
        let request = Request::post("/TerminateRecoveryInstances").body(Body::from(body));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let status = runtime.expect("a runtime").block_on(async {
            let router = self.sim.simulator.router();
            let answer = router.oneshot(request.expect("a request")).await;
            let status = answer.expect("an answer").status();
            // Its job takes a few minutes of the pretend world.
            tokio::time::sleep(std::time::Duration::from_millis(900)).await;
            status
        });
        assert!(status.is_success(), "{status}");
    }

    fn instance_of(&self, id: &str, name: &str) -> String {
        let servers = wave(&self.json("show", id), name)["servers"].clone();
        servers[0]["instance_id"].as_str().expect("it was launched").to_owned()
    }
}

/// A person looks at what was launched, and it is gone when they answer.
#[test]
fn a_wave_about_to_be_completed_looks_again_at_what_it_counts() {
    let story = CASE.story();
    let runbook = "local moontide = require('@moontide')\n\
        return moontide.runbook { name = 'aged', region = 'us-west-2', waves = {\n\
        { name = 'database', servers = { tags = { Tier = 'db' } },\n\
          verify = function(wave) moontide.log.info(`instance {wave.instance_ids[1]}`)\n\
          moontide.ask { message = 'Well?', choices = { 'yes' } } end } } }";
    let path = story.home.path().join("runbook.luau");
    std::fs::write(&path, runbook).expect("it can be written");
    let asked = story.drill("x", path.to_str().expect("a readable path"), &[]).expect(4);
    let instance =
        asked.stderr.split("instance ").nth(1).and_then(|it| it.split_whitespace().next());
    story.terminate_by_hand(instance.expect("it says which"));
    story.say(&["answer", "x", "yes"], 0);
    let ended = story.resume("x");
    CASE.comes_to(&format!("terminated by hand before the end: {}", story.waves("x")));
    assert_ne!(ended.code, Some(0), "{ended:?}");
    assert!((ended.stdout + &ended.stderr).contains("db-1"), "it does not name the server");
}

/// A retry counts nothing that is gone.
#[test]
fn a_retry_launches_again_what_is_gone_without_a_question() {
    let story = CASE.story();
    let runbook = "local moontide = require('@moontide')\n\
        return moontide.runbook { name = 'aged', region = 'us-west-2', waves = {\n\
        { name = 'database', servers = { tags = { Tier = 'db' } },\n\
          verify = function(wave) if wave.attempt == 1 then error('no') end end } } }";
    let path = story.home.path().join("runbook.luau");
    std::fs::write(&path, runbook).expect("it can be written");
    story.drill("x", path.to_str().expect("a readable path"), &[]).expect(1);
    let before = story.instance_of("x", "database");
    story.terminate_by_hand(&before);
    story.say(&["retry", "x", "database"], 0);
    let ended = story.resume("x");
    CASE.comes_to(&format!("retried after it was terminated by hand: {}", story.waves("x")));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_ne!(story.instance_of("x", "database"), before, "the one that is gone was counted");
}

/// What another execution was given by name is its own, and no matter of the first one's cleanup.
#[test]
fn a_cleanup_leaves_what_another_execution_has_launched_in_its_place() {
    let story = CASE.story();
    let path = CASE.path("");
    story.drill("first", &path, &[]).expect(4);
    let server = wave(&story.json("status", "first"), "database")["servers"][0]["server"].clone();
    let replace = format!("--replace={}", server.as_str().expect("an id"));
    story.drill("second", &path, &[&replace, "--yes"]).expect(4);
    story.say(&["cancel", "first"], 0);
    story.resume("first").expect(1);
    let cleaned = story.aws(&["cleanup", "first", "--output=json"]);
    CASE.comes_to(&format!("cleanup of the first: exit {:?}", cleaned.code));
    assert_eq!(story.sim.performed("TerminateRecoveryInstances"), 0, "{cleaned:?}");
    assert_eq!(cleaned.code, Some(0), "nothing of it is left: {cleaned:?}");
}
