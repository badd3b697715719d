//! A report as a statement of in-toto, for those who collect attestations: about the journal and the sources of the
//! runbook, with the report as what is said of them.
//!
//! It is the bare statement. The envelope around it (DSSE) is made by what signs it: one without a signature is none.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{Known, Report};

/// The type of a statement.
const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// The type of what is said.
pub const PREDICATE: &str = "https://github.com/moontide/moontide/report/v1";

/// A statement.
#[derive(Debug, Serialize)]
pub struct Statement<'r> {
    #[serde(rename = "_type")]
    kind: &'static str,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: &'static str,
    predicate: &'r Report,
}

/// What it is about.
#[derive(Debug, Serialize)]
struct Subject {
    name: String,
    digest: BTreeMap<&'static str, String>,
}

impl Statement<'_> {
    /// The statement of a report.
    pub fn of(report: &Report) -> Statement<'_> {
        let identity = &report.identity;
        let subject = |name: String, sha256: &String| Subject {
            name,
            digest: [("sha256", sha256.clone())].into(),
        };
        let mut subjects = Vec::new();
        if let Known::Known(head) = &report.evidence.head {
            // The last entry as it is stored, which holds the digest of the one before it.
            let name = format!("{}/journal/{}", identity.execution, report.evidence.entries);
            subjects.push(subject(name, head));
        }
        let sources = identity.files.iter();
        subjects.extend(sources.map(|(file, digest)| subject(file.clone(), digest)));
        Statement {
            kind: STATEMENT,
            subject: subjects,
            predicate_type: PREDICATE,
            predicate: report,
        }
    }
}

/// What a statement says, and what stands around it; of anything else all of it, and nothing around it.
pub(super) fn parts(mut data: Value) -> (Option<Value>, Value) {
    if data["_type"] != STATEMENT || data["predicateType"] != PREDICATE {
        return (None, data);
    }
    match data.as_object_mut().and_then(|fields| fields.remove("predicate")) {
        Some(predicate) => (Some(data), predicate),
        None => (None, data),
    }
}

/// What stands around a report in its statement.
pub(super) fn around(report: &Report) -> Value {
    let statement = serde_json::to_value(Statement::of(report)).unwrap_or_default();
    parts(statement).0.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::verify::Read;
    use super::*;

    fn fixture() -> Report {
        let report: Report =
            serde_json::from_str(include_str!("redact/fixture.json")).expect("a report");
        report.sealed()
    }

    fn wrong(statement: &Value) -> Vec<String> {
        let read = Read::of(&statement.to_string()).expect("it is one");
        read.alone().expect("it is looked at").wrong
    }

    #[test]
    fn a_statement_is_read_as_its_report_and_held_to_what_that_names() {
        let mut statement = serde_json::to_value(Statement::of(&fixture())).expect("JSON");
        assert_eq!(wrong(&statement), [""; 0]);
        statement["subject"][0]["digest"]["sha256"] = "00".into();
        assert_eq!(wrong(&statement), ["the statement is about something else than its report"]);
        let bare = serde_json::to_value(fixture()).expect("JSON");
        assert_eq!(wrong(&bare), [""; 0]);
        let other = serde_json::json!({ "_type": STATEMENT, "predicateType": "x" });
        assert!(Read::of(&other.to_string()).is_err());
    }
}
