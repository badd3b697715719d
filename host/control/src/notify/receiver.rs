//! Where events are told, as `[[notify]]` of the user's `moontide.toml` says.

use std::collections::BTreeSet;
use std::time::Duration;

use moontide_aws::tell::s3::{self, Mode as Lock};
use moontide_aws::tell::{eventbridge, sns};
use moontide_aws::web::{Reach, Url};
use moontide_runtime::plan::Mode;
use serde::{Deserialize, Serialize};

use super::event::{Event, What};
use super::secret::Reference;
use crate::schedule::length::Length;

/// What kind of receiver it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A topic of Amazon SNS: mail, and whatever else subscribes.
    Sns,
    /// A bus of Amazon `EventBridge`.
    EventBridge,
    /// An incoming webhook of Slack.
    Slack,
    /// A Workflows webhook of Microsoft Teams.
    Teams,
    /// A service of `PagerDuty`, by its Events API.
    PagerDuty,
    /// A table of `ServiceNow`.
    ServiceNow,
    /// Any place that takes signed JSON.
    Webhook,
    /// A bucket of Amazon S3 with Object Lock.
    S3,
}

impl Kind {
    /// As settings write it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Sns => "sns",
            Kind::EventBridge => "eventbridge",
            Kind::Slack => "slack",
            Kind::Teams => "teams",
            Kind::PagerDuty => "pagerduty",
            Kind::ServiceNow => "servicenow",
            Kind::Webhook => "webhook",
            Kind::S3 => "s3",
        }
    }

    /// The events that it is told of where settings name none.
    fn usual(self) -> BTreeSet<What> {
        match self {
            // A rule matches what it knows: these are the types that there are.
            Kind::EventBridge => ON_A_BUS.into(),
            // A person is woken up by what is wrong, and by nothing else; the end lets them sleep.
            Kind::PagerDuty => [
                What::Waits,
                What::Answered,
                What::WaveFailed,
                What::Unknown,
                What::Completed,
                What::Failed,
                What::Cancelled,
            ]
            .into(),
            // Where the journal ends is what is worth keeping.
            Kind::S3 => [What::Completed, What::Failed, What::Cancelled].into(),
            _ => What::ALL.into(),
        }
    }
}

/// What a bus is told of.
pub const ON_A_BUS: [What; 6] =
    [What::Started, What::Waits, What::Unknown, What::Completed, What::Failed, What::Cancelled];

/// A word of settings, or where it is kept because it is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It stands in the settings.
    Plain(String),
    /// It is kept elsewhere.
    Elsewhere(Reference),
}

impl Kept {
    /// As it stands in the settings; of an address not the path, which may be a secret that should stand elsewhere.
    pub fn shown(&self) -> String {
        match self {
            Kept::Plain(text) => match Url::parse(text) {
                Ok(url) if url.path != "/" => format!("{}/…", url.place()),
                _ => text.clone(),
            },
            Kept::Elsewhere(reference) => reference.text().to_owned(),
        }
    }
}

/// How long, and against whom, an object is locked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retain {
    /// For so long behind its writing.
    pub length: Length,
    /// Against all, or against all but those with a permission of its own.
    pub lock: Lock,
    /// The bucket's Region; `None`: that of the environment.
    pub region: Option<String>,
}

/// A receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Its name among the operator's receivers.
    pub name: String,
    /// What kind it is.
    pub kind: Kind,
    /// Where: an address, a topic's ARN, a bus.
    pub to: Kept,
    /// What opens the door there, where there is one: a routing key, a password, a key to sign with.
    pub secret: Option<Reference>,
    /// In whose name it is told, of `ServiceNow`.
    pub user: Option<String>,
    /// In which table, of `ServiceNow`.
    pub table: String,
    /// How long what it is told cannot be deleted, of `S3`.
    pub retain: Option<Retain>,
    /// What it is told of.
    pub events: BTreeSet<What>,
    /// Of which executions; both if it is empty.
    pub modes: Vec<Mode>,
    /// A template for its text.
    pub text: Option<String>,
}

impl Receiver {
    /// Whether it is told of this event.
    pub fn wants(&self, event: &Event) -> bool {
        let is_event = self.events.contains(&event.event) || event.event == What::Test;
        let is_mode = self.modes.is_empty() || self.modes.contains(&event.mode);
        is_event && (is_mode || event.event == What::Test)
    }
}

/// Where `PagerDuty` listens.
const PAGERDUTY: &str = "https://events.pagerduty.com/v2/enqueue";

/// A receiver as settings write it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    name: String,
    kind: Kind,
    to: Option<String>,
    secret: Option<String>,
    user: Option<String>,
    table: Option<String>,
    retain: Option<Length>,
    lock: Option<Lock>,
    region: Option<String>,
    events: Option<Vec<What>>,
    modes: Option<Vec<Mode>>,
    text: Option<String>,
}

