//! Replies in XML.

use serde::Serialize;

pub(crate) use super::reply::REQUEST_ID;
use super::reply::Reply;

/// A reply with `body` under the element `root`.
pub(crate) fn reply<T: Serialize>(status: u16, root: &str, body: &T) -> Reply {
    let xml =
        quick_xml::se::to_string_with_root(root, body).expect("our replies are elements with text");
    let xml: String = xml.chars().map(|it| if is_allowed(it) { it } else { '\u{fffd}' }).collect();
    let declared = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{xml}");
    Reply::new(status, "text/xml;charset=UTF-8", declared)
}

/// Whether a document of XML 1.0 may hold the character. The others cannot be escaped either, and a reply
/// repeats what its caller sent.
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}
