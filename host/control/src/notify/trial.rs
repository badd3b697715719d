//! A test of the receivers, and what an event would look like to each.

use futures_util::future::join_all;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::event::{Event, What};
use super::receiver::{Kept, Receiver};
use super::receivers::{Known, Outgoing, Request, outgoing};
use super::sender::Wire;

/// How a test of one receiver went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tried {
    /// The receiver's name.
    pub receiver: String,
    /// Its kind.
    pub kind: &'static str,
    /// Whether it has taken the event.
    pub taken: bool,
    /// What it said, or why it said nothing.
    pub said: String,
}

/// Tells a receiver of an event that is marked as a test.
pub async fn test(wire: &dyn Wire, receiver: &Receiver, nonce: &str, now: Timestamp) -> Tried {
    let mut event = Event::example(What::Test, now);
    event.execution = format!("moontide-test-{nonce}");
    event.key = format!("{}:test:1", event.execution);
    event.sentence = format!(
        "TEST of the receiver {}: nothing has happened, and nothing is to be done",
        receiver.name
    );
    let told = wire.tell(receiver, &event, now).await;
    let (taken, said) = match told {
        Ok(said) => (true, said),
        Err(trouble) => (false, trouble.said),
    };
    Tried { receiver: receiver.name.clone(), kind: receiver.kind.word(), taken, said }
}

/// Tests all of these, side by side.
pub async fn test_all(
    wire: &dyn Wire,
    receivers: &[Receiver],
    nonce: &str,
    now: Timestamp,
) -> Vec<Tried> {
    join_all(receivers.iter().map(|receiver| test(wire, receiver, nonce, now))).await
}

/// What an event would look like to a receiver.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Preview {
    /// The receiver's name.
    pub receiver: String,
    /// Its kind.
    pub kind: &'static str,
    /// Where it is, as settings say.
    pub to: String,
    /// Whether settings say that it is told of this.
    pub wanted: bool,
    /// What is sent, one after another. Secrets are left out.
    pub sends: Vec<Value>,
}

/// What this event looks like to a receiver; nothing is sent, and no secret is read.
pub fn preview(receiver: &Receiver, event: &Event, now: Timestamp) -> Result<Preview, String> {
    let to = match &receiver.to {
        Kept::Plain(text) => text.clone(),
        Kept::Elsewhere(reference) => format!("({})", reference.text()),
    };
    let secret = receiver.secret.as_ref().map(|it| format!("({})", it.text())).unwrap_or_default();
    let known = Known { receiver, to: &to, secret: &secret };
    let sends = shown(outgoing(known, event, now)?, known);
    let (name, kind) = (receiver.name.clone(), receiver.kind.word());
    let to = receiver.to.shown();
    Ok(Preview { receiver: name, kind, to, wanted: receiver.wants(event), sends })
}

fn shown(outgoing: Outgoing, known: Known<'_>) -> Vec<Value> {
    match outgoing {
        Outgoing::Web(requests) => requests.iter().map(|it| request(it, known)).collect(),
        Outgoing::LookUp(look_up) => {
            let found = |mut sent: Value, when: &str| {
                sent["when"] = when.into();
                sent
            };
            let add = Request { url: format!("{}/SYS_ID", look_up.add.url), ..look_up.add };
            vec![
                request(&look_up.ask, known),
                found(request(&look_up.make, known), "there is no record"),
                found(request(&add, known), "there is one"),
            ]
        }
        Outgoing::Topic(it) => vec![json!({
            "topic": it.topic, "subject": it.subject, "message": it.text, "attributes": it.attributes,
        })],
        Outgoing::Bus(it) => vec![json!({
            "bus": it.bus, "source": it.source, "detail-type": it.detail_type, "resources": it.resources,
            "time": it.at.to_string(), "detail": read(&it.detail),
        })],
        Outgoing::Object(it) => vec![json!({
            "bucket": it.bucket, "region": it.region, "key": it.key, "lock": it.mode, "until": it.until.to_string(),
            "body": read(&it.body),
        })],
        Outgoing::Nothing => Vec::new(),
    }
}

fn request(request: &Request, known: Known<'_>) -> Value {
    let header = |(name, value): &(String, String)| {
        // The place of the secret, spelled in base 64, says nothing to a reader.
        let value = if name == "authorization" && value.starts_with("Basic ") {
            let user = known.receiver.user.as_deref().unwrap_or_default();
            format!("Basic base64({user}:{})", known.secret)
        } else {
            value.clone()
        };
        (name.clone(), Value::from(value))
    };
    let headers: serde_json::Map<String, Value> = request.headers.iter().map(header).collect();
    let url = request.url.replacen(known.to, &known.receiver.to.shown(), 1);
    json!({ "method": request.method, "url": url, "headers": headers, "body": read(&request.body) })
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}
