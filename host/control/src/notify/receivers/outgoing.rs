//! What is sent, whatever the kind of receiver.

use std::fmt;

use jiff::Timestamp;
use moontide_aws::tell::eventbridge::BusEvent;
use moontide_aws::tell::s3::Object;
use moontide_aws::tell::sns::Message;
use serde::Serialize;
use serde_json::Value;

use super::{eventbridge, pagerduty, s3, servicenow, slack, sns, teams, webhook};
use crate::notify::event::Event;
use crate::notify::receiver::{Kind, Receiver};
use crate::notify::text;

/// A request to a place on the web.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// `GET`, `POST` or `PATCH`.
    pub method: &'static str,
    /// The address.
    pub url: String,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body, as it is sent; empty: none.
    pub body: String,
}

impl fmt::Debug for Request {
    /// Address and headers may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).finish_non_exhaustive()
    }
}

impl Request {
    /// A `POST` of this JSON.
    pub(super) fn post(url: &str, body: &Value) -> Request {
        Request {
            method: "POST",
            url: url.to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_string(),
        }
    }
}

/// What is sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Outgoing {
    /// These requests, one after another; the event is told once all of them are taken.
    Web(Vec<Request>),
    /// Whether there is something that is about it already is asked first.
    LookUp(servicenow::LookUp),
    /// A message for a topic.
    Topic(Message),
    /// An event for a bus.
    Bus(BusEvent),
    /// An object for a bucket that locks it.
    Object(Object),
    /// Nothing: this kind of receiver has no word for it.
    Nothing,
}

/// A receiver whose secrets are known.
#[derive(Clone, Copy)]
pub struct Known<'r> {
    /// The receiver.
    pub receiver: &'r Receiver,
    /// Where it is.
    pub to: &'r str,
    /// What opens the door there; empty: nothing has to.
    pub secret: &'r str,
}

impl fmt::Debug for Known<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").field("receiver", self.receiver).finish_non_exhaustive()
    }
}

/// What is sent to tell a receiver of an event at this time; the error is the template's, or that of a place that is none.
pub fn outgoing(known: Known<'_>, event: &Event, now: Timestamp) -> Result<Outgoing, String> {
    let text = text::of(known.receiver.text.as_deref(), event)?;
    Ok(match known.receiver.kind {
        Kind::Slack => Outgoing::Web(vec![slack::request(known, event, &text)]),
        Kind::Teams => Outgoing::Web(vec![teams::request(known, event, &text)]),
        Kind::PagerDuty => Outgoing::Web(pagerduty::requests(known, event, &text)),
        Kind::ServiceNow => Outgoing::LookUp(servicenow::look_up(known, event, &text)),
        Kind::Webhook => Outgoing::Web(vec![webhook::request(known, event, &text, now)]),
        Kind::S3 => Outgoing::Object(s3::object(known, event, &text, now)?),
        Kind::Sns => Outgoing::Topic(sns::message(known, event, &text)),
        Kind::EventBridge => {
            eventbridge::event(known, event, &text).map_or(Outgoing::Nothing, Outgoing::Bus)
        }
    })
}
