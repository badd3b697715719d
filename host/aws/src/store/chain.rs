//! The end of a journal, to chain the next entry to.
//!
//! An append does not read what it makes longer: the last appender knows the end. Only the first append
//! under a lease reads it, from the bytes that are stored.

use moontide_runtime::journal::canonical::Hash;
use moontide_runtime::journal::{Entry, chain};
use moontide_runtime::store::{Lease, StoreError, append};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::item::{self, Damage};
use super::keys::{self, SK};
use super::retry::RetryBudget;
use super::state::state_within;
use super::table::Table;
use super::text;

/// Where a journal ends.
#[derive(Clone, Debug)]
pub(super) struct Tip {
    /// The lease under which it was made, or read: under another one another runner may have appended.
    epoch: u64,
    /// The number of the last entry; 0 before the first.
    last: u64,
    /// The sort key of the execution in the list, where that says how it stands.
    pub(super) listed: Option<String>,
    /// What the next entry carries of the last one, or of the head; `None` if entries are not chained.
    link: Option<Hash>,
}

impl Tip {
    /// Whether entry number `first` under this lease comes next.
    pub(super) fn is_before(&self, lease: &Lease, first: u64) -> bool {
        self.epoch == lease.epoch && self.last + 1 == first
    }

    /// The JSON of these entries behind it, and where the journal then ends.
    pub(super) fn extend(
        &self,
        table: &Table,
        lease: &Lease,
        entries: &[Entry],
    ) -> Result<(String, Tip), StoreError> {
        let (mut json, mut link) = (String::from("["), self.link);
        for entry in entries {
            if json.len() > 1 {
                json.push(',');
            }
            let mut text = chain::unchained(entry).map_err(|error| {
                table.damaged("what should be stored", &Damage(error.to_string()))
            })?;
            if let Some(link) = &mut link {
                text = chain::chained(&text, *link);
                *link = chain::link(&text);
            }
            json.push_str(&text);
        }
        json.push(']');
        let last = entries.last().map_or(self.last, |entry| entry.sequence);
        let listed = self.listed.clone();
        Ok((json, Tip { epoch: lease.epoch, last, listed, link }))
    }
}

/// Where the journal ends that these entries are to follow, from the table; their refusal, if they do not.
pub(super) async fn tip(
    table: &Table,
    lease: &Lease,
    entries: &[Entry],
) -> Result<Tip, StoreError> {
    let id = &lease.execution;
    let state = state_within(table, id, RetryBudget::Execution).await?;
    append::check(lease, state.lease.as_ref(), state.last, entries)?;
    let link = match state.last {
        _ if !chain::is_kept(state.format) => None,
        0 => Some(chain::link(&head(table, id, RetryBudget::Execution).await?)),
        last => Some(entry(table, id, last).await?),
    };
    Ok(Tip { epoch: lease.epoch, last: state.last, listed: state.listed, link })
}

/// An execution's head, byte for byte.
pub(super) async fn head(
    table: &Table,
    id: &str,
    patience: RetryBudget,
) -> Result<String, StoreError> {
    let item = table.try_get(keys::head(id), patience).await;
    let item = item.map_err(|stopped| stopped.unconditional(table))?;
    let item = item.ok_or_else(|| StoreError::NotFound(id.to_owned()))?;
    let what = || format!("the head of execution `{id}`");
    Ok(text::get_json(table, &item, what, patience).await?.into_owned())
}

/// The link of entry number `last`, which is the last one.
pub(super) async fn entry(table: &Table, id: &str, last: u64) -> Result<Hash, StoreError> {
    let what = || format!("entry {last} of execution `{id}`");
    let damaged = |sentence: &str| table.damaged(&what(), &Damage(sentence.to_owned()));
    let pk = keys::partition(id);
    let (begin, end) = (keys::journal_sk(0), keys::journal_sk(last));
    let key = table.last_key(&pk, &begin, &end, RetryBudget::Execution).await?;
    let sk = key.as_ref().and_then(|key| item::text(key, SK).ok());
    let key = keys::key(&pk, sk.ok_or_else(|| damaged("it is not there"))?);
    let item = table.try_get(key, RetryBudget::Execution).await;
    let item = item.map_err(|stopped| stopped.unconditional(table))?;
    let item = item.ok_or_else(|| damaged("it is not there"))?;
    let json = text::get_json(table, &item, what, RetryBudget::Execution).await?;
    let rows: Result<Vec<_>, _> = rows::<IgnoredAny>(&json).collect();
    let rows = rows.map_err(|error| table.damaged(&what(), &Damage(error)))?;
    let (row, _) = rows.last().ok_or_else(|| damaged("it is an empty list"))?;
    Ok(chain::link(row))
}

/// The items of a list in JSON, each with its bytes.
pub(super) fn rows<'j, T: Deserialize<'j>>(
    list: &'j str,
) -> impl Iterator<Item = Result<(&'j str, T), String>> {
    let mut rest = list.strip_prefix('[').ok_or_else(|| "it is no list of entries".to_owned());
    std::iter::from_fn(move || {
        let text = match &rest {
            Ok("") => return None,
            Ok(text) => *text,
            Err(error) => {
                let error = error.clone();
                rest = Ok("");
                return Some(Err(error));
            }
        };
        let read = row(text);
        rest = Ok(read.as_ref().map_or("", |(_, _, behind)| behind));
        Some(read.map(|(row, item, _)| (row, item)))
    })
}

/// The item with which `text` begins, with its bytes, and what comes behind it in the list.
fn row<'j, T: Deserialize<'j>>(text: &'j str) -> Result<(&'j str, T, &'j str), String> {
    let mut items = serde_json::Deserializer::from_str(text).into_iter::<T>();
    let item = items.next().ok_or("it ends too early")?.map_err(|error| error.to_string())?;
    let (row, behind) = text.split_at(items.byte_offset());
    match behind.split_at_checked(1) {
        Some((",", more)) if !more.is_empty() => Ok((row, item, more)),
        Some(("]", "")) => Ok((row, item, "")),
        _ => Err("it is no list of entries".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &str) -> Result<Vec<&str>, String> {
        rows::<IgnoredAny>(list).map(|read| read.map(|(row, _)| row)).collect()
    }

    #[test]
    fn items_are_read_byte_for_byte() {
        assert_eq!(read(r#"[{"a":"},]"}]"#), Ok(vec![r#"{"a":"},]"}"#]));
        let list = r#"[{"a":1},{"b": [2, 3],"c":"é"}]"#;
        assert_eq!(read(list), Ok(vec![r#"{"a":1}"#, r#"{"b": [2, 3],"c":"é"}"#]));
    }

    #[test]
    fn what_is_no_list_of_items_is_refused() {
        for broken in ["", "[]", "[{}", "[{},]", "[{},", "[{}]]", "[{}] ", "{}", "[{}é"] {
            assert!(read(broken).is_err(), "{broken}");
        }
    }
}
