//! All faults of the world, as one Region meets them: which strikes now.

use std::sync::Arc;

use jiff::SignedDuration;

use super::active::ActiveFault;
use crate::scenario::{CheckStatus, Fault, LaunchPhase, PlacedFault, RequestFault};
use crate::wire::Request;

/// Every fault of the world, with what it has done so far, as one Region meets them. Clones share what was done.
#[derive(Debug, Clone)]
pub(crate) struct Faults {
    all: Arc<[ActiveFault]>,
    region: String,
}

/// What other people's jobs use up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct OthersJobs {
    pub(crate) jobs: usize,
    pub(crate) servers: usize,
}

impl Faults {
    /// The faults as the world's first Region meets them.
    pub(crate) fn new(faults: &[PlacedFault], region: &str) -> Self {
        Self { all: faults.iter().map(ActiveFault::new).collect(), region: region.to_owned() }
    }

    /// The same as another Region meets them.
    pub(crate) fn of(&self, region: &str) -> Self {
        Self { all: Arc::clone(&self.all), region: region.to_owned() }
    }

    /// Those of every Region.
    pub(super) fn all(&self) -> &[ActiveFault] {
        &self.all
    }

    /// Those that can strike here.
    fn here(&self) -> impl Iterator<Item = &ActiveFault> {
        self.all.iter().filter(|active| active.placed.is_of(&self.region))
    }

    /// What happens to a call here of whatever service, because the Region is down.
    pub(crate) fn down(&self, elapsed: SignedDuration) -> Option<RequestFault> {
        self.here().find_map(|active| match &active.placed.fault {
            Fault::RegionDown(fault, window) if window.contains(elapsed) => {
                active.meet();
                Some(fault.fault())
            }
            _ => None,
        })
    }

    /// What happens to this call here, if anything.
    pub(crate) fn of_call(
        &self,
        request: &Request,
        elapsed: SignedDuration,
    ) -> Option<RequestFault> {
        self.here().find_map(|active| match &active.placed.fault {
            Fault::Request(fault) if fault.operation.is_of(request) => {
                active.strikes(fault.occasion, elapsed).then_some(fault.fault)
            }
            Fault::Outage(outage, window) if window.contains(elapsed) => {
                active.meet();
                Some(outage.fault())
            }
            _ => None,
        })
    }

    /// Where the launch of this server that begins now fails, and with what raw error.
    pub(crate) fn next_launch_failure(
        &self,
        server: &str,
        elapsed: SignedDuration,
    ) -> Option<(LaunchPhase, String)> {
        self.here().find_map(|active| match &active.placed.fault {
            Fault::LaunchFails(fault, occasion) if fault.server.get_ref().matches(server) => {
                let struck = active.strikes(*occasion, elapsed);
                struck.then(|| (fault.phase, fault.error.clone()))
            }
            _ => None,
        })
    }

    /// How long the job that is created now stays hidden, if longer than usual.
    pub(crate) fn next_job_hidden(&self, elapsed: SignedDuration) -> Option<SignedDuration> {
        self.here().find_map(|active| match &active.placed.fault {
            Fault::LateJob(fault, occasion) => {
                active.strikes(*occasion, elapsed).then_some(fault.by)
            }
            _ => None,
        })
    }

    /// The first moment from `from` on at which no fault silences the server's agents.
    pub(crate) fn agent_back(&self, server: &str, from: SignedDuration) -> Option<SignedDuration> {
        let silencing = |at| {
            self.here().find_map(|active| match &active.placed.fault {
                Fault::AgentOffline(fault, window)
                    if fault.server.get_ref().matches(server) && window.contains(at) =>
                {
                    active.meet();
                    Some(*window)
                }
                _ => None,
            })
        };
        let mut at = from;
        while let Some(window) = silencing(at) {
            at = window.end()?;
        }
        Some(at)
    }

