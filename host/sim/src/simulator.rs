//! The simulator as its users hold it: the heart, a clock, and a lock around them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::State;
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::{SignedDuration, Timestamp, Unit};
use tokio::time::timeout;

use crate::assumption::Assumption;
use crate::calls::{Call, Counts};
use crate::clock::SimClock;
use crate::http::{self, PATIENCE};
use crate::process::{Order, Start};
use crate::processes::Processes;
use crate::recognise::recognise;
use crate::regions::Regions;
use crate::scenario::Scenario;
use crate::services::SERVICES;
use crate::wire::Message;

/// Requests of AWS APIs are small; a larger one is a mistake.
const LARGEST_BODY: usize = 1 << 20;

/// A running pretend world. Clones share it.
#[derive(Clone)]
pub struct Simulator {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Arc<dyn SimClock>,
    regions: Mutex<Regions>,
    /// Half before a call's effect, half after.
    half_latency: Duration,
    /// Where commands really run, if they may.
    processes: Option<Processes>,
}

impl Simulator {
    /// Begins the story of `world` at the time that `clock` shows now.
    pub fn new(scenario: Scenario, clock: Arc<dyn SimClock>) -> Simulator {
        Simulator::begin(scenario, clock, None)
    }

    /// The same with commands that really run, where the world says so.
    pub fn running(
        scenario: Scenario,
        clock: Arc<dyn SimClock>,
        processes: Processes,
    ) -> Simulator {
        Simulator::begin(scenario, clock, Some(processes))
    }

    fn begin(
        scenario: Scenario,
        clock: Arc<dyn SimClock>,
        processes: Option<Processes>,
    ) -> Simulator {
        let latency = scenario.timing.latency.unsigned_abs();
        let regions = Mutex::new(Regions::new(scenario, to_milliseconds(clock.now())));
        Simulator {
            shared: Arc::new(Shared { clock, regions, half_latency: latency / 2, processes }),
        }
    }

    /// The services, ready for `tower::ServiceExt::oneshot`. Look for
    /// [`ReplyDropped`](crate::ReplyDropped) in the extensions of its responses.
    ///
    /// Beside them, `GET /_moontide/calls` answers [`Simulator::calls`] as JSON.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/_moontide/calls", get(list_calls))
            .fallback(answer)
            .with_state(self.clone())
    }

    /// The newest calls, oldest first: all, unless there were very many.
    pub fn calls(&self) -> Vec<Call> {
        self.regions().calls.newest()
    }

    /// How many calls there were of each operation, by service.
    pub fn counts(&self) -> Counts {
        self.regions().calls.counts()
    }

    /// How many calls there were.
    pub fn calls_made(&self) -> usize {
        self.regions().calls.made()
    }

    /// What the story took for granted so far: answers that nothing scripts, scripts and faults that nothing met.
    /// `hide` takes secrets out of what was sent.
    pub fn assumptions(&self, hide: &dyn Fn(&str) -> String) -> Vec<Assumption> {
        self.regions().assumptions(hide)
    }

    /// A panic under the lock would be a broken invariant of one call; the others still get theirs.
    fn regions(&self) -> MutexGuard<'_, Regions> {
        self.shared.regions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts and kills processes, as a call has ordered.
    fn obey(&self, orders: Vec<Order>) {
        let Some(processes) = &self.shared.processes else { return };
        for order in orders {
            match order {
                Order::Kill(id) => processes.kill(&id),
                Order::Start(start) => {
                    tokio::spawn(self.clone().run(processes.clone(), start));
                }
            }
        }
    }

    /// Lets a process run to its end, or to the end of its time.
    async fn run(self, processes: Processes, start: Start) {
        let clock = Arc::clone(&self.shared.clock);
        let sleep = |time: SignedDuration| {
            let time = if time.is_negative() { SignedDuration::ZERO } else { time };
            tokio::time::sleep(clock.scale(time.unsigned_abs()))
        };
        sleep(start.at.duration_since(clock.now())).await;
        let (id, timeout) = (start.id.clone(), start.timeout);
        let running = processes.clone();
        let mut running = tokio::task::spawn_blocking(move || running.run(&start));
        let end = tokio::select! {
            end = &mut running => end,
            () = sleep(timeout) => {
                processes.kill(&id);
                running.await
            }
        };
        // It is aborted when the story ends.
        let Ok(end) = end else { return };
        self.regions().ended(to_milliseconds(clock.now()), &id, &end);
    }

    async fn half_a_latency(&self) {
        if !self.shared.half_latency.is_zero() {
            tokio::time::sleep(self.shared.clock.scale(self.shared.half_latency)).await;
        }
    }
}

async fn answer(
    State(simulator): State<Simulator>,
    request: Request<axum::body::Body>,
) -> Response {
    let (head, body) = request.into_parts();
    let body = match timeout(PATIENCE, to_bytes(body, LARGEST_BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let message = Message::new(&head.method, &head.uri, &head.headers, &body);
    let Some((plug, request)) = recognise(message) else {
        return of_no_service();
    };
    simulator.half_a_latency().await;
    let (reply, orders) = {
        let now = to_milliseconds(simulator.shared.clock.now());
        let mut regions = simulator.regions();
        (regions.handle(now, plug, &request), regions.orders())
    };
    simulator.obey(orders);
    simulator.half_a_latency().await;
    http::write(reply, simulator.shared.clock.now())
}

fn of_no_service() -> Response {
    let names = SERVICES.iter().map(|plug| plug.service.name.to_uppercase());
    let names: Vec<String> = names.collect();
    let (last, others) = names.split_last().expect("there are services");
    let help = format!(
        "This is a Moontide simulator of {} and {last}. The request is none of theirs.\n",
        others.join(", ")
    );
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain")], help).into_response()
}

async fn list_calls(State(simulator): State<Simulator>) -> Response {
    axum::Json(simulator.calls()).into_response()
}

/// AWS's times have milliseconds, and equal times should look equal.
fn to_milliseconds(time: Timestamp) -> Timestamp {
    let rounding =
        jiff::TimestampRound::new().smallest(Unit::Millisecond).mode(jiff::RoundMode::Trunc);
    time.round(rounding).unwrap_or(time)
}
