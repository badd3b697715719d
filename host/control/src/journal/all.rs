//! All journals of a store.

use moontide_runtime::store::verified::{Verdict, Verified};
use moontide_runtime::store::{Store, Wanted};
use schemars::JsonSchema;
use serde::Serialize;

use super::verify;
use crate::contract::engine;
use crate::error::{CommandError, Result, code};

/// What all journals of a store are worth.
#[derive(Debug, Serialize, JsonSchema)]
pub struct All {
    /// The store.
    pub store: String,
    /// How many are whole.
    pub whole: usize,
    /// How many were pruned, and are as they were left.
    pub pruned: usize,
    /// How many have no chain.
    pub not_chained: usize,
    /// How many are not as they were written.
    pub broken: usize,
    /// They, the newest first.
    #[schemars(with = "Vec<engine::Verified>")]
    pub journals: Vec<Verified>,
    /// Those that were not looked at.
    pub unread: Vec<Unread>,
}

/// A journal that was not looked at.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Unread {
    /// The execution's id.
    pub execution: String,
    /// The code of the error that came between.
    pub error: &'static str,
    /// That error, in words.
    pub reason: String,
}

/// Looks at all journals of the store at this address.
pub async fn all(store: &dyn Store, address: String) -> Result<All> {
    let mut all = All {
        store: address,
        whole: 0,
        pruned: 0,
        not_chained: 0,
        broken: 0,
        journals: Vec::new(),
        unread: Vec::new(),
    };
    for row in store.find(&Wanted::default()).await?.rows {
        match verify(store, &row.id, None).await {
            Ok(verified) => {
                *match verified.verdict {
                    Verdict::Whole => &mut all.whole,
                    Verdict::Pruned => &mut all.pruned,
                    Verdict::NotChained => &mut all.not_chained,
                    Verdict::Broken => &mut all.broken,
                } += 1;
                all.journals.push(verified);
            }
            Err(error) if error.code == code::NEWER_FORMAT => {
                let (name, reason) = (error.code.name, error.message);
                all.unread.push(Unread { execution: row.id, error: name, reason });
            }
            // It was there a moment ago, and no command takes one away but this store's owner.
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

impl All {
    /// The complaint about those that are not as they were written, or that could not be looked at.
    pub fn complaint(&self) -> Option<CommandError> {
        let is_broken = |it: &&Verified| it.verdict == Verdict::Broken;
        let broken: Vec<&Verified> = self.journals.iter().filter(is_broken).collect();
        if let [only] = broken.as_slice() {
            return super::complaint(only);
        }
        if !broken.is_empty() {
            let ids: Vec<String> = broken.iter().map(|it| format!("`{}`", it.execution)).collect();
            let message = format!("journals are not as they were written: {}", ids.join(", "));
            return Some(CommandError::new(code::BROKEN, message).hint(
                "leave the store as it is, keep a copy of it, and compare with its backups",
            ));
        }
        let first = self.unread.first()?;
        let message = format!("`{}` was not looked at: {}", first.execution, first.reason);
        Some(CommandError::new(code::NEWER_FORMAT, message))
    }
}
