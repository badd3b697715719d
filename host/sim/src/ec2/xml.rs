//! What EC2's XML replies have in common.

use serde::Serialize;

use crate::instance::InstanceState;
use crate::wire::Reply;
use crate::wire::xml::{self, REQUEST_ID};

const NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";

/// The envelope of EC2's replies.
#[derive(Serialize)]
struct Envelope<T> {
    #[serde(rename = "@xmlns")]
    namespace: &'static str,
    #[serde(rename = "requestId")]
    request_id: &'static str,
    #[serde(flatten)]
    body: T,
}

/// A list as EC2 writes it: an element full of `<item>`s.
#[derive(Debug, Serialize)]
pub(super) struct List<T> {
    item: Vec<T>,
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self { item: items.into_iter().collect() }
    }
}

/// `<code>16</code><name>running</name>`.
#[derive(Debug, Serialize)]
pub(super) struct State {
    code: u16,
    name: &'static str,
}

impl From<InstanceState> for State {
    fn from(state: InstanceState) -> Self {
        Self { code: state.code(), name: state.name() }
    }
}

/// A successful reply to `action`.
pub(super) fn success<T: Serialize>(action: &str, body: T) -> Reply {
    let envelope = Envelope { namespace: NAMESPACE, request_id: REQUEST_ID, body };
    xml::reply(200, &format!("{action}Response"), &envelope)
}
