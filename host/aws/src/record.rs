//! From AWS's shapes to the slim records that a runbook sees, and the other way round.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use aws_types::request_id::RequestId;
use moontide_runtime::effect::Reply;
use serde::de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Named strings in a stable order, because arguments and outcomes are hashed.
pub(crate) type Tags = BTreeMap<String, String>;

/// A record as JSON, without the fields that AWS left out: in Lua an absent field is `nil`.
pub(crate) fn slim(record: impl Serialize) -> Value {
    let mut value = serde_json::to_value(record).unwrap_or_default();
    drop_nulls(&mut value);
    value
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, it| !it.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// The reply of a call that changed something: this answer was its end.
pub(crate) fn reply_to(answer: &impl RequestId, value: Value) -> Reply {
    answered(answer, Reply::ok(value))
}

/// The same for a reply that need not be one of success.
pub(crate) fn answered(answer: &impl RequestId, reply: Reply) -> Reply {
    reply.with_request_id(answer.request_id().map(str::to_owned))
}

/// One page of a list, the way every `describe` operation answers.
#[derive(Serialize)]
pub(crate) struct Page<R> {
    items: Vec<R>,
    /// Where the next page begins; absent on the last.
    next_token: Option<String>,
}

impl<R: Serialize> Page<R> {
    /// The page as a reply.
    pub(crate) fn reply(items: impl Iterator<Item = R>, next_token: Option<String>) -> Reply {
        let next_token = next_token.filter(|it| !it.is_empty());
        Reply::ok(slim(Page { items: items.collect(), next_token }))
    }
}

/// The text of an enum of the SDK, which may be one that the SDK does not know yet.
pub(crate) fn text<E: AsRef<str>>(value: Option<E>) -> Option<String> {
    value.map(|it| it.as_ref().to_owned())
}

/// The two ends of a text that is longer than `longest` characters: what was attempted stands at the
/// head, what went wrong at the tail.
pub(crate) fn cut(text: &str, longest: usize) -> String {
    let length = text.chars().count();
    if length <= longest {
        return text.to_owned();
    }
    let kept = longest.saturating_sub(3);
    let head: String = text.chars().take(kept / 2).collect();
    let tail: String = text.chars().skip(length - (kept - kept / 2)).collect();
    format!("{head} … {tail}")
}

/// A list for the SDK, or `None` where nothing is listed.
pub(crate) fn listed(items: Vec<String>) -> Option<Vec<String>> {
    Some(items).filter(|it| !it.is_empty())
}

/// Reads a map, for which Lua may hand in an empty list: it cannot tell the two apart.
pub(crate) fn map<'de, D, T>(from: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    from.deserialize_any(Fields(PhantomData))
}

struct Fields<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table with names")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut fields = BTreeMap::new();
        while let Some((name, value)) = map.next_entry()? {
            fields.insert(name, value);
        }
        Ok(fields)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Self::Value, S::Error> {
        match list.next_element::<IgnoredAny>()? {
            None => Ok(BTreeMap::new()),
            Some(_) => Err(S::Error::invalid_type(Unexpected::Seq, &self)),
        }
    }
}

/// AWS's `lagDuration`, `sourceServerID` or `InstanceId` as we write it.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut previous_is_capital = true;
    for letter in name.chars() {
        if letter.is_uppercase() && !previous_is_capital {
            snake.push('_');
        }
        previous_is_capital = letter.is_uppercase();
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_aws_become_ours() {
        for (theirs, ours) in
            [("sourceServerID", "source_server_id"), ("quotaCode", "quota_code"), ("Arn", "arn")]
        {
            assert_eq!(snake_case(theirs), ours);
        }
    }

    #[test]
    fn a_long_text_keeps_its_ends() {
        assert_eq!(cut("short", 10), "short");
        let cut = cut(&format!("begin{}end", "-".repeat(100)), 15);
        assert_eq!((cut.chars().count(), &cut[..5], &cut[cut.len() - 3..]), (15, "begin", "end"));
    }

    #[test]
    fn what_aws_left_out_is_left_out() {
        let record = serde_json::json!({ "a": null, "b": [{ "c": null, "d": 1 }] });
        assert_eq!(slim(record), serde_json::json!({ "b": [{ "d": 1 }] }));
    }
}
