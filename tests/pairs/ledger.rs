//! Whose instance was deleted by whom, as the jobs of DRS tell it.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::Sim;

/// An instance that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deleted {
    /// The server's id.
    pub(crate) server: String,
    /// The earlier launch of it: `first/wave`, or `another tool`.
    pub(crate) owner: String,
    /// The execution that deleted it.
    pub(crate) by: String,
    /// Whether it was a cleanup, and no launch.
    pub(crate) cleanup: bool,
}

/// All jobs so far, oldest first.
pub(crate) fn jobs(sim: &Sim) -> Vec<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let answer = runtime.expect("a runtime").block_on(async {
        let body = Body::from(json!({ "maxResults": 1000 }).to_string());
        let request = Request::post("/DescribeJobs").body(body).expect("a request");
        let response = sim.simulator.router().oneshot(request).await.expect("an answer");
        to_bytes(response.into_body(), usize::MAX).await.expect("a whole answer")
    });
    let answer: Value = serde_json::from_slice(&answer).expect("JSON");
    let mut jobs = answer["items"].as_array().cloned().unwrap_or_else(|| panic!("{answer}"));
    jobs.reverse();
    jobs
}

/// Walks through the jobs. `stand`: the servers that had an instance of another tool at first; `cleanups`:
/// which execution each job that terminates belongs to.
pub(crate) fn deleted(
    jobs: &[Value],
    stand: &BTreeSet<String>,
    cleanups: &BTreeMap<String, String>,
) -> Vec<Deleted> {
    let foreign = stand.iter().map(|server| (server.clone(), "another tool".to_owned()));
    let mut owners: BTreeMap<String, String> = foreign.collect();
    let mut deleted = Vec::new();
    for job in jobs {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let id = text(&job["jobID"]);
        let tags = &job["tags"];
        let (execution, wave) = (text(&tags["moontide:execution"]), text(&tags["moontide:wave"]));
        // What stood there when the world began was launched by no job of today.
        let cleanup = job["type"] == "TERMINATE";
        if !cleanup && execution.is_empty() {
            continue;
        }
        let by = if cleanup { cleanups[&id].clone() } else { execution.clone() };
        for participant in job["participatingServers"].as_array().into_iter().flatten() {
            let server = text(&participant["sourceServerID"]);
            if let Some(owner) = owners.remove(&server) {
                let by = by.clone();
                deleted.push(Deleted { server: server.clone(), owner, by, cleanup });
            }
            if !cleanup {
                owners.insert(server, format!("{execution}/{wave}"));
            }
        }
    }
    deleted
}
