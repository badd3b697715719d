//! Executions that come and go, byte for byte.
//!
//! What comes is written before the state that makes it visible, under a nonce that follows from what it is: an import
//! that was cut off is made again over its own items, and another one begins with removing them.

use moontide_runtime::journal::canonical::Hash;
use moontide_runtime::store::StoreError;
use moontide_runtime::store::parcel::{FORM, Parcel, Unpacked};
use moontide_runtime::store::sources::{Apart, are_apart};

use super::arrival::{Arrival, Earlier};
use super::item::Damage;
use super::keys;
use super::retry::Patience;
use super::table::Table;
use super::{archive, chain, documents, head, journal, lease, listing, sources, state, text};

/// So many bytes of a journal go into one item: a little less than would make parts of it.
const AN_ITEM: usize = 300_000;

/// An execution with all that belongs to it.
pub(super) async fn export(table: &Table, id: &str) -> Result<Parcel, StoreError> {
    let state = lease::state(table, id).await?;
    let head = chain::head(table, id, Patience::Usual).await?;
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
    let items = table.range(&pk, &from, &to, Patience::Usual).await?;
    for item in items.into_iter().filter(|item| !earlier.have_written(item)) {
        let what = || format!("a signal of execution `{id}`");
        signals.push(text::get_json(table, &item, what, Patience::Usual).await?.into_owned());
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
        belongings: documents::belongings(table, id).await?,
        moves: false,
        hash: None,
    })
}

/// Takes an execution in.
pub(super) async fn import(table: &Table, parcel: &Parcel) -> Result<(), StoreError> {
    let unpacked = parcel.unpack(&table.place)?;
    let before = match lease::state(table, &parcel.id).await {
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
    if are_apart(parcel.format) {
        sources::keep(table, &unpacked.execution).await?;
    }
    let (id, nonce) = (parcel.id.as_str(), nonce(parcel));
    let arrival = Arrival::begin(table, id, &nonce, before.as_ref()).await?;
    let (known, heard) = before.as_ref().map_or((0, 0), |it| (it.journal.len(), it.signals.len()));
    arrival.clear(&keys::journal_sk(known as u64 + 1), &keys::journal_sk(u64::MAX)).await?;
    arrival.clear(&keys::signal_sk(heard as u64 + 1), &keys::signal_sk(u64::MAX)).await?;
    arrival.delete(&documents::items(table, id).await?).await?;
    write_journal((table, &arrival), parcel, &unpacked, known, &nonce).await?;
    for (number, signal) in (1_u64..).zip(&parcel.signals).skip(heard) {
        let mut item = keys::key(&keys::partition(id), &keys::signal_sk(number));
        item.insert(keys::NONCE.to_owned(), keys::string(&nonce));
        let parts = format!("{nonce}-signal-{number}");
        text::put_json(table, &mut item, signal.clone(), &parts, Patience::Usual).await?;
        arrival.put(vec![item]).await?;
    }
    documents::arrive(&arrival, id, &parcel.belongings).await?;
    let begins = state::arrive(parcel, &listing::key_of(&unpacked.execution), &nonce);
    match before {
        None => head::arrive(&arrival, table, parcel, &unpacked.execution, (begins, &nonce)).await,
        Some(before) => {
            let stands = listing::arrived(table, parcel, &unpacked.execution);
            lease::come_back(&arrival, table, (parcel, &before), stands, &nonce).await
        }
    }
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
        return archive::write_evidence(table, &parcel.id, rows, nonce).await;
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
        let json = archive::list(item_rows.into_iter());
        // Parts lie by the name that they are given: each item's under one of its own.
        let parts = format!("{nonce}-journal-{}", first.sequence);
        text::put_json(table, &mut item, json, &parts, Patience::Usual).await?;
        arrival.put(vec![item]).await?;
    }
    Ok(())
}
