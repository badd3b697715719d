//! What the simulator has been asked: the newest calls whole, all of them as numbers.
//!
//! Every process on the machine may call for as long as `moontide sim` runs, and with texts of any length; so
//! what is kept has an end.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;

use crate::assumption::Assumption;
use crate::wire::{Reply, Request};

/// So many calls are kept.
const KEPT: usize = 20_000;

/// So many characters of a text that the caller may have chosen.
const LONGEST: usize = 400;

/// A call that the simulator has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// When it took its course, in the world's time.
    pub at: Timestamp,
    /// Where it was sent; the world's first Region if it was not signed.
    pub region: String,
    /// As in the scope of a signature: `drs`, `ec2`, `ssm`, `sts`.
    pub service: String,
    /// As in the service's model: `StartRecovery`.
    pub operation: String,
    /// The HTTP status of the reply; `None` if the caller never got one.
    pub status: Option<u16>,
    /// What the reply calls the request, in `x-amzn-RequestId`.
    pub request_id: String,
    /// What it was about, or how it failed, in a few words.
    pub detail: String,
}

/// How often each operation was called, by service.
pub type Counts = BTreeMap<&'static str, BTreeMap<&'static str, usize>>;

/// Every call so far, as far as it is kept.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    newest: VecDeque<Call>,
    made: usize,
    counts: Counts,
    /// Calls into a Region that was down, by Region, service and operation.
    down: BTreeMap<(String, &'static str, &'static str), usize>,
}

impl Calls {
    /// How many there were.
    pub(crate) fn made(&self) -> usize {
        self.made
    }

    /// Those that are kept, oldest first.
    pub(crate) fn newest(&self) -> Vec<Call> {
        self.newest.iter().cloned().collect()
    }

    /// How many there were of each operation.
    pub(crate) fn counts(&self) -> Counts {
        self.counts.clone()
    }

    /// Adds one, as it was answered.
    pub(crate) fn add(
        &mut self,
        at: Timestamp,
        region: &str,
        request: &Request,
        reply: &Reply,
        id: String,
    ) {
        let service = request.service.name;
        let of_service = self.counts.entry(service).or_default();
        *of_service.entry(known(request)).or_default() += 1;
        self.made = self.made.saturating_add(1);
        if self.newest.len() == KEPT {
            self.newest.pop_front();
        }
        self.newest.push_back(Call {
            at,
            region: cut(region),
            service: service.to_owned(),
            operation: cut(&request.operation),
            status: (!reply.dropped).then_some(reply.status),
            request_id: id,
            detail: cut(&reply.detail),
        });
    }

    /// Notes that one met a Region that is down.
    pub(crate) fn add_down(&mut self, region: &str, request: &Request) {
        let what = (cut(region), request.service.name, known(request));
        *self.down.entry(what).or_default() += 1;
    }

    /// What is said of the calls into Regions that were down.
    pub(crate) fn assumptions(&self) -> impl Iterator<Item = Assumption> {
        self.down.iter().map(|((region, service, operation), count)| {
            let times = if *count == 1 { "once".to_owned() } else { format!("{count} times") };
            let message =
                format!("{region} was down when {service}:{operation} was called there, {times}");
            Assumption { kind: "region_down", message }
        })
    }
}

/// Under which name an operation is counted.
fn known(request: &Request) -> &'static str {
    request.known().unwrap_or("(unknown)")
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Message, Service};
    use axum::http::{HeaderMap, Method, Uri};

    static SERVICE: Service = Service { name: "drs", operations: &["DescribeJobs"] };

    #[test]
    fn what_is_kept_has_an_end_and_what_is_counted_has_none() {
        let mut calls = Calls::default();
        let long = "x".repeat(100_000);
        for number in 0..KEPT + 10 {
            let uri = Uri::from_static("/");
            let request = Request {
                service: &SERVICE,
                operation: if number < 5 { "DescribeJobs".to_owned() } else { long.clone() },
                message: Message::new(&Method::POST, &uri, &HeaderMap::new(), b""),
            };
            let reply = Reply::new(404, "text/plain", String::new()).about(long.clone());
            calls.add(Timestamp::UNIX_EPOCH, &long, &request, &reply, number.to_string());
        }
        let kept = calls.newest();
        assert_eq!((kept.len(), calls.made()), (KEPT, KEPT + 10));
        assert_eq!(kept[0].request_id, "10");
        assert!(
            kept.iter()
                .all(|call| call.operation.len() + call.detail.len() + call.region.len()
                    <= 3 * LONGEST)
        );
        let counts = calls.counts();
        assert_eq!((counts["drs"]["DescribeJobs"], counts["drs"]["(unknown)"]), (5, KEPT + 5));
    }
}
