//! `GetLaunchConfiguration`.

use serde::Deserialize;
use serde_json::json;

use super::error::Error;
use super::input;
use super::reply;
use crate::estate::Estate;
use crate::fact::Fact;
use crate::seed;
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[Fact::assumed(
    "drs.launch-configuration",
    "Every server has the same launch configuration: started, right-sized, tags copied, no \
     post-launch actions.",
    "the defaults of the console; a launch does not read them here",
)];

#[derive(Deserialize)]
struct Input {
    #[serde(rename = "sourceServerID")]
    source_server_id: Option<String>,
}

pub(super) fn get(estate: &Estate, body: &str) -> Result<Reply, Error> {
    let Input { source_server_id } = input::parse(body)?;
    let id = input::required(source_server_id, "sourceServerID")?;
    input::check_id("sourceServerID", &id, "s-")?;
    let server = estate.find_server(&id).ok_or_else(|| Error::not_found("SourceServer", &id))?;
    let view = json!({
        "sourceServerID": id,
        "name": estate.server(server).name,
        "ec2LaunchTemplateID": format!("lt-{}", seed::digest(&id, 17)),
        "launchDisposition": "STARTED",
        "targetInstanceTypeRightSizingMethod": "BASIC",
        "copyPrivateIp": false,
        "copyTags": true,
        "licensing": { "osByol": false },
        "postLaunchEnabled": false,
        "recoveryMode": "OPTIMAL",
    });
    Ok(reply::reply(200, &view).about(id))
}
