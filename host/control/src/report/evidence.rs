//! What holds a report to the journal that it was made of: the head of the journal's chain, and how to verify it.

use moontide_runtime::journal::{Format, chain};
use moontide_runtime::store::{Seal, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::known::Known;
use crate::error::Result;
use crate::view::Record;

/// The evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Evidence {
    /// How many entries the journal had.
    pub entries: u64,
    /// The SHA-256 of its last entry as it is stored, which holds that of the entry before it, and so on up to the head
    /// of the execution.
    pub head: Known<String>,
    /// The format of the journal.
    #[schemars(with = "u32")]
    pub format: Format,
    /// Whether it was cut down since, and by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pruned: Option<String>,
    /// Why the journal does not tell all, and what it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<String>,
    /// What to do to verify it.
    pub verify: Vec<String>,
}

impl Evidence {
    /// That of a loaded execution.
    pub(super) async fn of(store: &dyn Store, record: &Record, has_head: bool) -> Result<Evidence> {
        let id = &record.execution.id;
        let (entries, head) = match &record.seal {
            Some(Seal::Pruned(pruned)) => (pruned.entries, Known::Known(pruned.link.to_string())),
            _ if !has_head => {
                (record.entries.len() as u64, Known::unknown("it was not looked for"))
            }
            _ => {
                let count = record.entries.len() as u64;
                let head = head_at(store, record, count).await?;
                (count, Known::or_why(head, "journals of format 1 are not chained"))
            }
        };
        let pruned = record.seal.as_ref().filter(|seal| matches!(seal, Seal::Pruned(_)));
        Ok(Evidence {
            entries,
            format: record.execution.format,
            pruned: pruned.map(ToString::to_string),
            gone: gone(record).map(|why| format!("{why}: {NOT_TOLD}")),
            verify: verify(id, head.value()),
            head,
        })
    }
}

/// What to do to verify a report: the whole of it, and the head of its journal alone.
fn verify(id: &str, head: Option<&String>) -> Vec<String> {
    let head = head.map(|head| format!(" --head {head}")).unwrap_or_default();
    let journal = format!("moontide journal verify {id}{head}");
    vec!["moontide report verify FILE".to_owned(), journal]
}

/// What a journal does not tell where it does not tell all.
const NOT_TOLD: &str = "what was only looked at, such as checks, jobs and their phases, it does not tell; what was \
                        decided, answered and done it tells";

/// Why a journal does not tell what was only looked at; `None`: it does.
pub(super) fn gone(record: &Record) -> Option<&'static str> {
    match &record.seal {
        Some(Seal::Pruned(_)) => Some("the journal was pruned"),
        _ if record.execution.is_adopted() => {
            Some("it was adopted after its store was lost, and its journal was made anew")
        }
        _ => None,
    }
}

/// The SHA-256 of entry number `count` as it is stored, of a journal that is whole; of no entry, that of the head of the
/// execution. `None`: its journal is not chained, or not so long.
pub(super) async fn head_at(
    store: &dyn Store,
    record: &Record,
    count: u64,
) -> Result<Option<String>> {
    if !chain::is_kept(record.execution.format) {
        return Ok(None);
    }
    let stored = store.stored(&record.execution.id).await?;
    Ok(stored.link_at(count).map(|link| link.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_how_its_head_is_held_to_the_journal() {
        let head = "ab12".to_owned();
        assert_eq!(verify("drill", Some(&head))[1], "moontide journal verify drill --head ab12");
        assert_eq!(verify("drill", None)[1], "moontide journal verify drill");
    }
}
