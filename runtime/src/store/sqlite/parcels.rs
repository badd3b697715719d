//! Executions that come and go, byte for byte.

use rusqlite::{Connection, params};

use super::error::SqliteError;
use super::known::{NewExecution, known};
use super::rows;
use super::{belongings, seals, sources, standings};
use crate::store::parcel::{FORM, Parcel, Unpacked};
use crate::store::seal::Seal;
use crate::store::{LeaseRecord, StoreError};

/// An execution with all that belongs to it.
pub(super) fn export(db: &Connection, id: &str) -> Result<Parcel, SqliteError> {
    let known = known(db, id)?;
    let head = rows::execution(db, id)?;
    let names: Vec<_> = rows::head(id, &head)?.names().collect();
    let texts = |sql: &str| -> Result<Vec<String>, SqliteError> {
        let mut statement = db.prepare_cached(sql)?;
        let texts = statement.query_map([known.number], |row| row.get(0))?;
        Ok(texts.collect::<Result<_, _>>()?)
    };
    let seal = seals::of(db, id, known.number)?;
    let format = match &seal {
        Some(Seal::Moved(moved)) => moved.format,
        _ => known.format,
    };
    Ok(Parcel {
        parcel: FORM,
        id: id.to_owned(),
        format,
        sources: sources::find(db, &names)?.into_values().collect(),
        head,
        journal: texts("SELECT entry FROM entries WHERE execution = ? ORDER BY sequence")?,
        signals: texts("SELECT signal FROM signals WHERE execution = ? ORDER BY number")?,
        standing: standings::of(db, known.number)?,
        epoch: known.lease.map_or(0, |lease| lease.epoch),
        seal,
        belongings: belongings::belongings(db, known.number, id)?,
        moves: false,
        hash: None,
    })
}

/// A parcel that was looked at, as it will be stored.
pub(super) struct New {
    head: NewExecution,
    parcel: Parcel,
    /// The place and the epoch of each entry.
    places: Vec<(u64, u64)>,
}

impl New {
    pub(super) fn of(parcel: Parcel, unpacked: &Unpacked) -> Result<New, SqliteError> {
        let Unpacked { execution, entries } = unpacked;
        let places = entries.iter().map(|entry| (entry.sequence, entry.epoch)).collect();
        let head = NewExecution::moved(execution, parcel.head.clone(), parcel.sources.clone())?;
        Ok(New { head, parcel, places })
    }
}

/// Takes an execution in.
pub(super) fn import(db: &Connection, new: &New) -> Result<(), SqliteError> {
    let New { head, parcel, places } = new;
    let (id, mut seal) = (parcel.id.as_str(), parcel.seal.as_ref());
    match rows::create(db, head) {
        Ok(()) => {}
        // It was here before, and comes back.
        Err(SqliteError::Said(StoreError::Exists(id))) => {
            let here = export(db, &id)?;
            if !parcel.brings_back(&here) {
                return Err(StoreError::Exists(id).into());
            }
            let number = known(db, &id)?.number;
            for table in ["seals", "entries", "signals"] {
                db.execute(&format!("DELETE FROM {table} WHERE execution = ?"), [number])?;
            }
            belongings::forget(db, number, &id)?;
            seals::show(db, number, parcel.format)?;
            // It comes from where it was moved to.
            seal = seal.filter(|seal| matches!(seal, Seal::Pruned(_)));
        }
        Err(error) => return Err(error),
    }
    let number = known(db, id)?.number;
    let mut insert = db.prepare_cached("INSERT INTO entries VALUES (?, ?, ?, ?)")?;
    for ((sequence, epoch), entry) in places.iter().zip(&parcel.journal) {
        insert.execute(params![number, sequence, epoch, entry])?;
    }
    let mut insert = db.prepare_cached("INSERT INTO signals VALUES (?, ?, ?)")?;
    for (signal, text) in (1_u64..).zip(&parcel.signals) {
        insert.execute(params![number, signal, text])?;
    }
    belongings::arrive(db, number, &parcel.belongings)?;
    if parcel.epoch > 0 {
        let free = LeaseRecord { holder: String::new(), epoch: parcel.epoch, beat: 0 };
        rows::write_lease(db, number, &free)?;
    }
    match parcel.standing {
        Some(standing) => standings::change(db, number, standing)?,
        None => standings::forget(db, number)?,
    }
    seal.map_or(Ok(()), |seal| seals::write(db, number, seal))
}
