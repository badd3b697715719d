//! What the files of a runbook hold: a save that changes nothing is no change.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The files that matter.
const NAMES: [&str; 1] = [".luaurc"];
const SUFFIXES: [&str; 2] = ["luau", "toml"];
/// What tests compare with.
const SNAPSHOTS: &str = ".test.snapshots.json";
/// A folder with more in it is a home directory, not a runbook.
const MOST: usize = 2_000;
/// Larger files are no runbook's.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The files of a folder, by their path, with what they hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents(BTreeMap<PathBuf, Vec<u8>>);

impl Contents {
    /// Reads them. What cannot be read is not there.
    pub fn of(folder: &Path) -> Contents {
        let mut contents = Contents::default();
        let mut left = MOST;
        contents.enter(folder, &mut left);
        contents
    }

    /// The first file that is not what it was.
    pub fn changed_since(&self, before: &Contents) -> Option<PathBuf> {
        let differs = |path: &&PathBuf| self.0.get(*path) != before.0.get(*path);
        self.0.keys().chain(before.0.keys()).find(differs).cloned()
    }

    fn enter(&mut self, folder: &Path, left: &mut usize) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if *left == 0 {
                return;
            }
            *left -= 1;
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && !name.starts_with('.') {
                self.enter(&path, left);
            } else if kind.is_file() && is_of_a_runbook(&path, &name) {
                let small = entry.metadata().is_ok_and(|metadata| metadata.len() <= LARGEST);
                if let Some(bytes) = small.then(|| fs::read(&path).ok()).flatten() {
                    self.0.insert(path, bytes);
                }
            }
        }
    }
}

fn is_of_a_runbook(path: &Path, name: &str) -> bool {
    let suffix = path.extension().and_then(|suffix| suffix.to_str());
    NAMES.contains(&name)
        || !name.starts_with('.')
            && (suffix.is_some_and(|suffix| SUFFIXES.contains(&suffix))
                || name.ends_with(SNAPSHOTS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_file_holds_counts() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("runbook.luau");
        fs::write(&file, "return 1").unwrap();
        fs::write(folder.path().join("notes.txt"), "mine").unwrap();
        let before = Contents::of(folder.path());
        fs::write(&file, "return 1").unwrap();
        fs::write(folder.path().join("notes.txt"), "more").unwrap();
        let touched = Contents::of(folder.path());
        assert_eq!(touched, before);
        fs::write(&file, "return 2").unwrap();
        let after = Contents::of(folder.path());
        assert_eq!(after.changed_since(&before), Some(file.clone()));
        fs::remove_file(&file).unwrap();
        let gone = Contents::of(folder.path());
        assert_eq!(gone.changed_since(&after), Some(file));
        let snapshots = folder.path().join("runbook.test.snapshots.json");
        fs::write(&snapshots, "{}").unwrap();
        assert_eq!(Contents::of(folder.path()).changed_since(&gone), Some(snapshots));
    }
}
