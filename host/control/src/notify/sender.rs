//! The wire: sends what a receiver is told, and says what came back.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use moontide_aws::tell::{Untold, eventbridge, s3, sns};
use moontide_aws::web::{Answer, Ask, Reach, Url, Web, WebError};
use moontide_aws::{Session, SessionError, SessionSettings};
use moontide_runtime::text::plain;
use tokio::sync::OnceCell;

use super::event::Event;
use super::receiver::{Kept, Receiver, check};
use super::receivers::{Known, Outgoing, Request, outgoing};
use super::secret::{Reference, hidden};
use crate::words;

/// No more of what a receiver says is kept.
const LONGEST: usize = 200;
/// The answers of the web that are about the event, so that another one may be taken. All others are about the place, the
/// credentials, or what stands between: the event waits.
const REFUSALS: [u16; 3] = [400, 413, 422];
/// The same of AWS's services.
const ABOUT_THE_EVENT: [&str; 4] =
    ["InvalidParameter", "InvalidParameterValue", "ValidationException", "MalformedDetail"];

/// Why a receiver was not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// In a sentence, without secrets.
    pub said: String,
    /// Whether the receiver has looked at this event and refused it, so that others may fare better.
    pub is_refusal: bool,
    /// How long it wants to be left alone.
    pub retry_after: Option<Duration>,
}

impl Trouble {
    /// It was not there, or could not take anything.
    pub fn away(said: impl Into<String>) -> Trouble {
        Trouble { said: said.into(), is_refusal: false, retry_after: None }
    }

    /// It refuses this event.
    pub fn refusal(said: impl Into<String>) -> Trouble {
        Trouble { is_refusal: true, ..Trouble::away(said) }
    }
}

/// What tells receivers.
#[async_trait]
pub trait Wire: Send + Sync {
    /// Tells a receiver of an event, once. Returns what it said.
    async fn tell(
        &self,
        receiver: &Receiver,
        event: &Event,
        now: Timestamp,
    ) -> Result<String, Trouble>;
}

/// The network.
pub struct Sender {
    web: Web,
    settings: SessionSettings,
    session: OnceCell<Session>,
}

impl Sender {
    /// Within this reach, and with the credentials of this environment.
    pub fn new(reach: Reach, settings: SessionSettings) -> Sender {
        Sender { web: Web::new(reach), settings, session: OnceCell::new() }
    }

    /// The same, with less time for each answer.
    #[must_use]
    pub fn within(self, time: Duration) -> Sender {
        Sender { web: self.web.within(time), ..self }
    }

    async fn session(&self) -> Result<&Session, Trouble> {
        let open = || async { Session::open(self.settings.clone()).await };
        let opened = self.session.get_or_try_init(open).await;
        opened.map_err(|error: SessionError| Trouble::away(error.to_string()))
    }

    async fn ask(&self, request: &Request, now: Timestamp) -> Result<Answer, Trouble> {
        let url = Url::parse(&request.url).map_err(Trouble::refusal)?;
        let place = url.host.clone();
        let ask = Ask {
            method: request.method,
            url,
            headers: request.headers.clone(),
            body: request.body.clone(),
        };
        let answer = self.web.ask(&ask).await.map_err(|error| match error {
            WebError::Unsendable(_) => Trouble::refusal(error.to_string()),
            // The settings can be mended meanwhile.
            WebError::Private { .. } => Trouble::away(error.to_string()),
            other => Trouble::away(format!("{place}: {other}")),
        })?;
        judged(&place, answer, now)
    }

