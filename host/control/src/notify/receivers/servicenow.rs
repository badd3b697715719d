//! `ServiceNow`: the Table API. All of an execution is one record, by its `correlation_id`. The API knows no upsert, so the
//! record is looked up first: where there is one, a work note is added, else it is made. It is closed by a person.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Known, Request, cut};
use crate::notify::event::Event;

/// What is asked first, and what follows from the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookUp {
    /// Whether there is a record.
    pub ask: Request,
    /// What is sent if there is none.
    pub make: Request,
    /// What is sent if there is one, where its `sys_id` stands in the address behind a `/`.
    pub add: Request,
}

/// What is asked and sent.
pub fn look_up(known: Known<'_>, event: &Event, text: &str) -> LookUp {
    let base = known.to.trim_end_matches('/');
    let table = format!("{base}/api/now/table/{}", known.receiver.table);
    // A `^` ends a condition of a query, however it is written.
    let id = cut(&event.execution, 100).replace('^', "-");
    let query = format!(
        "?sysparm_query=correlation_id%3D{}&sysparm_fields=sys_id&sysparm_limit=1",
        encoded(&id)
    );
    let headers = vec![
        ("accept".to_owned(), "application/json".to_owned()),
        ("authorization".to_owned(), authorization(known)),
        ("content-type".to_owned(), "application/json".to_owned()),
    ];
    let request =
        |method, url: String, body: String| Request { method, url, headers: headers.clone(), body };
    let note = format!("{}\n[{}]", cut(text, 8_000), event.key);
    let make = json!({
        "correlation_id": id,
        "correlation_display": "Moontide",
        "short_description": cut(event.sentence.lines().next().unwrap_or_default(), 160),
        "description": cut(text, 4_000),
        "work_notes": note,
    });
    LookUp {
        ask: request("GET", format!("{table}{query}"), String::new()),
        make: request("POST", table.clone(), make.to_string()),
        add: request("PATCH", table, json!({ "work_notes": note }).to_string()),
    }
}

impl LookUp {
    /// What follows from what was found; the error says why that cannot be told.
    pub fn then(&self, found: &str) -> Result<Request, &'static str> {
        let answer: Value = serde_json::from_str(found).map_err(|_| "the answer is no JSON")?;
        let records = answer["result"].as_array().ok_or("the answer has no `result`")?;
        let Some(record) = records.first() else { return Ok(self.make.clone()) };
        let id =
            record["sys_id"].as_str().filter(|id| is_id(id)).ok_or("the record has no `sys_id`")?;
        Ok(Request { url: format!("{}/{id}", self.add.url), ..self.add.clone() })
    }
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|it| it.is_ascii_alphanumeric())
}

fn authorization(known: Known<'_>) -> String {
    match &known.receiver.user {
        Some(user) => format!("Basic {}", STANDARD.encode(format!("{user}:{}", known.secret))),
        None => format!("Bearer {}", known.secret),
    }
}

/// A value in a query.
fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let mut encoded = String::new();
    for byte in text.bytes() {
        if is_plain(byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
