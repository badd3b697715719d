//! A document as it is written: what it is, and its fields.

use serde::Serialize;
use serde_json::{Value, json};

use super::Contract;

/// The document, which says what it is, and its version. This is the only way to write one.
pub fn document<D: Contract + Serialize + ?Sized>(document: &D) -> Value {
    let mut whole = json!({ "document": D::format(), "version": D::VERSION });
    let fields = serde_json::to_value(document).unwrap_or_default();
    if let (Some(whole), Value::Object(fields)) = (whole.as_object_mut(), fields) {
        whole.extend(fields);
    }
    whole
}
