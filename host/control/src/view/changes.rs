//! How the author's files differ between two sets of sources, for a person who is about to run the newer one.

use std::collections::BTreeSet;

use moontide_runtime::journal::Bundle;
use schemars::JsonSchema;
use serde::Serialize;
use similar::{ChangeTag, TextDiff};

/// Lines around each change.
const AROUND: usize = 2;

/// One file that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// Its name.
    pub file: String,
    /// Lines that were not there.
    pub added: usize,
    /// Lines that are there no more.
    pub removed: usize,
    /// The difference as `diff -u` writes it.
    pub diff: String,
}

/// The author's files that differ, by name.
pub fn between(old: &Bundle, new: &Bundle) -> Vec<Change> {
    let names: BTreeSet<&String> = old.modules.keys().chain(new.modules.keys()).collect();
    let own = names.into_iter().filter(|name| !name.starts_with('@'));
    own.filter_map(|name| {
        let (before, after) = (old.modules.get(name), new.modules.get(name));
        let source = |module: Option<&moontide_runtime::journal::execution::Module>| {
            module.map(|module| module.source.clone()).unwrap_or_default()
        };
        let file = after.or(before).map(|module| module.file.clone())?;
        let (before, after) = (source(before), source(after));
        (before != after).then(|| Change::of(file, &before, &after))
    })
    .collect()
}

impl Change {
    fn of(file: String, before: &str, after: &str) -> Change {
        let diff = TextDiff::from_lines(before, after);
        let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
        Change {
            file,
            added: count(ChangeTag::Insert),
            removed: count(ChangeTag::Delete),
            diff: diff.unified_diff().context_radius(AROUND).to_string(),
        }
    }

    /// `shop/runbook.luau +1 -1`.
    pub fn text(&self) -> String {
        format!("{} +{} -{}", self.file, self.added, self.removed)
    }
}
