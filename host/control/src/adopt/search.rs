//! Looking in an account for what executions have launched.

use std::sync::Arc;

use moontide_runtime::clock::Clock;

use super::look;
use super::traces::Traces;
use crate::aws::{self, Caller};
use crate::clocks::RightClock;
use crate::environment::Environment;
use crate::error::Result;
use crate::listener::Listener;
use crate::target::Target;

/// What was found.
pub struct Search {
    /// Where it was looked for, that of the execution's runbook first.
    pub regions: Vec<String>,
    /// What the tags of jobs and instances say.
    pub traces: Traces,
    /// Whose credentials were used.
    pub caller: Caller,
}

impl Search {
    /// Looks in these Regions; in that of the session, if none is named.
    pub async fn in_regions(
        listener: &dyn Listener,
        environment: &Environment,
        target: &Target,
        mut regions: Vec<String>,
    ) -> Result<Search> {
        let target = Target { region: regions.first().cloned(), ..target.clone() };
        let session = target.session(environment).await?;
        if regions.is_empty() {
            regions.push(session.region()?.to_owned());
        }
        let clock: Arc<dyn Clock> = Arc::new(RightClock::new());
        let world = aws::world(session, &regions[0], &clock, 0);
        let caller = aws::caller(world.as_ref()).await?;
        let mut traces = Traces::default();
        for region in &regions {
            traces.add(region, &look::into(listener, world.as_ref(), region).await?);
        }
        Ok(Search { regions, traces, caller })
    }
}