    /// What the server's status checks show instead of the truth.
    pub(crate) fn status_checks(
        &self,
        server: &str,
        elapsed: SignedDuration,
    ) -> Option<CheckStatus> {
        self.here().find_map(|active| match &active.placed.fault {
            Fault::StatusChecks(fault, window)
                if fault.server.get_ref().matches(server) && window.contains(elapsed) =>
            {
                active.meet();
                Some(fault.status)
            }
            _ => None,
        })
    }

    /// What other people's jobs use up.
    pub(crate) fn quota_in_use(&self, elapsed: SignedDuration) -> OthersJobs {
        self.here().fold(OthersJobs::default(), |sum, active| match active.placed.fault {
            Fault::QuotaInUse(fault, window) if window.contains(elapsed) => {
                active.meet();
                OthersJobs { jobs: sum.jobs + fault.jobs, servers: sum.servers + fault.servers }
            }
            _ => sum,
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Method, Uri};

    use super::*;
    use crate::scenario::Scenario;
    use crate::wire::{Message, Service};

    fn faults(text: &str) -> Faults {
        let text = format!(
            "version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\n\
             [[servers]]\nname = \"db\"\n[[faults]]\n{text}"
        );
        Faults::new(&Scenario::parse(&text, "world.toml").unwrap().faults, "us-west-2")
    }

    static DRS: Service = Service { name: "drs", operations: &["DescribeJobs"] };

    fn struck(faults: &Faults, at_seconds: impl IntoIterator<Item = i64>) -> Vec<bool> {
        at_seconds
            .into_iter()
            .map(|at| {
                let elapsed = SignedDuration::from_secs(at);
                let uri = Uri::from_static("/");
                let request = Request {
                    service: &DRS,
                    operation: "DescribeJobs".to_owned(),
                    message: Message::new(&Method::POST, &uri, &HeaderMap::new(), b""),
                };
                faults.of_call(&request, elapsed).is_some()
            })
            .collect()
    }

    #[test]
    fn without_times_it_strikes_once() {
        let faults = faults("kind = \"throttle\"\noperation = \"drs:DescribeJobs\"");
        assert_eq!(struck(&faults, [0, 1, 2]), [true, false, false]);
    }

    #[test]
    fn skip_lets_the_first_ones_through() {
        let faults =
            faults("kind = \"throttle\"\noperation = \"drs:DescribeJobs\"\nskip = 1\ntimes = 2");
        assert_eq!(struck(&faults, [0, 1, 2, 3]), [false, true, true, false]);
    }

    #[test]
    fn a_window_alone_strikes_every_time_inside_it() {
        let faults = faults(
            "kind = \"throttle\"\noperation = \"drs:DescribeJobs\"\nafter = \"10s\"\nfor = \"5s\"",
        );
        assert_eq!(struck(&faults, [9, 10, 14, 15]), [false, true, true, false]);
    }

    #[test]
    fn another_operation_is_left_alone() {
        let faults = faults("kind = \"throttle\"\noperation = \"drs:StartRecovery\"");
        assert_eq!(struck(&faults, [0]), [false]);
    }

    #[test]
    fn an_outage_strikes_every_request_while_it_lasts() {
        for kind in ["no_network", "expired_credentials"] {
            let text = format!("kind = \"{kind}\"\nafter = \"10s\"\nfor = \"5s\"");
            assert_eq!(
                struck(&faults(&text), [9, 10, 11, 14, 15]),
                [false, true, true, true, false]
            );
        }
    }

    #[test]
    fn an_agent_is_back_when_the_window_ends() {
        let faults =
            faults("kind = \"agent_offline\"\nserver = \"db\"\nafter = \"5s\"\nfor = \"5s\"");
        let seconds = SignedDuration::from_secs;
        assert_eq!(faults.agent_back("db", seconds(4)), Some(seconds(4)));
        assert_eq!(faults.agent_back("db", seconds(5)), Some(seconds(10)));
        assert_eq!(faults.agent_back("web", seconds(5)), Some(seconds(5)));
    }
}
