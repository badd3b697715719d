//! Asks DRS and EC2 what there is in a Region.

use moontide_aws::tags;
use moontide_runtime::effect::{EffectError, Unavailable, World};
use serde_json::{Value, json};

use crate::aws;
use crate::error::{CommandError, Result, code};
use crate::listener::{Listener, Remark};

/// What DRS answers in a Region in which it was never set up.
const NO_DRS: &str = "UninitializedAccountException";

/// What EC2 answers where the permission is lacking.
const NOT_ALLOWED: [&str; 2] = ["UnauthorizedOperation", "AccessDeniedException"];

/// What there is in a Region.
#[derive(Debug, Default)]
pub struct Seen {
    /// The jobs of DRS.
    pub jobs: Vec<Value>,
    /// Its recovery instances.
    pub recovered: Vec<Value>,
    /// The instances of EC2 that bear our tag.
    pub tagged: Vec<Value>,
}

/// Looks at all of it.
pub async fn into(listener: &dyn Listener, world: &dyn World, region: &str) -> Result<Seen> {
    let unseen = |what: &str, error: &EffectError| {
        let message = format!("{what} in {region} cannot be listed: {error}");
        let code = match error.unavailable {
            Some(Unavailable::Credentials) => code::NO_CREDENTIALS,
            _ => code::UNREACHABLE,
        };
        CommandError::new(code, message).hint("nothing was adopted: try again once AWS answers")
    };
    let jobs = match aws::all(world, "drs.describe_jobs", region, json!({})).await? {
        Ok(jobs) => jobs,
        Err(error) if error.code == NO_DRS => return Ok(Seen::default()),
        Err(error) => return Err(unseen("the jobs of DRS", &error)),
    };
    let recovered = aws::all(world, "drs.describe_recovery_instances", region, json!({})).await?;
    let recovered = recovered.map_err(|error| unseen("the recovery instances of DRS", &error))?;
    let filter = json!({ "filters": [{ "name": "tag-key", "values": [tags::EXECUTION] }] });
    let tagged = match aws::all(world, "ec2.describe_instances", region, filter).await? {
        Ok(tagged) => tagged,
        // Few bear the tag themselves, and a role may lack the permission. Everything else passes, and may show more
        // then: this Region has not been looked in.
        Err(error) if !NOT_ALLOWED.contains(&error.code.as_str()) => {
            return Err(unseen("the instances of EC2", &error));
        }
        Err(error) => {
            let what = format!("instances of EC2 that bear the tag, in {region}: {error}");
            listener.hear(&Remark::NotLookedAt { what });
            Vec::new()
        }
    };
    Ok(Seen { jobs, recovered, tagged })
}
