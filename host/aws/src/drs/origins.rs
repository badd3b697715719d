//! Which execution a job belongs to. A job's tags stay what they are, so each is asked about once.

use std::collections::{BTreeSet, HashMap};

use moontide_runtime::effect::{Call, EffectError, Origin};

use super::Drs;
use super::lookup::{IDS_PER_CALL, jobs_by_id};
use crate::aws::Aws;
use crate::tags;

/// Which wave of which execution started each of these jobs. A job that is not among them does not show; one with
/// `None` was started by no execution.
pub(crate) async fn origins(
    aws: &Aws,
    call: &Call,
    job_ids: &BTreeSet<String>,
) -> Result<HashMap<String, Option<Origin>>, EffectError> {
    let region = aws.region_of(call);
    let mut known = HashMap::new();
    let mut missing = Vec::new();
    for id in job_ids {
        match aws.known_origin(region, id) {
            Some(origin) => {
                known.insert(id.clone(), origin.map(|it| tags::seen_by(call, it)));
            }
            None => missing.push(id.clone()),
        }
    }
    for ids in missing.chunks(IDS_PER_CALL) {
        for job in jobs_by_id(&aws.reading::<Drs>(call), ids.to_vec()).await? {
            let origin = tags::origin(job.tags());
            aws.learn_origin(region, job.job_id(), origin.clone());
            known.insert(job.job_id, origin.map(|it| tags::seen_by(call, it)));
        }
    }
    Ok(known)
}
