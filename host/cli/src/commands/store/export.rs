//! `moontide store export`: an execution leaves for a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use moontide_control::error::{CommandError, Result, code};
use moontide_runtime::store::sqlite::private;
use moontide_runtime::store::{Parcel, Seal, Store};
use serde::Serialize;

use super::archive;
use super::names::Names;
use super::parting::{self, Packed, To};
use super::stays::{Stays, Way};
use crate::context::Context;
use crate::exit;
use crate::output::style::{plain, strong};
use crate::output::{Document, Page};

/// What leaves, and where to.
#[derive(Args)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,

    /// The file, which must not be there yet; for its owner only, because params and answers are in it
    #[arg(long, value_name = "FILE")]
    to: PathBuf,

    /// It goes on where the file is taken in, and is sealed here: needed for all that are not completed. If the file
    /// is lost, the same command writes it again; taken in here, the seal is lifted. Only one store may take it in
    #[arg(long = "move")]
    is_move: bool,
}

/// What was written.
#[derive(Serialize)]
struct Exported {
    execution: String,
    file: PathBuf,
    entries: usize,
    moved: bool,
    /// What did not move with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stays: Vec<Stays>,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let path = std::path::absolute(&flags.to).unwrap_or_else(|_| flags.to.clone());
    let names = Names::of(&path);
    if let Some(there) = [&names.taking, &names.taken].into_iter().find(|it| it.exists()) {
        let message = format!(
            "{} is there: a store has taken the execution in from this file",
            there.display()
        );
        return Err(CommandError::new(code::BAD_ARGUMENT, message)
            .hint("written once more, a second store could take it in, and drive it too; name another file for another execution"));
    }
    // Before anything is sealed.
    let file = private::options().create_new(true).open(&path);
    let file = file.map_err(|error| unwritable(&path, &error))?;
    let store = context.open_store()?;
    let text = path.display().to_string();
    let to = To { text: &text, store: None, is_move: flags.is_move };
    let packed = context.block_on(parting::pack(context, store.as_ref(), &flags.execution, &to));
    let written = packed.and_then(|Packed { parcel, .. }| {
        let entries = parcel.journal.len();
        write(&file, &parcel.hashed()).map_err(|error| unwritable(&path, &error))?;
        Ok(entries)
    });
    if written.is_err() {
        // Half a file, or an empty one, is none.
        let _ = std::fs::remove_file(&path);
    }
    let entries = match written {
        Ok(entries) => entries,
        Err(error) => {
            let is_sealed = is_sealed_for(store.as_ref(), &flags.execution, &text);
            return Err(if context.block_on(is_sealed).is_ok_and(|it| it) {
                let id = &flags.execution;
                error.hint(format!(
                    "`{id}` is sealed for this file, which is not there: the same command writes it"
                ))
            } else {
                error
            });
        }
    };
    let from = context.address()?.text();
    let way = Way { store: store.as_ref(), from: &from, to: &text, is_store: false };
    let stays = if flags.is_move {
        context.block_on(async { Ok(way.behind(&flags.execution).await) })?
    } else {
        Vec::new()
    };
    context.output.show(&Exported {
        execution: flags.execution.clone(),
        file: path,
        entries,
        moved: flags.is_move,
        stays,
    })?;
    Ok(exit::COMPLETED)
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

impl Document for Exported {
    fn write(&self, page: &mut Page) {
        let what = if self.moved { " has left for " } else { " was copied to " };
        let file = self.file.display().to_string();
        let entries = format!(", with {} journal entries", self.entries);
        page.line([strong(self.execution.as_str()), plain(what), strong(file), plain(entries)]);
        for stays in &self.stays {
            stays.write(page);
        }
    }
}
