//! Executions that come and go, byte for byte.
//!
//! What comes is written before the state that makes it visible, under a nonce that follows from what it is: an import
//! that was cut off is made again over its own items, and another one begins with removing them, as giving it up does.

use moontide_runtime::journal::canonical::Hash;
use moontide_runtime::store::StoreError;
use moontide_runtime::store::parcel::{FORM, Parcel, Unpacked};
use moontide_runtime::store::sources::Apart;

use super::arrival::{self, Arrival, Earlier};
use super::item::Damage;
use super::keys;
use super::refusal::Refusal;
use super::retry::RetryBudget;
use super::table::Table;
use super::{chain, documents, evidence, head, journal, lease, listing, sources, state, text};

/// So many bytes of a journal go into one item: a little less than would make parts of it.
const AN_ITEM: usize = 300_000;

/// An execution with all that belongs to it.
pub(super) async fn export(table: &Table, id: &str) -> Result<Parcel, StoreError> {
    let state = state::state(table, id).await?;
    let head = chain::head(table, id, RetryBudget::Usual).await?;
    let what = || format!("the head of execution `{id}`");
    let names = Apart::read(&head)
        .map_err(|error| table.damaged(&what(), &Damage(error.to_string())))?
        .names()
        .collect();
    let journal = journal::rows(table, id, 1, &state).await?;
    let (pk, from) = (keys::partition(id), keys::signal_sk(0));
    let to = keys::signal_sk(u64::MAX);
    let mut signals = Vec::new();
    // What an import has left that was cut off is no part of it yet.
    let earlier = Earlier::read(table, id).await?;
    let items = table.range(&pk, &from, &to, RetryBudget::Usual).await?;
    for item in items.into_iter().filter(|item| !earlier.have_written(item)) {
        let what = || format!("a signal of execution `{id}`");
        signals.push(text::get_json(table, &item, what, RetryBudget::Usual).await?.into_owned());
    }
    let standing = match &state.listed {
        Some(listed) => listing::standing(table, listed).await?,
        None => None,
    };
    Ok(Parcel {
        parcel: FORM,
        id: id.to_owned(),
        format: state.format,
        head,
        sources: sources::find(table, names).await?.into_values().collect(),
        journal: journal.into_iter().map(|(row, _)| row).collect(),
        signals,
        standing,
        epoch: state.lease.map_or(0, |lease| lease.epoch),
        seal: state.seal,
        belongings: documents::belongings(table, id, &earlier).await?,
        moves: false,
        hash: None,
    })
}

/// Takes an execution in.
pub(super) async fn import(table: &Table, parcel: &Parcel) -> Result<(), StoreError> {
    let unpacked = parcel.unpack(&table.place)?;
    let before = match state::state(table, &parcel.id).await {
        Ok(_) => Some(export(table, &parcel.id).await?),
        Err(StoreError::NotFound(_)) => None,
        Err(error) => return Err(error),
    };
    if let Some(before) = &before {
        let is_pruned = parcel.seal.is_some();
        if is_pruned || !parcel.brings_back(before) {
            return Err(StoreError::Exists(parcel.id.clone()));
        }
    }
    if parcel.format.keeps_sources_apart() {
        sources::keep(table, &unpacked.execution).await?;
    }
    let (id, nonce) = (parcel.id.as_str(), nonce(parcel));
    let mut arrival = Arrival::begin(table, id, &nonce, before.as_ref()).await?;
    let (known, heard) = before.as_ref().map_or((0, 0), |it| (it.journal.len(), it.signals.len()));
    arrival.clear(&keys::journal_sk(known as u64 + 1), &keys::journal_sk(u64::MAX)).await?;
    arrival.clear(&keys::signal_sk(heard as u64 + 1), &keys::signal_sk(u64::MAX)).await?;
    documents::clear(&arrival, table, id).await?;
    write_journal((table, &arrival), parcel, &unpacked, known, &nonce).await?;
    for (number, signal) in (1_u64..).zip(&parcel.signals).skip(heard) {
        let mut item = keys::key(&keys::partition(id), &keys::signal_sk(number));
        item.insert(keys::NONCE.to_owned(), keys::string(&nonce));
        let parts = format!("{nonce}-signal-{number}");
        text::put_json(table, &mut item, signal.clone(), &parts, RetryBudget::Usual).await?;
        arrival.put(vec![item]).await?;
    }
    let own = before.as_ref().map(|before| &before.belongings);
    documents::arrive(&arrival, id, (&parcel.belongings, own)).await?;
    // With what makes it visible: an earlier stay is as it was until then, and no obligation is seen without its
    // execution. What does not fit is there before.
    let new = (id, &parcel.belongings);
    let mut changes = documents::arriving(&arrival, table, new, before.is_some()).await?;
    if !arrival::fit(&changes) {
        if before.is_some() {
            arrival.overwrites().await?;
        }
        arrival.change(std::mem::take(&mut changes)).await?;
    }
    let documents = changes.into_iter().map(|(_, change)| change).collect();
    let begins = state::arrive(parcel, &listing::key_of(&unpacked.execution), &nonce);
    match before {
        None => {
            let execution = &unpacked.execution;
            head::arrive((&arrival, documents), table, parcel, execution, (begins, &nonce)).await
        }
        Some(before) => {
            let mut beside: Vec<_> = documents;
            beside.extend(listing::arrived(table, parcel, &unpacked.execution));
            lease::come_back(&arrival, table, (parcel, &before), beside, &nonce).await
        }
    }
}

