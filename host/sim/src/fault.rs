//! The world's faults at work: which has struck how often, and which strikes now.

use std::cell::Cell;

use jiff::SignedDuration;

use crate::estate::Assumption;
use crate::http::Service;
use crate::world::{CheckStatus, Fault, LaunchPhase, Occasion, Strike};

/// Every fault of the world, with what it has done so far.
#[derive(Debug)]
pub(crate) struct Faults(Vec<Armed>);

#[derive(Debug)]
struct Armed {
    fault: Fault,
    /// Events that it could have struck.
    seen: u32,
    /// How often something met it.
    met: Cell<u32>,
}

/// Something met a fault.
fn meet(met: &Cell<u32>) {
    met.set(met.get().saturating_add(1));
}

/// What other people's jobs use up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct OthersJobs {
    pub(crate) jobs: usize,
    pub(crate) servers: usize,
}

/// Counts an event in `seen`, and says whether it is struck.
fn strikes(seen: &mut u32, occasion: Occasion, elapsed: SignedDuration) -> bool {
    if !occasion.window().contains(elapsed) {
        return false;
    }
    *seen = seen.saturating_add(1);
    *seen > occasion.skip && *seen - occasion.skip <= occasion.limit()
}

impl Faults {
    pub(crate) fn new(faults: &[Fault]) -> Self {
        let armed = |fault: &Fault| Armed { fault: fault.clone(), seen: 0, met: Cell::new(0) };
        Self(faults.iter().map(armed).collect())
    }

    /// What happens to this call, if anything.
    pub(crate) fn strike(
        &mut self,
        service: Service,
        operation: &str,
        elapsed: SignedDuration,
    ) -> Option<Strike> {
        self.0.iter_mut().find_map(|Armed { fault, seen, met }| {
            let strike = match fault {
                Fault::Request(fault)
                    if fault.operation.service == service && fault.operation.name == operation =>
                {
                    strikes(seen, fault.occasion, elapsed).then_some(fault.strike)
                }
                Fault::Outage(outage, window) if window.contains(elapsed) => Some(outage.strike()),
                _ => None,
            };
            strike.inspect(|_| meet(met))
        })
    }

    /// Where the launch of this server that begins now fails, and with what raw error.
    pub(crate) fn next_launch_failure(
        &mut self,
        server: &str,
        elapsed: SignedDuration,
    ) -> Option<(LaunchPhase, String)> {
        self.0.iter_mut().find_map(|Armed { fault, seen, met }| match fault {
            Fault::LaunchFails(fault, occasion) if fault.server.get_ref().matches(server) => {
                let struck = strikes(seen, *occasion, elapsed);
                struck.then(|| (fault.phase, fault.error.clone())).inspect(|_| meet(met))
            }
            _ => None,
        })
    }

    /// How long the job that is created now stays hidden, if longer than usual.
    pub(crate) fn next_job_hidden(&mut self, elapsed: SignedDuration) -> Option<SignedDuration> {
        self.0.iter_mut().find_map(|Armed { fault, seen, met }| match fault {
            Fault::LateJob(fault, occasion) => {
                strikes(seen, *occasion, elapsed).then_some(fault.by).inspect(|_| meet(met))
            }
            _ => None,
        })
    }

    /// The first moment from `from` on at which no fault silences the server's agents.
    pub(crate) fn agent_back(&self, server: &str, from: SignedDuration) -> Option<SignedDuration> {
        let silencing = |at| {
            self.0.iter().find_map(|armed| match &armed.fault {
                Fault::AgentOffline(fault, window)
                    if fault.server.get_ref().matches(server) && window.contains(at) =>
                {
                    meet(&armed.met);
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
        self.0.iter().find_map(|armed| match &armed.fault {
            Fault::StatusChecks(fault, window)
                if fault.server.get_ref().matches(server) && window.contains(elapsed) =>
            {
                meet(&armed.met);
                Some(fault.status)
            }
            _ => None,
        })
    }

    /// What other people's jobs use up.
    pub(crate) fn quota_in_use(&self, elapsed: SignedDuration) -> OthersJobs {
        self.0.iter().fold(OthersJobs::default(), |sum, armed| match armed.fault {
            Fault::QuotaInUse(fault, window) if window.contains(elapsed) => {
                meet(&armed.met);
                OthersJobs { jobs: sum.jobs + fault.jobs, servers: sum.servers + fault.servers }
            }
            _ => sum,
        })
    }
}

impl Faults {
    /// Those that nothing met, and launches that fail once and would not fail again.
    pub(crate) fn assumptions(&self) -> Vec<Assumption> {
        let told = self.0.iter().enumerate().filter_map(|(place, Armed { fault, met, .. })| {
            let what = format!("[[faults]] {} ({})", place + 1, fault.described());
            match (fault, met.get()) {
                (_, 0) => {
                    let message = format!("{what} never struck");
                    Some(Assumption { kind: "unused", message })
                }
                (Fault::LaunchFails(_, occasion), 1) if occasion.limit() == 1 => {
                    let message = format!(
                        "{what} struck once: a second attempt would launch; `times` says how often"
                    );
                    Some(Assumption { kind: "once", message })
                }
                _ => None,
            }
        });
        told.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    fn faults(text: &str) -> Faults {
        let text = format!(
            "version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\n\
             [[servers]]\nname = \"db\"\n[[faults]]\n{text}"
        );
        Faults::new(&World::parse(&text, "world.toml").unwrap().faults)
    }

    fn struck(faults: &mut Faults, at_seconds: impl IntoIterator<Item = i64>) -> Vec<bool> {
        at_seconds
            .into_iter()
            .map(|at| {
                let elapsed = SignedDuration::from_secs(at);
                faults.strike(Service::Drs, "DescribeJobs", elapsed).is_some()
            })
            .collect()
    }

    #[test]
    fn without_times_it_strikes_once() {
        let mut faults = faults("kind = \"throttle\"\noperation = \"drs:DescribeJobs\"");
        assert_eq!(struck(&mut faults, [0, 1, 2]), [true, false, false]);
    }

    #[test]
    fn skip_lets_the_first_ones_through() {
        let mut faults =
            faults("kind = \"throttle\"\noperation = \"drs:DescribeJobs\"\nskip = 1\ntimes = 2");
        assert_eq!(struck(&mut faults, [0, 1, 2, 3]), [false, true, true, false]);
    }

    #[test]
    fn a_window_alone_strikes_every_time_inside_it() {
        let mut faults = faults(
            "kind = \"throttle\"\noperation = \"drs:DescribeJobs\"\nafter = \"10s\"\nfor = \"5s\"",
        );
        assert_eq!(struck(&mut faults, [9, 10, 14, 15]), [false, true, true, false]);
    }

    #[test]
    fn another_operation_is_left_alone() {
        let mut faults = faults("kind = \"throttle\"\noperation = \"drs:StartRecovery\"");
        assert_eq!(struck(&mut faults, [0]), [false]);
    }

    #[test]
    fn an_outage_strikes_every_request_while_it_lasts() {
        for kind in ["no_network", "expired_credentials"] {
            let text = format!("kind = \"{kind}\"\nafter = \"10s\"\nfor = \"5s\"");
            assert_eq!(
                struck(&mut faults(&text), [9, 10, 11, 14, 15]),
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
