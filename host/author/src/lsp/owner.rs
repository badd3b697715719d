//! Which runbook a document belongs to.

use std::path::{Path, PathBuf};

use moontide_control::runbook::{FILE, Files, Unsaved};

/// So many folders up, a `runbook.luau` is another matter.
const FARTHEST: usize = 8;

/// What is checked when a document changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// A runbook, by the path of its file.
    Runbook(PathBuf),
    /// A module that no runbook is known of: its types alone are checked.
    Module(PathBuf),
}

impl Owner {
    /// The owner of a document.
    pub(super) fn of(path: &Path, texts: &Unsaved) -> Owner {
        let is_there = |path: &Path| texts.contains_key(path) || path.is_file();
        let is_test = Files::is_test(path);
        if !is_test && texts.get(path).is_some_and(|text| declares(text)) {
            return Owner::Runbook(path.to_path_buf());
        }
        let folders = path.ancestors().skip(1).take(FARTHEST);
        let mut runbooks = folders.map(|folder| folder.join(FILE));
        // A test may be of another runbook in its folder, of its own name.
        let own = path.to_str().and_then(|path| path.strip_suffix(".test.luau"));
        let own = own.map(|own| PathBuf::from(format!("{own}.luau"))).filter(|it| is_there(it));
        match own.or_else(|| runbooks.find(|path| is_there(path))) {
            Some(runbook) => Owner::Runbook(runbook),
            None => Owner::Module(path.to_path_buf()),
        }
    }

    /// The file at which it begins.
    pub(super) fn path(&self) -> &Path {
        match self {
            Owner::Runbook(path) | Owner::Module(path) => path,
        }
    }
}

/// Whether a file declares a runbook, as far as can be seen without running it.
fn declares(text: &str) -> bool {
    text.match_indices(".runbook").any(|(at, found)| {
        let behind = text[at + found.len()..].trim_start();
        let line = text[..at].rsplit('\n').next().unwrap_or_default();
        behind.starts_with(['{', '(']) && !line.contains("--")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_document_belongs_to_the_runbook_that_it_is_or_that_lies_above_it() {
        let home = tempfile::tempdir().unwrap();
        let shop = home.path().join("shop");
        fs::create_dir_all(shop.join("parts")).unwrap();
        fs::write(shop.join(FILE), "").unwrap();
        fs::write(shop.join("other.luau"), "").unwrap();
        let text = |name: &str, text: &str| (shop.join(name), text.into());
        let texts: Unsaved = [
            text("other.luau", "return moontide.runbook {}"),
            text("parts/one.luau", "-- moontide.runbook {\nlocal x = wave.runbook"),
        ]
        .into();
        let of = |name: &str| Owner::of(&shop.join(name), &texts);
        let runbook = |name: &str| Owner::Runbook(shop.join(name));
        assert_eq!(of(FILE), runbook(FILE));
        assert_eq!(of("other.luau"), runbook("other.luau"));
        assert_eq!(of("parts/one.luau"), runbook(FILE));
        assert_eq!(of("runbook.test.luau"), runbook(FILE));
        assert_eq!(of("other.test.luau"), runbook("other.luau"));
        assert_eq!(of("more.test.luau"), runbook(FILE));
        let lonely = home.path().join("lonely.luau");
        assert_eq!(Owner::of(&lonely, &texts), Owner::Module(lonely));
    }
}