/// Gives imports of an execution up that have begun and not ended: nothing of them is left but parts, which no item
/// refers to. Returns whether there were any.
pub(super) async fn give_up(table: &Table, id: &str) -> Result<bool, StoreError> {
    let nonce = keys::nonce();
    let Some(arrival) = Arrival::take_over(table, id, &nonce).await? else { return Ok(false) };
    let was_here = match state::state(table, id).await {
        Ok(_) => true,
        Err(StoreError::NotFound(_)) => false,
        Err(error) => return Err(error),
    };
    if was_here && arrival.has_overwritten() {
        let sentence = format!(
            "an import has written over much of what `{id}` kept for itself when it was here before, and that is in \
             no other place: only the execution as it went on elsewhere can take its place"
        );
        return Err(Refusal::Never(sentence).at(&table.place));
    }
    let pk = keys::partition(id);
    let mut left = documents::items(table, id).await?;
    for (from, to) in [
        (keys::journal_sk(0), keys::journal_sk(u64::MAX)),
        (keys::signal_sk(0), keys::signal_sk(u64::MAX)),
    ] {
        left.extend(table.range(&pk, &from, &to, RetryBudget::Usual).await?);
    }
    left.retain(|item| arrival.have_written(item));
    left.extend(arrival.others().iter().map(|nonce| keys::evidence(id, nonce)));
    arrival.delete(&left).await?;
    arrival.give_up().await?;
    Ok(true)
}

/// The same whenever the same parcel is taken in.
fn nonce(parcel: &Parcel) -> String {
    let last = parcel.journal.last().unwrap_or(&parcel.head);
    let (signals, epoch) = (parcel.signals.len(), parcel.epoch);
    let text = format!("{} {epoch} {signals} {last}", parcel.id);
    Hash::of(text.as_bytes()).to_string()[..32].to_owned()
}

/// Writes the journal behind its first `known` rows, or what is left of a pruned one.
async fn write_journal(
    (table, arrival): (&Table, &Arrival<'_>),
    parcel: &Parcel,
    unpacked: &Unpacked,
    known: usize,
    nonce: &str,
) -> Result<(), StoreError> {
    let rows = parcel.journal.iter().map(String::as_str);
    if parcel.seal.is_some() {
        return evidence::write(table, &parcel.id, rows, nonce).await;
    }
    let mut rows = rows.zip(&unpacked.entries).skip(known).peekable();
    while let Some((row, first)) = rows.next() {
        let (mut item_rows, mut bytes, mut last) = (vec![row], row.len(), first.sequence);
        while let Some((row, entry)) = rows.next_if(|(row, _)| bytes + row.len() <= AN_ITEM) {
            bytes += row.len();
            last = entry.sequence;
            item_rows.push(row);
        }
        let mut item = keys::key(&keys::partition(&parcel.id), &keys::journal_sk(first.sequence));
        item.insert(keys::LAST.to_owned(), keys::number(last));
        item.insert(keys::NONCE.to_owned(), keys::string(nonce));
        let json = evidence::list(item_rows.into_iter());
        // Parts lie by the name that they are given: each item's under one of its own.
        let parts = format!("{nonce}-journal-{}", first.sequence);
        text::put_json(table, &mut item, json, &parts, RetryBudget::Usual).await?;
        arrival.put(vec![item]).await?;
    }
    Ok(())
}
