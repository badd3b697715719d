//! One journal, byte for byte, and what else has to fit: the sources of its head, and its list.

use std::collections::BTreeMap;

use moontide_runtime::history::events;
use moontide_runtime::journal::canonical::Hash;
use moontide_runtime::journal::{Entry, Execution};
use moontide_runtime::scheduler::{Graph, machine};
use moontide_runtime::store::listing::Cursor;
use moontide_runtime::store::verified::{How, Trouble, Verdict, Verified};
use moontide_runtime::store::{Store, StoreError, Stored, Wanted};

use crate::error::{CommandError, Result, code};
use crate::view::record::unknown;
use crate::words;

/// Looks whether the journal of an execution is as it was written; and whether a head that was noted earlier is the
/// hash of one of its entries.
pub async fn verify(store: &dyn Store, id: &str, noted: Option<Hash>) -> Result<Verified> {
    let stored = match store.stored(id).await {
        Ok(stored) => stored,
        Err(StoreError::Damaged { message, .. }) => return Ok(Verified::unreadable(id, message)),
        Err(error @ StoreError::NotFound(_)) => return Err(unknown(store, id, error).await),
        Err(error) => return Err(error.into()),
    };
    let verified = Verified::of(&stored);
    let verified = match verified.broken {
        Some(_) => verified,
        None => verified.with(beside(store, &stored).await?),
    };
    Ok(match noted {
        Some(noted) => verified.beside(&stored, noted),
        None => verified,
    })
}

/// What does not fit beside a journal whose entries do.
async fn beside(store: &dyn Store, stored: &Stored) -> Result<Option<Trouble>> {
    let execution = match store.execution(&stored.id).await {
        Ok(execution) => execution,
        Err(StoreError::Damaged { message, .. }) => {
            return Ok(Some(Trouble::of_head(How::Unreadable, message)));
        }
        Err(error) => return Err(error.into()),
    };
    if !execution.is_intact() {
        let message = "the sources that its head names are not those that it was created with";
        return Ok(Some(Trouble::of_head(How::Changed, message)));
    }
    if unlike_its_status(stored, &execution).is_some() {
        // A runner may have written between two reads: then it is another one now.
        let again = store.stored(&stored.id).await?;
        let trouble = unlike_its_status(&again, &execution);
        if trouble.is_some() && again.rows.len() == stored.rows.len() {
            return Ok(trouble);
        }
    }
    unlike_its_row(store, &execution).await
}

/// The list finds and shows an execution by what it says itself of it: that is what its head says, or a drill could be
/// hidden, and another be shown in its place.
async fn unlike_its_row(store: &dyn Store, execution: &Execution) -> Result<Option<Trouble>> {
    // Its own place, and no other: what is wrong with another execution is no matter of this one.
    let created_us = execution.created_at.as_microsecond();
    let after = Some(Cursor { created_us, id: format!("{}\0", execution.id) });
    let wanted = Wanted { after, limit: Some(1), ..Wanted::default() };
    let rows = store.find(&wanted).await?.rows;
    let changed = |message: String| Ok(Some(Trouble::of_head(How::Changed, message)));
    let Some(row) = rows.iter().find(|row| row.id == execution.id) else {
        return changed(format!(
            "the list does not have it at {}, when its head says that it was created",
            words::time(execution.created_at)
        ));
    };
    let says = |what: &str, list: &str, head: &str| {
        changed(format!("its list says the {what} `{list}`, and its head `{head}`"))
    };
    if row.runbook != execution.plan.name {
        return says("runbook", &row.runbook, &execution.plan.name);
    }
    // What an earlier release began has none of these in its list.
    let Some(told) = row.told else { return Ok(None) };
    if told.mode != execution.mode {
        return says("mode", words::mode(told.mode), words::mode(execution.mode));
    }
    if row.labels != execution.labels {
        let written = |labels: &BTreeMap<String, String>| {
            let labels: Vec<_> =
                labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
            labels.join(" ")
        };
        return says("labels", &written(&row.labels), &written(&execution.labels));
    }
    match (row.source, execution.source) {
        (Some(list), Some(head)) if list != head => says("source", list.word(), head.word()),
        _ => Ok(None),
    }
}

/// Whether only one of an execution's list and its journal says that it is over, or they name another end: the journal
/// was cut off, or the list was changed, by which the execution is found.
fn unlike_its_status(stored: &Stored, execution: &Execution) -> Option<Trouble> {
    let standing = stored.standing?;
    if stored.seal.is_some() || execution.is_adopted() {
        return None;
    }
    let entries: Vec<Entry> = stored.rows.iter().filter_map(|row| row.entry().ok()).collect();
    let state = machine::fold(&Graph::of(execution), events(&entries));
    let (last, listed) = (entries.len() as u64, words::word(&standing.status));
    let told = words::word(&state.status());
    if !standing.status.is_terminal() && !state.status().is_terminal() {
        return None;
    }
    if !state.status().is_terminal() {
        let message = format!(
            "its list says that it is {listed}, and its journal ends with entry {last}, where it is {told}"
        );
        return Some(Trouble::at_the_end(last, message));
    }
    let message =
        || format!("its list says that it is {listed}, and its journal that it is {told}");
    (state.status() != standing.status).then(|| Trouble::of_head(How::Changed, message()))
}

/// The complaint about a journal that is not as it was written, or about a head that nothing can be said of.
pub fn complaint(verified: &Verified) -> Option<CommandError> {
    let id = &verified.execution;
    if verified.verdict == Verdict::Broken {
        let broken = verified.broken.as_ref();
        let why = broken.map(|it| it.message.as_str()).unwrap_or_default();
        let message = format!("the journal of `{id}` is not as it was written: {why}");
        return Some(
            CommandError::new(code::BROKEN, message)
                .hint("leave the store as it is, keep a copy of it, and compare with its backups"),
        );
    }
    let noted = verified.noted.as_ref().filter(|noted| !noted.proves)?;
    let why = match verified.verdict {
        Verdict::NotChained => "its format keeps no chain",
        _ => "it was pruned, and the entry that had it may be gone",
    };
    let message = format!("nothing can be said of {} in the journal of `{id}`: {why}", noted.hash);
    Some(CommandError::new(code::NOT_PROVEN, message))
}
