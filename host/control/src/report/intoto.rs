//! A report as a statement of in-toto, for those who collect attestations: about the journal and the sources of the
//! runbook, with the report as what is said of them.
//!
//! It is the bare statement. The envelope around it (DSSE) is made by what signs it: one without a signature is none.

use std::collections::BTreeMap;

use serde::Serialize;

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
