//! One spelling for equal arguments.
//!
//! `serde_json` keeps object keys sorted and the door writes whole numbers as integers, so the compact
//! text of a value is already canonical; the hash is taken over that text.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::effect::call::hex;

/// The SHA-256 of the value's canonical text, as 64 hexadecimal digits.
pub fn hash(value: &Value) -> String {
    hex(&Sha256::digest(value.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_fields_does_not_matter_and_the_order_of_items_does() {
        assert_eq!(hash(&json!({"a": 1, "b": [1, 2]})), hash(&json!({"b": [1, 2], "a": 1})));
        assert_ne!(hash(&json!([1, 2])), hash(&json!([2, 1])));
    }
}
