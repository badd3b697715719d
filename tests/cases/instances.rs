//! What becomes of instances behind the back of the execution that launched them.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::shown::{Case, Story, wave};

const CASE: Case =
    Case { name: "two_executions", before: "a wave completed whose instances were gone" };

impl Story {
    /// What a person does in the console: no execution knows of it.
    pub(crate) fn terminate_by_hand(&self, instance: &str) {
        self.by_hand("/TerminateRecoveryInstances", &json!({ "recoveryInstanceIDs": [instance] }));
        // Its job takes a few minutes of the pretend world.
        crate::support::wait(std::time::Duration::from_millis(900));
    }

    /// A drill that another tool starts, until its instance is there.
    pub(crate) fn drill_by_hand(&self, server: &str) {
        let servers = json!([{ "sourceServerID": server }]);
        let started =
            self.by_hand("/StartRecovery", &json!({ "isDrill": true, "sourceServers": servers }));
        let jobs = json!({ "filters": { "jobIDs": [started["job"]["jobID"]] } });
        while self.by_hand("/DescribeJobs", &jobs)["items"][0]["status"] != "COMPLETED" {
            crate::support::wait(std::time::Duration::from_millis(20));
        }
    }

    /// Gives a server, known by its host name, the tag by which people call it from now on.
    pub(crate) fn rename_by_hand(&self, name: &str, other: &str) {
        let servers = self.by_hand("/DescribeSourceServers", &json!({}))["items"].clone();
        let mut servers = servers.as_array().cloned().unwrap_or_default().into_iter();
        let hints = |it: &Value| it["sourceProperties"]["identificationHints"].clone();
        let server =
            servers.find(|it| hints(it)["hostname"] == name).expect("there is this server");
        let arn = server["arn"].as_str().expect("an ARN").replace(':', "%3A").replace('/', "%2F");
        self.by_hand(&format!("/tags/{arn}"), &json!({ "tags": { "Name": other } }));
    }

    /// What DRS answers to a request that no runner sends.
    fn by_hand(&self, path: &str, body: &Value) -> Value {
        let request = Request::post(path).body(Body::from(body.to_string()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let router = self.sim.simulator.router();
            let answer = router.oneshot(request.expect("a request")).await.expect("an answer");
            assert!(answer.status().is_success(), "{path}: {}", answer.status());
            let text = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
            serde_json::from_slice(&text).unwrap_or_default()
        })
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
    story.drill("second", &path, &[&replace, "--yes", "--beside=first"]).expect(4);
    story.say(&["cancel", "first"], 0);
    story.resume("first").expect(1);
    let cleaned = story.aws(&["cleanup", "first", "--output=json"]);
    CASE.comes_to(&format!("cleanup of the first: exit {:?}", cleaned.code));
    assert_eq!(story.sim.performed("TerminateRecoveryInstances"), 0, "{cleaned:?}");
    assert_eq!(cleaned.code, Some(0), "nothing of it is left: {cleaned:?}");
}
