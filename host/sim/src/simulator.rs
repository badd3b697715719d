//! The simulator as its users hold it: the heart, a clock, and a lock around them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::State;
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::{Timestamp, Unit};
use tokio::time::timeout;

use crate::assumption::Assumption;
use crate::calls::{Call, Counts};
use crate::clock::SimClock;
use crate::dispatch::Worlds;
use crate::http;
use crate::serve::PATIENCE;
use crate::world::World;

/// Requests of AWS APIs are small; a larger one is a mistake.
const LARGEST_BODY: usize = 1 << 20;

/// A running pretend world. Clones share it.
#[derive(Clone)]
pub struct Simulator {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Arc<dyn SimClock>,
    worlds: Mutex<Worlds>,
    /// Half before a call's effect, half after.
    half_latency: Duration,
}

impl Simulator {
    /// Begins the story of `world` at the time that `clock` shows now.
    pub fn new(world: World, clock: Arc<dyn SimClock>) -> Simulator {
        let latency = world.timing.latency.unsigned_abs();
        let worlds = Mutex::new(Worlds::new(world, to_milliseconds(clock.now())));
        Simulator { shared: Arc::new(Shared { clock, worlds, half_latency: latency / 2 }) }
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
        self.worlds().calls.newest()
    }

    /// How many calls there were of each operation, by service.
    pub fn counts(&self) -> Counts {
        self.worlds().calls.counts()
    }

    /// How many calls there were.
    pub fn calls_made(&self) -> usize {
        self.worlds().calls.made()
    }

    /// What the story took for granted so far: answers that nothing scripts, scripts and faults that nothing met.
    /// `hide` takes secrets out of what was sent.
    pub fn assumptions(&self, hide: &dyn Fn(&str) -> String) -> Vec<Assumption> {
        self.worlds().assumptions(hide)
    }

    /// A panic under the lock would be a broken invariant of one call; the others still get theirs.
    fn worlds(&self) -> MutexGuard<'_, Worlds> {
        self.shared.worlds.lock().unwrap_or_else(PoisonError::into_inner)
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
    let Some(request) = http::read(&head.method, &head.uri, &head.headers, &body) else {
        return nobody();
    };
    simulator.half_a_latency().await;
    let reply = {
        let now = to_milliseconds(simulator.shared.clock.now());
        simulator.worlds().handle(now, &request)
    };
    simulator.half_a_latency().await;
    http::write(reply, simulator.shared.clock.now())
}

fn nobody() -> Response {
    let help = "This is a Moontide simulator of DRS, EC2, SSM and STS. \
                The request is none of theirs.\n";
    (
        StatusCode::NOT_FOUND,
        [(header::CONTENT_TYPE, "text/plain")],
        Bytes::from_static(help.as_bytes()),
    )
        .into_response()
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