    async fn send(&self, outgoing: Outgoing, now: Timestamp) -> Result<String, Trouble> {
        match outgoing {
            Outgoing::Web(requests) => {
                let mut said = String::new();
                for request in &requests {
                    said = line(&self.ask(request, now).await?);
                }
                Ok(said)
            }
            Outgoing::LookUp(look_up) => {
                let found = self.ask(&look_up.ask, now).await?;
                let then = look_up.then(&found.body).map_err(Trouble::away)?;
                let done = self.ask(&then, now).await?;
                Ok(format!("{} {}", then.method, done.status))
            }
            Outgoing::Topic(message) => {
                let published = sns::publish(self.session().await?, &message).await;
                published.map(|id| format!("message {id}")).map_err(Trouble::from)
            }
            Outgoing::Bus(event) => {
                let put = eventbridge::put(self.session().await?, &event).await;
                put.map(|id| format!("event {id}")).map_err(Trouble::from)
            }
            Outgoing::Object(object) => {
                let put = s3::put(self.session().await?, &object).await;
                put.map(|version| format!("version {version} of {}", object.key))
                    .map_err(Trouble::from)
            }
            Outgoing::Nothing => Ok("it has no word for that".to_owned()),
        }
    }
}

impl From<Untold> for Trouble {
    fn from(error: Untold) -> Trouble {
        // A signature may be refused, and a topic be gone: that says nothing of this event.
        let is_refusal = ABOUT_THE_EVENT.contains(&error.code.as_str());
        Trouble { said: error.to_string(), is_refusal, retry_after: None }
    }
}

#[async_trait]
impl Wire for Sender {
    async fn tell(
        &self,
        receiver: &Receiver,
        event: &Event,
        now: Timestamp,
    ) -> Result<String, Trouble> {
        // Whether a secret is to be had may change with the next process: it is no refusal of the event.
        let to = match &receiver.to {
            Kept::Plain(text) => text.clone(),
            // Settings could not judge it.
            Kept::Elsewhere(it) => {
                let to = opened(it, receiver)?;
                check(receiver.kind, &to, self.web.reach()).map_err(|why| {
                    Trouble::away(format!("the address of `{}`: {why}", receiver.name))
                })?;
                to
            }
        };
        let secret = match &receiver.secret {
            None => String::new(),
            Some(it) => opened(it, receiver)?,
        };
        let known = Known { receiver, to: &to, secret: &secret };
        let outgoing = outgoing(known, event, now).map_err(Trouble::refusal)?;
        // A user and a password stand together in a header.
        let together = receiver.user.as_ref().filter(|_| !secret.is_empty());
        let together = together.map(|user| format!("{user}:{secret}")).unwrap_or_default();
        let mut secrets = vec![together.as_str(), secret.as_str()];
        if matches!(receiver.to, Kept::Elsewhere(_)) {
            secrets.push(&to);
        }
        // Hidden before it is cut: half a secret would be found by no search.
        let shown = |said: &str| plain(&hidden(said, &secrets), LONGEST);
        let sent = self.send(outgoing, now).await;
        let sent = sent.map(|said| shown(&said));
        sent.map_err(|it| Trouble { said: shown(&it.said), ..it })
    }
}

/// What stands where a secret of this receiver is.
fn opened(reference: &Reference, receiver: &Receiver) -> Result<String, Trouble> {
    let opened = reference.open(&receiver.name);
    opened.map_err(|error| Trouble::away(format!("{}: {}", error.code.name, error.message)))
}

/// Whether an answer says that it was taken.
fn judged(place: &str, answer: Answer, now: Timestamp) -> Result<Answer, Trouble> {
    let status = answer.status;
    if (200..300).contains(&status) {
        return Ok(answer);
    }
    let said = format!("{place}: {}", line(&answer));
    let retry_after = answer.retry_after.as_deref().and_then(|it| left_alone(it, now));
    Err(Trouble { said, is_refusal: REFUSALS.contains(&status), retry_after })
}

/// What an answer says, whole: it may quote a secret.
fn line(answer: &Answer) -> String {
    let body = answer.body.trim();
    if body.is_empty() { answer.status.to_string() } else { format!("{} {body}", answer.status) }
}

/// How long `Retry-After` wants to be waited for: it says so many seconds, or a moment.
fn left_alone(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = rfc2822::parse(text.trim()).ok()?.timestamp();
    Some(words::between(now, moment))
}

#[cfg(test)]
mod tests;
