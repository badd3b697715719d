//! What the stories share: a small estate, a clock that obeys, and a way to call.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use http_body_util::BodyExt;
use jiff::Timestamp;
use moontide_sim::{PausedClock, ReplyDropped, Scenario, Simulator};
use serde_json::{Value, json};
use tower::ServiceExt;

/// A head for worlds: no jitter, so that the recorded times hold to the millisecond.
const HEAD: &str = "version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\n";

/// A reply, as a story wants to look at it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) error: Option<String>,
    pub(crate) retry_after: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) dropped: bool,
    pub(crate) text: String,
}

impl Reply {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

/// A pretend world under the paused clock.
pub(crate) struct Story {
    pub(crate) simulator: Simulator,
}

impl Story {
    /// Begins at 08:00 with a world whose head is given and whose rest is `world`.
    pub(crate) fn begin(world: &str) -> Self {
        let timing = if world.contains("[timing]") { "" } else { "[timing]\njitter = 0\n" };
        let world = Scenario::parse(&format!("{HEAD}{world}{timing}"), "world.toml")
            .unwrap_or_else(|error| panic!("{error}"));
        let eight: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
        Self { simulator: Simulator::new(world, Arc::new(PausedClock::new(eight))) }
    }

    /// Lets time pass.
    pub(crate) async fn wait(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    /// Calls DRS in the world's Region.
    pub(crate) async fn drs(&self, operation: &str, body: Value) -> Reply {
        self.drs_in("us-west-2", operation, body).await
    }

    /// Calls DRS in any Region.
    pub(crate) async fn drs_in(&self, region: &str, operation: &str, body: Value) -> Reply {
        let request = Request::post(format!("/{operation}"))
            .header("authorization", scope(region, "drs"))
            .body(Body::from(body.to_string()));
        self.call(request.unwrap()).await
    }

    /// Calls Systems Manager.
    pub(crate) async fn ssm(&self, operation: &str, body: Value) -> Reply {
        let request = Request::post("/")
            .header("authorization", scope("us-west-2", "ssm"))
            .header("x-amz-target", format!("AmazonSSM.{operation}"))
            .body(Body::from(body.to_string()));
        self.call(request.unwrap()).await
    }

    /// Calls EC2; `parameters` as in a query: `InstanceId.1=i-…`.
    pub(crate) async fn ec2(&self, action: &str, parameters: &str) -> Reply {
        self.ec2_in("us-west-2", action, parameters).await
    }

    /// Calls EC2 in any Region.
    pub(crate) async fn ec2_in(&self, region: &str, action: &str, parameters: &str) -> Reply {
        let body = format!("Action={action}&Version=2016-11-15&{parameters}");
        let request =
            Request::post("/").header("authorization", scope(region, "ec2")).body(Body::from(body));
        self.call(request.unwrap()).await
    }

    /// Calls anything.
    pub(crate) async fn call(&self, request: Request<Body>) -> Reply {
        let response: Response<Body> = self.simulator.router().oneshot(request).await.unwrap();
        let header =
            |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (error, retry_after) = (header("x-amzn-errortype"), header("retry-after"));
        let request_id = header("x-amzn-requestid");
        let date = header("date");
        let dropped = response.extensions().get::<ReplyDropped>().is_some();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        Reply { status, error, retry_after, request_id, date, dropped, text }
    }

    /// The ids of all source servers, in the order of the world.
    pub(crate) async fn server_ids(&self) -> Vec<String> {
        let reply = self.drs("DescribeSourceServers", json!({})).await;
        let json = reply.json();
        let servers = json["items"].as_array().unwrap();
        servers.iter().map(|one| one["sourceServerID"].as_str().unwrap().to_owned()).collect()
    }

    /// One source server.
    pub(crate) async fn server(&self, id: &str) -> Value {
        let body = json!({ "filters": { "sourceServerIDs": [id] } });
        self.drs("DescribeSourceServers", body).await.json()["items"][0].clone()
    }

    /// All recovery instances.
    pub(crate) async fn recovery_instances(&self) -> Vec<Value> {
        let reply = self.drs("DescribeRecoveryInstances", json!({})).await.json();
        reply["items"].as_array().unwrap().clone()
    }

    /// Starts a drill of these servers and returns the job's id.
    pub(crate) async fn drill(&self, servers: &[&str]) -> String {
        let servers: Vec<Value> =
            servers.iter().map(|id| json!({ "sourceServerID": id })).collect();
        let body = json!({ "sourceServers": servers, "isDrill": true });
        let reply = self.drs("StartRecovery", body).await;
        assert_eq!(reply.status, 202, "{}", reply.text);
        reply.json()["job"]["jobID"].as_str().unwrap().to_owned()
    }

    /// The job as `DescribeJobs` shows it.
    pub(crate) async fn job(&self, id: &str) -> Value {
        let reply = self.drs("DescribeJobs", json!({ "filters": { "jobIDs": [id] } }));
        reply.await.json()["items"][0].clone()
    }

    /// The job's log: seconds after creation, and event.
    pub(crate) async fn log(&self, id: &str) -> Vec<(f64, String)> {
        let created: Timestamp =
            self.job(id).await["creationDateTime"].as_str().unwrap().parse().unwrap();
        let reply = self.drs("DescribeJobLogItems", json!({ "jobID": id })).await;
        let line = |item: &Value| {
            let at: Timestamp = item["logDateTime"].as_str().unwrap().parse().unwrap();
            let event = item["event"].as_str().unwrap().to_owned();
            (at.duration_since(created).as_secs_f64(), event)
        };
        reply.json()["items"].as_array().unwrap().iter().map(line).collect()
    }
}

fn scope(region: &str, service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20261120/{region}/{service}/aws4_request, Signature=0"
    )
}
