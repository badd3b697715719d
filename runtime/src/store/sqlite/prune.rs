//! Cutting a journal down, in one transaction.

use rusqlite::{Connection, named_params};

use super::error::SqliteError;
use super::known::{known, to_json};
use super::{belongings, seals};
use crate::store::{Lease, Seal, StoreError};

/// Cuts a journal of `entries` entries down to those with these numbers, if the lease holds and nothing has come
/// since; and the sources that are named by no head any more are let go. Returns whether it did: not, if a signal was
/// sent behind number `heard`.
pub(super) fn prune(
    db: &Connection,
    lease: &Lease,
    kept: &[u64],
    seal: &Seal,
    (last, heard): (u64, u64),
) -> Result<bool, SqliteError> {
    let known = known(db, &lease.execution)?;
    lease.check(known.lease.as_ref())?;
    seals::is_open(db, &lease.execution, known.number)?;
    let sql = "SELECT coalesce(max(number), 0) FROM signals WHERE execution = ?";
    let sent: u64 = db.prepare_cached(sql)?.query_row([known.number], |row| row.get(0))?;
    if sent > heard {
        return Ok(false);
    }
    let sql = "SELECT coalesce(max(sequence), 0) FROM entries WHERE execution = ?";
    let now: u64 = db.prepare_cached(sql)?.query_row([known.number], |row| row.get(0))?;
    if now != last {
        let epoch = lease.epoch;
        return Err(StoreError::Misplaced { last: now, found: last + 1, epoch }.into());
    }
    seals::write(db, known.number, seal)?;
    let sql = "DELETE FROM entries WHERE execution = :execution
               AND sequence NOT IN (SELECT value FROM json_each(:kept))";
    let values = named_params! { ":execution": known.number, ":kept": to_json(&kept)? };
    db.prepare_cached(sql)?.execute(values)?;
    db.prepare_cached("DELETE FROM feeds WHERE execution = ?")?.execute([known.number])?;
    belongings::forget(db, known.number, &lease.execution)?;
    Ok(true)
}