impl Written {
    /// The receiver, or a sentence about what is wrong with it.
    pub fn read(self, reach: &Reach) -> Result<Receiver, String> {
        let Written {
            name,
            kind,
            to,
            secret,
            user,
            table,
            retain,
            lock,
            region,
            events,
            modes,
            text,
        } = self;
        let letter = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
        if name.is_empty() || name.len() > 64 || !name.chars().all(letter) {
            return Err("a receiver's `name` has 1 to 64 letters, digits and `-_.`".to_owned());
        }
        let kept = |text: String| match Reference::read(&text) {
            Some(reference) => Kept::Elsewhere(reference),
            None => Kept::Plain(text),
        };
        let to = match (to, kind) {
            (Some(to), _) => kept(to),
            (None, Kind::PagerDuty) => Kept::Plain(PAGERDUTY.to_owned()),
            (None, Kind::EventBridge) => Kept::Plain("default".to_owned()),
            (None, kind) => return Err(format!("`{name}` needs `to`: {}", place(kind))),
        };
        if let Kept::Plain(text) = &to {
            check(kind, text, reach).map_err(|why| format!("`to` of `{name}`: {why}"))?;
        }
        let secret = match secret {
            None => None,
            Some(text) => Some(Reference::read(&text).ok_or_else(|| {
                // What stands there may be the secret itself.
                format!("`secret` of `{name}` is written `env:NAME` or `file:PATH`, and is never the secret itself")
            })?),
        };
        if let (Some(what), None) = (needs(kind), &secret) {
            return Err(format!("`{name}` needs `secret`: {what}"));
        }
        let of_now = [("user", user.is_some()), ("table", table.is_some())];
        if let Some((field, _)) = of_now.iter().find(|it| it.1 && kind != Kind::ServiceNow) {
            return Err(format!("`{field}` of `{name}` is for receivers of kind `servicenow`"));
        }
        if secret.is_some() && needs(kind).is_none() {
            return Err(format!("`{name}`: a receiver of kind `{}` has no `secret`", kind.word()));
        }
        let retain =
            retained(kind, retain, lock, region).map_err(|why| format!("`{name}`: {why}"))?;
        let table = table.unwrap_or_else(|| "incident".to_owned());
        if !["incident", "change_request"].contains(&table.as_str()) {
            return Err(format!("`table` of `{name}` is `incident` or `change_request`"));
        }
        let events: BTreeSet<What> = match events {
            Some(events) if events.is_empty() => {
                return Err(format!("`{name}` would never be told anything: `events` is empty"));
            }
            Some(events) => events.into_iter().collect(),
            None => kind.usual(),
        };
        let odd = events.iter().find(|it| kind == Kind::EventBridge && !ON_A_BUS.contains(it));
        if let Some(odd) = odd {
            let odd = odd.word();
            return Err(format!(
                "`events` of `{name}`: a bus is told started, waits, unknown, completed, failed and cancelled, and not `{odd}`"
            ));
        }
        if let Some(text) = &text {
            super::text::check(text).map_err(|why| format!("`text` of `{name}`: {why}"))?;
        }
        let modes = modes.unwrap_or_default();
        Ok(Receiver { name, kind, to, secret, user, table, retain, events, modes, text })
    }
}

/// The longest that an object is locked for: what cannot be taken back for longer was mistyped.
const LONGEST_LOCK: Duration = Duration::from_hours(100 * 366 * 24);

/// How long what it is told is locked.
fn retained(
    kind: Kind,
    retain: Option<Length>,
    lock: Option<Lock>,
    region: Option<String>,
) -> Result<Option<Retain>, String> {
    let is_short = |it: Length| it.0 < Duration::from_hours(24) || it.0 > LONGEST_LOCK;
    match (kind, retain, lock) {
        (Kind::S3, None, _) => {
            Err("a receiver of kind `s3` needs `retain`, such as \"400d\": for \
             how long what it is told can be neither changed nor deleted"
                .to_owned())
        }
        (Kind::S3, Some(length), _) if is_short(length) => {
            Err("`retain` is a day at least and a hundred years at most".to_owned())
        }
        (Kind::S3, Some(length), lock) => {
            Ok(Some(Retain { length, lock: lock.unwrap_or(Lock::Compliance), region }))
        }
        (_, None, None) if region.is_none() => Ok(None),
        _ => Err("`retain`, `lock` and `region` are for receivers of kind `s3`".to_owned()),
    }
}

/// What `to` says.
fn place(kind: Kind) -> &'static str {
    match kind {
        Kind::Sns => "the topic's ARN",
        Kind::EventBridge => "the bus, by its name or its ARN",
        Kind::S3 => "the bucket, such as `s3://evidence/moontide`, which has Object Lock",
        Kind::ServiceNow => "the instance's address, such as `https://example.service-now.com`",
        _ => "its address, or `env:NAME`, `file:PATH` where that is a secret",
    }
}

/// What `secret` is for, where there must be one.
fn needs(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::PagerDuty => Some("the routing key of the service's integration"),
        Kind::ServiceNow => Some("the password of `user`, or without one a bearer token"),
        Kind::Webhook => Some("what the receiver checks signatures with"),
        _ => None,
    }
}

