//! The cleanups of a drill, as they stand, or as a report has found them: so many entries of each.

use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::WaveStatus;
use moontide_runtime::store::Store;

use super::leftovers::{CleanupDone, Leftovers};
use super::subject::Subject;
use crate::cleanup::begun::{Begun, place};
use crate::cleanup::launched::Launched;
use crate::error::{CommandError, Result};
use crate::view::Record;
use crate::words;

/// The cleanups of a drill.
#[derive(Default)]
pub(super) struct Cleanups {
    /// The first one first.
    pub(super) records: Vec<Record>,
    /// Those that cannot be read, and why.
    pub(super) unreadable: Vec<String>,
}

impl Cleanups {
    /// Reads them, as a report has found them, if one is given.
    pub(super) async fn of(
        store: &dyn Store,
        record: &Record,
        then: Option<&Leftovers>,
    ) -> Result<Cleanups> {
        let mut all = Cleanups::default();
        if record.execution.mode != Mode::Drill {
            return Ok(all);
        }
        let id = &record.execution.id;
        let begun = match Begun::of(store, id).await.map_err(CommandError::from) {
            Ok(begun) => begun.all,
            Err(error) if error.is_of_one_execution() => {
                all.unreadable.push(format!("{id}.cleanup: {}", error.message));
                return Ok(all);
            }
            Err(error) => return Err(error),
        };
        for cleanup in begun {
            let named = then.map(|then| named(then, &cleanup.id));
            if named == Some(None) {
                continue;
            }
            match Record::load(store, &cleanup.id).await {
                Ok(cleanup) => all.records.push(match named.flatten() {
                    Some(named) => at(cleanup, named.entries),
                    None => cleanup,
                }),
                Err(error) if error.is_of_one_execution() => {
                    all.unreadable.push(format!("{}: {}", cleanup.id, error.message));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    /// Whether a drill has launched something of which none of them knows that it is gone.
    pub(super) fn leave(&self, subject: &Subject<'_>) -> bool {
        let record = subject.record;
        let is_asked = record.execution.mode == Mode::Drill
            && record.execution.acts_for.is_none()
            && (record.is_over() || record.seal.is_some());
        if !is_asked {
            return false;
        }
        let home = place(&record.execution);
        Launched::by_region(&record.entries, home).iter().any(|launched| {
            let here = self.records.iter().rfind(|it| place(&it.execution) == launched.region());
            let done = here.filter(|it| launched.is_known_to(&it.execution) && is_completed(it));
            done.is_none()
        })
    }

    /// What they have done since a report has found them, a sentence each.
    pub(super) fn since(&self, then: &Leftovers) -> Vec<String> {
        let is_later = |it: &&Record| match named(then, &it.execution.id) {
            None => true,
            Some(named) => named.entries.is_some_and(|count| it.entries.len() as u64 > count),
        };
        let later = self.records.iter().filter(is_later).map(|it| {
            let status = words::word(&it.status());
            format!("the cleanup {} has been at work since, and is {status}", it.execution.id)
        });
        let unreadable = self.unreadable.iter();
        later.chain(unreadable.map(|it| format!("a cleanup cannot be read: {it}"))).collect()
    }
}

/// What a report says of a cleanup.
fn named<'l>(then: &'l Leftovers, id: &str) -> Option<&'l CleanupDone> {
    then.cleanups.iter().find(|it| it.execution == id)
}

/// Whether it has looked at all that it was begun for. What was skipped was not looked at.
fn is_completed(cleanup: &Record) -> bool {
    cleanup.state.waves.iter().all(|wave| wave.status == WaveStatus::Completed)
}

/// An execution as it stood after so many entries. Of one that was pruned since, what is left is what it was.
pub(super) fn at(record: Record, entries: Option<u64>) -> Record {
    let count = entries.and_then(|count| usize::try_from(count).ok());
    match count {
        Some(count) if record.seal.is_none() && count < record.entries.len() => record.at(count),
        _ => record,
    }
}
