//! How the author's files differ between two sets of sources, for a person who is about to run the newer one.

use std::collections::BTreeSet;

use moontide_runtime::journal::Bundle;
use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use crate::output::Page;
use crate::output::style::{bad, faint, good, plain, strong};

/// Lines of a difference that a person is shown; the files hold all of it.
const MOST_LINES: usize = 60;
/// Lines around each change.
const AROUND: usize = 2;

/// One file that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    /// Its name.
    pub(crate) file: String,
    /// Lines that were not there.
    pub(crate) added: usize,
    /// Lines that are there no more.
    pub(crate) removed: usize,
    /// The difference as `diff -u` writes it.
    pub(crate) diff: String,
}

/// The author's files that differ, by name.
pub(crate) fn between(old: &Bundle, new: &Bundle) -> Vec<Change> {
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
    pub(crate) fn text(&self) -> String {
        format!("{} +{} -{}", self.file, self.added, self.removed)
    }

    /// The file and its difference, as long as there is room.
    pub(crate) fn write(all: &[Change], page: &mut Page) {
        let mut room = MOST_LINES;
        for change in all {
            page.line([strong(change.text())]);
            let lines: Vec<&str> = change.diff.lines().collect();
            page.indented(|page| {
                for line in lines.iter().take(room) {
                    page.line([match line.chars().next() {
                        Some('+') => good(*line),
                        Some('-') => bad(*line),
                        _ => plain(*line),
                    }]);
                }
                if lines.len() > room {
                    page.line([faint(format!("… and {} lines more", lines.len() - room))]);
                }
            });
            room = room.saturating_sub(lines.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use moontide_runtime::journal::execution::Module;

    use super::*;

    fn bundle(files: &[(&str, &str)]) -> Bundle {
        let module = |(name, source): &(&str, &str)| {
            let file = format!("shop/{name}.luau");
            ((*name).to_owned(), Module { file, source: (*source).into() })
        };
        let modules: BTreeMap<_, _> = files.iter().map(module).collect();
        Bundle { entry: "runbook".into(), modules }
    }

    #[test]
    fn only_what_the_author_has_changed_is_shown() {
        let old = bundle(&[("runbook", "a\nb\nc\n"), ("same", "1\n"), ("@moontide/x", "1")]);
        let new = bundle(&[("runbook", "a\nB\nc\n"), ("same", "1\n"), ("@moontide/x", "2")]);
        let changes = between(&old, &new);
        let mut page = Page::default();
        Change::write(&changes, &mut page);
        insta::assert_snapshot!(page.into_plain(), @r"
        shop/runbook.luau +1 -1
          @@ -1,3 +1,3 @@
           a
          -b
          +B
           c
        ");
        assert_eq!(between(&new, &new), []);
    }

    #[test]
    fn a_long_difference_is_cut() {
        let long = "line\n".repeat(500);
        let changes = between(&bundle(&[]), &bundle(&[("runbook", &long)]));
        assert_eq!((changes[0].added, changes[0].removed), (500, 0));
        let mut page = Page::default();
        Change::write(&changes, &mut page);
        let text = page.into_plain();
        assert_eq!(text.lines().count(), MOST_LINES + 2);
        assert!(text.ends_with("  … and 441 lines more\n"), "{text}");
    }
}
