//! What keeps a runner from seeing AWS: credentials that have expired, or a network that is gone; from a
//! call on, for a while or until the test mends it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::task::JoinHandle;

/// What becomes of calls meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outage {
    /// They are answered with what AWS says to credentials that have expired.
    Expired,
    /// The connection is lost before they have had an effect.
    Reset,
    /// They have had their effect, and the connection is lost before any reply.
    Unanswered,
    /// The first one has had its effect and is not answered; the others are answered as if credentials had
    /// expired meanwhile.
    UnansweredThenExpired,
    /// Nothing listens any more.
    Refused,
}

/// How long it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lasting {
    /// For so many calls.
    Calls(usize),
    /// For so long, by the clock of this machine.
    Real(Duration),
    /// Until [`Outages::mend`].
    Ever,
}

/// An outage that comes with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spell {
    /// It comes with a call of this operation; `None`: of any.
    pub(crate) operation: Option<&'static str>,
    /// The how manieth of them, counted from 1.
    pub(crate) number: usize,
    /// What happens then.
    pub(crate) outage: Outage,
    /// For how long.
    pub(crate) lasting: Lasting,
}

/// The outages of one simulator.
#[derive(Clone, Default)]
pub(crate) struct Outages(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    spell: Option<Spell>,
    /// Calls that count, since the spell was cast.
    seen: usize,
    /// Whether it has begun, and how many calls met it.
    struck: usize,
    is_over: bool,
    /// What listens, and where, so that it can stop and begin again.
    listening: Option<Listening>,
}

struct Listening {
    address: SocketAddr,
    router: Router,
    runtime: tokio::runtime::Handle,
    task: Option<JoinHandle<()>>,
}

impl Outages {
    /// Nothing listens any more, and nothing keeps its runtime.
    pub(crate) fn close(&self) {
        self.state().listening = None;
    }

    /// From now on, this will come.
    pub(crate) fn cast(&self, spell: Spell) {
        let mut state = self.state();
        state.listen();
        (state.spell, state.seen, state.struck, state.is_over) = (Some(spell), 0, 0, false);
    }

    /// AWS can be seen again. Returns whether it could not be seen meanwhile.
    pub(crate) fn mend(&self) -> bool {
        let mut state = self.state();
        state.listen();
        state.spell = None;
        std::mem::take(&mut state.struck) > 0
    }

    /// Whether a call has met it.
    pub(crate) fn has_struck(&self) -> bool {
        self.state().struck > 0
    }

    /// What becomes of this call.
    pub(super) fn of(&self, operation: &str) -> Option<Outage> {
        let mut state = self.state();
        let spell = state.spell?;
        if state.struck == 0 {
            state.seen += usize::from(spell.operation.is_none_or(|wanted| wanted == operation));
            if state.seen != spell.number {
                return None;
            }
            if let Lasting::Real(duration) = spell.lasting {
                let (outages, runtime) = (self.clone(), tokio::runtime::Handle::current());
                runtime.spawn(async move {
                    tokio::time::sleep(duration).await;
                    outages.pass(spell);
                });
            }
        }
        let is_over = match spell.lasting {
            Lasting::Calls(calls) => state.struck >= calls,
            Lasting::Real(_) => state.is_over,
            Lasting::Ever => false,
        };
        if is_over {
            return None;
        }
        state.struck += 1;
        if spell.outage == Outage::Refused
            && let Some(task) = state.listening.as_mut().and_then(|it| it.task.take())
        {
            task.abort();
        }
        Some(match spell.outage {
            Outage::UnansweredThenExpired if state.struck == 1 => Outage::Unanswered,
            Outage::UnansweredThenExpired => Outage::Expired,
            outage => outage,
        })
    }

    /// A spell that lasts for a time is over.
    fn pass(&self, spell: Spell) {
        let mut state = self.state();
        if state.spell == Some(spell) {
            state.is_over = true;
            state.listen();
        }
    }

    /// The router is served there, whenever nothing keeps it.
    pub(super) fn serve(
        &self,
        address: SocketAddr,
        router: Router,
        runtime: tokio::runtime::Handle,
        task: JoinHandle<()>,
    ) {
        let task = Some(task);
        self.state().listening = Some(Listening { address, router, runtime, task });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test panics in here")
    }
}

impl State {
    /// Listens again, if nothing does.
    fn listen(&mut self) {
        let Some(listening) = self.listening.as_mut().filter(|it| it.task.is_none()) else {
            return;
        };
        let (address, router) = (listening.address, listening.router.clone());
        listening.task = Some(listening.runtime.spawn(async move {
            // What listened may need a moment to be gone.
            loop {
                if let Ok(listener) = tokio::net::TcpListener::bind(address).await {
                    let _ = axum::serve(listener, router).await;
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }));
    }
}

/// What AWS answers at `now` when credentials have expired, in the words of the service that is asked.
pub(super) fn expired(headers: &HeaderMap, now: Timestamp) -> Response {
    let message = "The security token included in the request is expired";
    let (status, kind, body) = match service(headers).as_str() {
        "ec2" => (
            400,
            "text/xml",
            format!(
                "<Response><Errors><Error><Code>RequestExpired</Code><Message>{message}</Message>\
                 </Error></Errors><RequestID>req-1</RequestID></Response>"
            ),
        ),
        "sts" => (
            403,
            "text/xml",
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code>\
                 <Message>{message}</Message></Error><RequestId>req-1</RequestId></ErrorResponse>"
            ),
        ),
        "ssm" => (
            400,
            "application/x-amz-json-1.1",
            format!("{{\"__type\":\"ExpiredTokenException\",\"message\":\"{message}\"}}"),
        ),
        _ => (400, "application/json", format!("{{\"message\":\"{message}\"}}")),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind.parse().expect("a header"));
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).expect("a date");
    headers.insert(header::DATE, date.parse().expect("a header"));
    headers.insert("x-amzn-errortype", "ExpiredTokenException".parse().expect("a header"));
    response
}

/// The service that a request was signed for.
fn service(headers: &HeaderMap) -> String {
    scope(headers, 3)
}

/// The access key that a request was signed with.
pub(super) fn access_key(headers: &HeaderMap) -> String {
    scope(headers, 0)
}

/// A part of what a request was signed for: key, date, Region, service.
fn scope(headers: &HeaderMap, part: usize) -> String {
    let signed = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    let scope = signed.and_then(|it| it.split("Credential=").nth(1));
    scope.and_then(|it| it.split('/').nth(part)).unwrap_or_default().to_owned()
}
