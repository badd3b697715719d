//! The digest of a report's data.

use moontide_runtime::journal::canonical;
use serde_json::Value;

/// The fields that are none of the data: the digest itself, and what a printed document says of itself.
pub(super) const ENVELOPE: [&str; 3] = ["digest", "document", "version"];

/// The SHA-256 of the data, as JSON whose fields are in the order of their names.
pub fn of(report: &Value) -> String {
    let mut data = report.clone();
    if let Some(fields) = data.as_object_mut() {
        fields.retain(|name, _| !ENVELOPE.contains(&name.as_str()));
    }
    canonical::hash(&data).to_string()
}
