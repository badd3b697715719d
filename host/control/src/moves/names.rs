//! The file of an execution on its way into a store: what it is called, and which store may take it in.
//!
//! Its name is gone before a store takes it in, so that two commands never begin with it. From then on it is for one
//! store: a note beside it says which, by that store's identity. The note is there before the store is asked.

use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use moontide_runtime::store::sqlite::private;
use serde::{Deserialize, Serialize};

use crate::error::{CommandError, Hint, Result, code};
use crate::files;
use crate::next::Next;

/// No note is longer.
const LONGEST: u64 = 64 * 1024;

/// What the file is called.
pub(super) struct Names {
    /// Before.
    pub(super) file: PathBuf,
    /// While it is taken in, and where that was cut off.
    pub(super) taking: PathBuf,
    /// Behind it.
    pub(super) taken: PathBuf,
    /// Which store takes it in.
    note: PathBuf,
}

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Any store may take it in.
    Waiting,
    /// A store takes it in, or has begun to.
    Taking,
    /// A store has taken it in.
    Taken,
}

/// The store that may take it in.
#[derive(Serialize, Deserialize)]
struct Note {
    /// What tells it from every other.
    identity: String,
    /// In words.
    store: String,
}

impl Names {
    pub(super) fn of(path: &Path) -> Names {
        let is_taking = path.extension().is_some_and(|it| it == "taking");
        let file = if is_taking { path.with_extension("") } else { path.to_owned() };
        let with = |ending: &str| {
            let mut name: OsString = file.clone().into_os_string();
            name.push(ending);
            PathBuf::from(name)
        };
        let (taking, taken, note) = (with(".taking"), with(".taken"), with(".taking.store"));
        Names { file, taking, taken, note }
    }

    /// Says that only this store takes the file in; refused, if it was said of another one.
    pub(super) fn only_for(&self, identity: &str, store: &str) -> Result<()> {
        let note = Note { identity: identity.to_owned(), store: store.to_owned() };
        match private::options().create_new(true).open(&self.note) {
            Ok(mut file) => {
                let json = serde_json::to_vec(&note).unwrap_or_default();
                let written = file.write_all(&json).and_then(|()| file.sync_all());
                written.map_err(|error| {
                    // Half a note would keep every store away.
                    self.forget();
                    self.unwritable(&error)
                })
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => self.look(identity),
            Err(error) => Err(self.unwritable(&error)),
        }
    }

    fn look(&self, identity: &str) -> Result<()> {
        let text = files::read(&self.note, LONGEST).ok();
        let said: Option<Note> = text.and_then(|text| serde_json::from_str(&text).ok());
        let taking = self.taking.display().to_string();
        let Some(Note { identity: its, store }) = said else {
            let note = self.note.display();
            let message =
                format!("{taking}: it is being taken in, and {note} does not say by which store");
            return Err(CommandError::new(code::BAD_ARGUMENT, message)
                .hint("it is written before any store is asked: once no `store import` of it is at work, delete it"));
        };
        if its == identity {
            return Ok(());
        }
        let message = format!(
            "{taking}: it may be in {store} by now, and no other store takes it in: it would be driven twice"
        );
        let go_on = Next::take_in(&taking).there(&store);
        Err(CommandError::new(code::BAD_ARGUMENT, message).hint(Hint::step(
            "`",
            go_on,
            "` goes on",
        )))
    }

    /// It is for no store any more.
    pub(super) fn forget(&self) {
        let _ = std::fs::remove_file(&self.note);
    }

    fn unwritable(&self, error: &std::io::Error) -> CommandError {
        let message = format!("{} cannot be written: {error}", self.note.display());
        CommandError::new(code::BAD_ARGUMENT, message)
            .hint("it says which store takes the file in: let this user write to its folder")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_name_back_by_the_one_that_it_has_on_its_way() {
        for path in ["/a/drill.json", "/a/drill.json.taking"] {
            let Names { file, taking, taken, note } = Names::of(Path::new(path));
            assert_eq!(file, Path::new("/a/drill.json"));
            assert_eq!(taking, Path::new("/a/drill.json.taking"));
            assert_eq!(taken, Path::new("/a/drill.json.taken"));
            assert_eq!(note, Path::new("/a/drill.json.taking.store"));
        }
    }

    #[test]
    fn a_note_that_was_cut_off_keeps_every_store_away_and_says_what_to_do() {
        let folder = tempfile::TempDir::new().unwrap();
        let names = Names::of(&folder.path().join("drill.json"));
        std::fs::write(&names.note, "{\"identity\":\"a").unwrap();
        let refused = names.only_for("a", "sqlite:a.db").unwrap_err();
        assert!(refused.message.contains("does not say by which store"), "{}", refused.message);
        names.forget();
        names.only_for("a", "sqlite:a.db").unwrap();
        names.only_for("a", "sqlite:a.db").unwrap();
        let refused = names.only_for("b", "sqlite:b.db").unwrap_err();
        assert!(refused.message.contains("it may be in sqlite:a.db by now"), "{}", refused.message);
    }
}
