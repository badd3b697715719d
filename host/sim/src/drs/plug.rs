//! DRS, for the list of services. Its protocol is rest-json: every operation is `POST /<Operation>` with a JSON body,
//! except the three on tags.

use axum::http::Method;

use super::state::Drs;
use super::{
    error, job_log, jobs, launch, launch_configuration, operations, paging, quota, quotas,
    recovery_instances, replication, snapshots, source_servers, start_recovery, state, tags,
    terminate_job, timeline,
};
use crate::plug::{Facts, Plug};
use crate::wire::{Claim, Message, Service};

/// AWS Elastic Disaster Recovery.
pub(crate) const PLUG: Plug = Plug {
    service: Service { name: "drs", operations: operations::NAMES },
    is_global: false,
    recognise,
    sections: &[&quotas::SECTION],
    state: |estate| Box::new(Drs::new(estate)),
    facts: Facts {
        courses: &[state::FACTS, launch::FACTS, timeline::FACTS],
        calls: &[
            quota::FACTS,
            replication::FACTS,
            terminate_job::FACTS,
            operations::FACTS,
            error::FACTS,
            paging::FACTS,
            source_servers::FACTS,
            start_recovery::FACTS,
            jobs::FACTS,
            job_log::FACTS,
            recovery_instances::FACTS,
            snapshots::FACTS,
            launch_configuration::FACTS,
            tags::FACTS,
        ],
    },
    throttled: error::throttled,
    failed: error::failed,
};

/// A path is an operation's name, or names a resource with tags. Any other path may be an operation that DRS does not
/// have.
fn recognise(message: &Message) -> Option<Claim> {
    if message.scope.is_none() && (message.path == "/" || message.target().is_some()) {
        return None;
    }
    let name = match (message.path.starts_with("/tags/"), &message.method) {
        (true, &Method::GET) => "ListTagsForResource",
        (true, &Method::POST) => "TagResource",
        (true, &Method::DELETE) => "UntagResource",
        _ => message.path.trim_start_matches('/'),
    };
    let claim = if operations::NAMES.contains(&name) { Claim::Sure } else { Claim::Likely };
    Some(claim(name.to_owned()))
}
