//! An execution leaves for a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use moontide_runtime::store::sqlite::private;
use moontide_runtime::store::{Parcel, Seal, Store};
use schemars::JsonSchema;
use serde::Serialize;

use super::names::Names;
use super::parting::{self, Packed, To};
use super::stays::{Stays, Way};
use crate::error::{CommandError, Result, code};
use crate::operator::Operator;
use crate::stores::archive;

/// What was written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Exported {
    /// The execution's id.
    pub execution: String,
    /// The file.
    pub file: PathBuf,
    /// How many entries its journal has.
    pub entries: usize,
    /// Whether it goes on where the file is taken in.
    pub moved: bool,
    /// What did not move with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stays: Vec<Stays>,
}

/// A file, which was not there before, for an execution that is about to leave. Half a file, or an empty one, is none:
/// it goes with the room, unless it was written whole.
pub struct Room {
    path: PathBuf,
    file: File,
    is_written: bool,
}

impl Drop for Room {
    fn drop(&mut self) {
        if !self.is_written {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Room {
    /// Makes the file, before anything is sealed; only its owner may read it, because params and answers will be in it.
    pub fn make(path: &Path) -> Result<Room> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let names = Names::of(&path);
        if let Some(there) = [&names.taking, &names.taken].into_iter().find(|it| it.exists()) {
            let message = format!(
                "{} is there: a store has taken the execution in from this file",
                there.display()
            );
            return Err(CommandError::new(code::BAD_ARGUMENT, message)
                .hint("written once more, a second store could take it in, and drive it too; name another file for another execution"));
        }
        let file = private::options().create_new(true).open(&path);
        let file = file.map_err(|error| unwritable(&path, &error))?;
        Ok(Room { path, file, is_written: false })
    }

    /// Writes an execution to it: its head, sources, journal and signals. One that could still go on leaves for good.
    pub async fn export(
        mut self,
        operator: &Operator,
        id: &str,
        is_move: bool,
    ) -> Result<Exported> {
        let path = self.path.clone();
        let (store, text) = (operator.store.as_ref(), path.display().to_string());
        let to = To { text: &text, store: None, is_move };
        let packed = parting::pack(operator, id, &to).await;
        let written = packed.and_then(|Packed { parcel, .. }| {
            let entries = parcel.journal.len();
            write(&self.file, &parcel.hashed()).map_err(|error| unwritable(&path, &error))?;
            Ok(entries)
        });
        self.is_written = written.is_ok();
        let entries = match written {
            Ok(entries) => entries,
            Err(error) if is_sealed_for(store, id, &text).await.is_ok_and(|it| it) => {
                return Err(error.hint(format!(
                    "`{id}` is sealed for this file, which is not there: the same command writes it"
                )));
            }
            Err(error) => return Err(error),
        };
        let from = operator.address.text();
        let way = Way { store, from: &from, to: &text, is_store: false };
        let stays = if is_move { way.behind(id).await } else { Vec::new() };
        Ok(Exported { execution: id.to_owned(), file: path, entries, moved: is_move, stays })
    }
}

/// Whether the execution has left for the file of this name.
async fn is_sealed_for(store: &dyn Store, id: &str, to: &str) -> Result<bool> {
    let seal = archive(store)?.seal(id).await?;
    Ok(matches!(seal, Some(Seal::Moved(moved)) if moved.store.is_none() && moved.to == to))
}

fn write(file: &File, parcel: &Parcel) -> std::io::Result<()> {
    let mut buffered = BufWriter::new(file);
    serde_json::to_writer(&mut buffered, parcel)?;
    buffered.write_all(b"\n")?;
    buffered.flush()?;
    file.sync_all()
}

fn unwritable(path: &Path, error: &std::io::Error) -> CommandError {
    let message = format!("{}: it cannot be written: {error}", path.display());
    CommandError::new(code::BAD_ARGUMENT, message)
        .hint("name a file that is not there yet, in a folder that this user may write to")
        .hint("what an export has left that was killed is half a file: delete it, and repeat the command")
}