/// Whether a receiver of this kind can be there.
pub fn check(kind: Kind, to: &str, reach: &Reach) -> Result<(), String> {
    match kind {
        Kind::Sns if sns::region(to).is_none() => {
            Err("it is no ARN of a topic, such as `arn:aws:sns:us-west-2:111122223333:drills`"
                .to_owned())
        }
        Kind::EventBridge if !eventbridge::is_bus(to) => {
            Err("it is neither a bus's name nor its ARN".to_owned())
        }
        Kind::S3 => s3::Place::read(to).map(|_| ()),
        Kind::Sns | Kind::EventBridge => Ok(()),
        _ => {
            let url = Url::parse(to)?;
            // What is told passes networks that others read.
            if !url.is_secure && !reach.allows(&url) {
                return Err("plain `http` is for places that `allow` of `[http]` names".to_owned());
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use moontide_aws::web::Pattern;

    use super::*;

    fn read(text: &str) -> Result<Receiver, String> {
        let allow = vec![Pattern::parse("http://127.0.0.1:9/*").unwrap()];
        let reach = Reach { allow, private: Vec::new() };
        let written: Written = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        written.read(&reach)
    }

    #[test]
    fn a_receiver_is_told_what_its_kind_is_for_unless_settings_say_otherwise() {
        let slack =
            read("name = \"team\"\nkind = \"slack\"\nto = \"env:SLACK\"\nmodes = [\"recovery\"]")
                .unwrap();
        assert_eq!(slack.events.len(), What::ALL.len());
        let mut event = Event::example(What::Waits, jiff::Timestamp::UNIX_EPOCH);
        assert!(!slack.wants(&event), "a drill");
        event.mode = Mode::Recovery;
        assert!(slack.wants(&event));
        assert!(slack.wants(&Event::example(What::Test, jiff::Timestamp::UNIX_EPOCH)));
        let pager = read("name = \"on-call\"\nkind = \"pagerduty\"\nsecret = \"file:/k\"").unwrap();
        assert_eq!(pager.to, Kept::Plain(PAGERDUTY.to_owned()));
        assert!(!pager.wants(&Event::example(What::Started, jiff::Timestamp::UNIX_EPOCH)));
        let bus = read("name = \"bus\"\nkind = \"eventbridge\"").unwrap();
        assert_eq!(bus.to.shown(), "default");
        assert_eq!(pager.to.shown(), "https://events.pagerduty.com/…");
    }

    #[test]
    fn what_could_tell_nothing_or_would_show_a_secret_is_refused() {
        for (text, says) in [
            ("name = \"a b\"\nkind = \"slack\"\nto = \"env:X\"", "has 1 to 64 letters"),
            ("name = \"a\"\nkind = \"slak\"\nto = \"env:X\"", "unknown variant `slak`"),
            ("name = \"a\"\nkind = \"slack\"", "needs `to`"),
            ("name = \"a\"\nkind = \"slack\"\nto = \"http://hooks.slack.com/x\"", "plain `http`"),
            ("name = \"a\"\nkind = \"sns\"\nto = \"drills\"", "no ARN of a topic"),
            ("name = \"a\"\nkind = \"pagerduty\"", "needs `secret`: the routing key"),
            (
                "name = \"a\"\nkind = \"webhook\"\nto = \"https://x.test/\"\nsecret = \"hunter22\"",
                "never the secret itself",
            ),
            (
                "name = \"a\"\nkind = \"slack\"\nto = \"env:X\"\nsecret = \"env:Y\"",
                "has no `secret`",
            ),
            (
                "name = \"a\"\nkind = \"slack\"\nto = \"env:X\"\ntable = \"incident\"",
                "is for receivers of kind `servicenow`",
            ),
            ("name = \"a\"\nkind = \"eventbridge\"\nevents = [\"answered\"]", "and not `answered`"),
            ("name = \"a\"\nkind = \"slack\"\nto = \"env:X\"\nevents = []", "`events` is empty"),
            ("name = \"a\"\nkind = \"s3\"\nto = \"s3://evidence\"", "needs `retain`"),
            ("name = \"a\"\nkind = \"s3\"\nto = \"evidence\"\nretain = \"9d\"", "`s3://BUCKET"),
            (
                "name = \"a\"\nkind = \"s3\"\nto = \"s3://evidence\"\nretain = \"9h\"",
                "a day at least",
            ),
            (
                "name = \"a\"\nkind = \"slack\"\nto = \"env:X\"\nretain = \"9d\"",
                "receivers of kind `s3`",
            ),
            (
                "name = \"a\"\nkind = \"slack\"\nto = \"env:X\"\ntext = \"{{ sentense }}\"",
                "sentense",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
            assert!(!error.contains("hunter22"), "{error}");
        }
        assert!(read("name = \"a\"\nkind = \"teams\"\nto = \"http://127.0.0.1:9/x\"").is_ok());
    }
}
