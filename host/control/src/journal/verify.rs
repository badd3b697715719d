//! One journal, byte for byte, and what else has to fit: the sources of its head, and its list.

use moontide_runtime::history::events;
use moontide_runtime::journal::canonical::Hash;
use moontide_runtime::journal::{Entry, Execution};
use moontide_runtime::scheduler::{Graph, machine};
use moontide_runtime::store::verified::{How, Trouble, Verdict, Verified};
use moontide_runtime::store::{Store, StoreError, Stored};

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
    Ok(unlike_its_list(stored, &execution))
}

/// What the list says of an execution that is over, and its journal does not: the journal was cut off, or the list was
/// changed, by which the execution is found.
fn unlike_its_list(stored: &Stored, execution: &Execution) -> Option<Trouble> {
    let standing = stored.standing.filter(|it| it.status.is_terminal())?;
    if stored.seal.is_some() || execution.is_adopted() {
        return None;
    }
    let entries: Vec<Entry> = stored.rows.iter().filter_map(|row| row.entry().ok()).collect();
    let state = machine::fold(&Graph::of(execution), events(&entries));
    let (last, listed) = (entries.len() as u64, words::word(&standing.status));
    let told = words::word(&state.status());
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
