//! What is stored of an execution, byte for byte: for a verification, which reads on where all else stops.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension};

use super::error::SqliteError;
use super::known::{Known, known};
use super::{rows, seals, standings};
use crate::history::chain::{self, ChainHead};
use crate::store::Seal;
use crate::store::stored::{Row, Stored, Text};

/// An execution as it is stored.
pub(super) fn stored(db: &Connection, id: &str) -> Result<Stored, SqliteError> {
    let (known, seal) = look(db, id)?;
    let sql = "SELECT head FROM heads WHERE execution = ?";
    let head = db.prepare_cached(sql)?;
    let head = { head }.query_row([known.number], |row| Ok(text(row.get_ref(0)?))).optional()?;
    let mut statement = db.prepare_cached(
        "SELECT sequence, entry FROM entries WHERE execution = ? ORDER BY sequence",
    )?;
    let rows = statement.query_map([known.number], |row| {
        Ok(Row { number: row.get(0).ok(), text: text(row.get_ref(1)?) })
    })?;
    Ok(Stored {
        id: id.to_owned(),
        format: known.format,
        head: head.unwrap_or_else(|| Err("it is not there".to_owned())),
        rows: rows.collect::<Result<_, _>>()?,
        last: None,
        standing: standings::of(db, known.number)?,
        seal,
    })
}

/// The last link of its chain.
pub(super) fn chain_head(db: &Connection, id: &str) -> Result<Option<ChainHead>, SqliteError> {
    let (known, seal) = look(db, id)?;
    Ok(match seal {
        _ if !chain::is_kept(known.format) => None,
        Some(Seal::Pruned(pruned)) => Some(pruned.chain_head()),
        _ => {
            let (sequence, hash) = rows::end(db, &known)?;
            hash.map(|hash| ChainHead { sequence, hash })
        }
    })
}

/// The execution, in the format of its journal, and what has become of it.
fn look(db: &Connection, id: &str) -> Result<(Known, Option<Seal>), SqliteError> {
    let known = known(db, id)?;
    let seal = seals::of(db, id, known.number)?;
    let format = match &seal {
        Some(Seal::Moved(moved)) => moved.format,
        _ => known.format,
    };
    Ok((Known { format, ..known }, seal))
}

fn text(stored: ValueRef<'_>) -> Text {
    match stored {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|error| format!("it is no text from byte {} on", error.valid_up_to())),
        _ => Err("it is no text".to_owned()),
    }
}
