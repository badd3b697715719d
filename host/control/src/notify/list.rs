//! What is still to be told, and what could not be, a row each.

use jiff::Timestamp;
use moontide_runtime::store::Store;
use schemars::JsonSchema;
use serde::Serialize;

use super::queue::{Item, Standing};
use super::receiver::Receiver;
use crate::error::Result;

/// All of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct List {
    /// Where it is.
    pub store: String,
    /// The receivers that settings name, with what waits for each.
    pub receivers: Vec<Queue>,
    /// What waits, and what was given up, in the order in which it happened.
    pub notifications: Vec<Row>,
    /// What cannot be read, and is told to none: a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
}

/// A receiver, and how much waits for it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Queue {
    /// Its name.
    pub receiver: String,
    /// Its kind; empty: the settings here do not name it.
    pub kind: &'static str,
    /// Where it is, as settings say.
    pub to: String,
    /// How much waits.
    pub waiting: usize,
    /// How much was given up.
    pub given_up: usize,
}

/// An event that a receiver is to be told of.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Row {
    /// The receiver.
    pub receiver: String,
    /// The event's key.
    pub key: String,
    /// The execution.
    pub execution: String,
    /// What has happened, in a sentence.
    pub sentence: String,
    /// How it stands.
    pub standing: Standing,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// How often it was attempted.
    pub attempts: u32,
    /// When it is attempted next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// What the receiver said last.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub said: String,
}

impl List {
    /// Looks at all of it, in the store at this address.
    pub async fn load(store: &dyn Store, address: String, receivers: &[Receiver]) -> Result<List> {
        let (mut items, unreadable) = Item::all_and_unreadable(store, None).await?;
        items.retain(|it| it.terms.standing != Standing::Told);
        let known = receivers.iter().map(|it| Queue {
            receiver: it.name.clone(),
            kind: it.kind.word(),
            to: it.to.shown(),
            waiting: 0,
            given_up: 0,
        });
        let mut queues: Vec<Queue> = known.collect();
        for item in &items {
            let at = queues.iter().position(|it| it.receiver == item.receiver);
            let at = at.unwrap_or_else(|| {
                let (receiver, to) = (item.receiver.clone(), String::new());
                queues.push(Queue { receiver, kind: "", to, waiting: 0, given_up: 0 });
                queues.len() - 1
            });
            match item.terms.standing {
                Standing::Waits => queues[at].waiting += 1,
                Standing::GivenUp => queues[at].given_up += 1,
                Standing::Told => {}
            }
        }
        let notifications = items.into_iter().map(Row::of).collect();
        Ok(List { store: address, receivers: queues, notifications, unreadable })
    }
}

impl Row {
    fn of(item: Item) -> Row {
        let terms = item.terms;
        let waits = terms.standing == Standing::Waits;
        Row {
            receiver: item.receiver,
            key: terms.event.key,
            execution: terms.event.execution,
            sentence: terms.event.sentence,
            standing: terms.standing,
            queued_at: terms.queued_at,
            attempts: terms.attempts,
            next_at: waits.then_some(terms.next_at),
            said: terms.said,
        }
    }
}
