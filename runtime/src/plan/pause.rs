//! `pause = { message = …, approvers = …, approvals = …, timeout = …, on_timeout = … }`, or only its
//! message.

use std::time::Duration;

use super::approver::{self, MOST_APPROVALS};
use super::declared::Declared;
use super::path::quoted;
use super::{Node, Pause, PromptTimeout};

pub(super) const FIELDS: &[&str] = &["message", "approvers", "approvals", "timeout", "on_timeout"];

/// Reads what a person is asked before a wave.
pub(super) fn read(declared: &Declared<'_>) -> Option<Pause> {
    if let Node::Text(_) = declared.node {
        return Some(Pause {
            message: declared.text()?.to_owned(),
            approvers: Vec::new(),
            approvals: 1,
            timeout: None,
            on_timeout: PromptTimeout::default(),
        });
    }
    let fields = declared.fields("`pause`", FIELDS)?;
    let message = fields.required("`pause`", "message").and_then(|field| field.text());
    let on_timeout = fields.get("on_timeout");
    if let Some(field) = on_timeout.as_ref().filter(|_| !fields.has("timeout")) {
        field.complain("`on_timeout` never happens without a `timeout`");
    }
    Some(Pause {
        message: message.unwrap_or_default().to_owned(),
        approvers: fields.get("approvers").map(|field| approvers(&field)).unwrap_or_default(),
        approvals: fields.get("approvals").and_then(|field| approvals(&field)).unwrap_or(1),
        timeout: fields.get("timeout").and_then(|field| timeout(&field)),
        on_timeout: on_timeout.and_then(|field| answer(&field)).unwrap_or_default(),
    })
}

/// Reads `start = { message = …, approvers = …, approvals = …, timeout = … }`: what a person is asked before
/// anything begins. Silence starts nothing.
pub(super) fn read_start(declared: &Declared<'_>) -> Option<Pause> {
    let fields = declared.fields("`start`", START_FIELDS)?;
    if let Some(field) = fields.get("on_timeout") {
        field.complain("`start` has no `on_timeout`: silence starts nothing");
    }
    let message = fields.get("message").and_then(|field| field.text());
    Some(Pause {
        message: message.unwrap_or(START_MESSAGE).to_owned(),
        approvers: fields.get("approvers").map(|field| approvers(&field)).unwrap_or_default(),
        approvals: fields.get("approvals").and_then(|field| approvals(&field)).unwrap_or(1),
        timeout: fields.get("timeout").and_then(|field| timeout(&field)),
        on_timeout: PromptTimeout::Abort,
    })
}

/// What `start` has.
pub(super) const FIELDS_OF_START: &[&str] = &["message", "approvers", "approvals", "timeout"];
/// `on_timeout` is one so that its complaint says why there is none.
const START_FIELDS: &[&str] = &["message", "approvers", "approvals", "timeout", "on_timeout"];
const START_MESSAGE: &str = "Shall it start?";

fn approvers(declared: &Declared<'_>) -> Vec<String> {
    if declared.is_empty() {
        declared.complain("`approvers` names no person; leave it out to let any person answer");
    }
    let names = declared.texts().into_iter().map(|(item, name)| {
        if let Err(why) = approver::check(name) {
            item.complain(format!("{} is no approver: {why}", quoted(name)));
        }
        name.to_owned()
    });
    names.collect()
}

fn approvals(declared: &Declared<'_>) -> Option<u32> {
    declared.count(MOST_APPROVALS)
}

fn timeout(declared: &Declared<'_>) -> Option<Duration> {
    let timeout = declared.duration()?;
    if timeout.is_zero() {
        declared.complain("`timeout` must not be zero; leave it out to wait for ever");
    }
    Some(timeout)
}

fn answer(declared: &Declared<'_>) -> Option<PromptTimeout> {
    declared.one_of(&[
        ("continue", PromptTimeout::Continue),
        ("skip", PromptTimeout::Skip),
        ("abort", PromptTimeout::Abort),
    ])
}
