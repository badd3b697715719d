//! `moontide store import`: an execution arrives from a file.

use std::path::{Path, PathBuf};

use clap::Args;
use moontide_runtime::journal::Format;
use moontide_runtime::journal::version::FormatError;
use moontide_runtime::store::parcel::{FORM, Parcel};
use moontide_runtime::store::{Store, StoreError};
use serde::{Deserialize, Serialize};

use super::archive;
use crate::context::{Context, quoted};
use crate::error::code::{EXECUTION_EXISTS, NEWER_FORMAT, STORE_DAMAGED};
use crate::error::{CommandError, Result, code};
use crate::exit;
use crate::files;
use crate::output::style::{attention, plain, strong};
use crate::output::{Document, Page};

/// So long may a file be: what a budget of the largest journal allows, several times over.
const LONGEST: u64 = 1 << 30;

/// What arrives.
#[derive(Args)]
pub(crate) struct Flags {
    /// A file that `moontide store export` wrote
    file: PathBuf,
}

/// What arrived.
#[derive(Serialize)]
pub(super) struct Arrived {
    pub(super) execution: String,
    pub(super) store: String,
    pub(super) entries: usize,
}

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let place = flags.file.display().to_string();
    let refused = |why: String| {
        CommandError::new(code::BAD_ARGUMENT, format!("{place}: {why}"))
            .hint("it must be a file that `moontide store export` wrote, whole")
    };
    let text = files::read(&flags.file, LONGEST).map_err(|unread| refused(unread.to_string()))?;
    if flags.file.extension().is_some_and(|it| it == "taken") {
        return Err(refused("a store has taken the execution in from it".to_owned()));
    }
    let parcel = read(&text).map_err(refused)?;
    drop(text);
    let address = context.address()?;
    let store = address.open()?;
    let names = Names::of(&flags.file);
    if flags.file != names.taking && names.taking.exists() {
        return Err(refused(format!("{} is there already", names.taking.display())));
    }
    // Taken in by two stores, it would be driven twice: its name is gone before the first one has it.
    let rename = |from: &Path, to: &Path| {
        std::fs::rename(from, to).map_err(|error| {
            let to = to.display();
            CommandError::new(code::BAD_ARGUMENT, format!("{place} cannot be renamed to {to}: {error}"))
                .hint("a file that is taken in is renamed, so that no other store takes it in too: let this user write to its folder")
        })
    };
    if flags.file != names.taking {
        rename(&flags.file, &names.taking)?;
    }
    if let Err(error) = context.block_on(arrive(store.as_ref(), &parcel)) {
        // Where the store did not answer, it may have taken it in all the same: then no other one may.
        let is_refused =
            context.block_on(async { Ok(is_refused(store.as_ref(), &parcel, &error).await) })?;
        if is_refused && rename(&names.taking, &names.file).is_ok() {
            return Err(error);
        }
        let again = format!("store import {}", quoted(&names.taking.display().to_string()));
        return Err(error.hint(format!(
            "it may be in {} by now, and in no other store: `{}`, with the same store, goes on",
            address.text(),
            context.command(&again)
        )));
    }
    if let Err(error) = rename(&names.taking, &names.taken) {
        context
            .output
            .say([attention("warning: "), plain(format!("{}; delete it", error.message))]);
    }
    let (execution, entries) = (parcel.id, parcel.journal.len());
    context.output.show(&Arrived { execution, store: address.text(), entries })?;
    Ok(exit::COMPLETED)
}

/// Whether the store has certainly taken nothing in: it has refused it, and has no such execution, or another one of its
/// id. One that was brought there before, or by another process, goes on there and nowhere else.
pub(super) async fn is_refused(store: &dyn Store, parcel: &Parcel, error: &CommandError) -> bool {
    if ![EXECUTION_EXISTS, STORE_DAMAGED, NEWER_FORMAT].contains(&error.code) {
        return false;
    }
    match store.execution(&parcel.id).await {
        Err(StoreError::NotFound(_)) => true,
        Err(_) => false,
        Ok(there) => parcel.unpack("it").is_ok_and(|ours| ours.execution != there),
    }
}

/// What the file of an execution is called on its way into a store.
pub(super) struct Names {
    /// Before.
    file: PathBuf,
    /// While it is taken in, and where that was cut off.
    pub(super) taking: PathBuf,
    /// Behind it.
    pub(super) taken: PathBuf,
}

impl Names {
    pub(super) fn of(path: &Path) -> Names {
        let is_taking = path.extension().is_some_and(|it| it == "taking");
        let file = if is_taking { path.with_extension("") } else { path.to_owned() };
        let with = |ending: &str| {
            let mut name = file.clone().into_os_string();
            name.push(ending);
            PathBuf::from(name)
        };
        Names { taking: with(".taking"), taken: with(".taken"), file }
    }
}

/// Reads a parcel; of a file of another kind nothing is quoted.
fn read(text: &str) -> std::result::Result<Parcel, String> {
    #[derive(Deserialize)]
    struct Form {
        parcel: u32,
    }
    let form: Form = serde_json::from_str(text).map_err(|_| "it is no execution".to_owned())?;
    if form.parcel != FORM {
        let error = FormatError { found: Format(form.parcel), known: Format(FORM) };
        return Err(error.to_string());
    }
    let parcel: Parcel = serde_json::from_str(text).map_err(|error| {
        format!("it is damaged at line {}, column {}", error.line(), error.column())
    })?;
    if !parcel.is_whole() {
        return Err("it is not as it was written: it was changed, or is damaged".to_owned());
    }
    Ok(Parcel { hash: None, ..parcel })
}

/// Takes a parcel in. One that is here already, just as it arrives, has arrived before.
pub(super) async fn arrive(store: &dyn Store, parcel: &Parcel) -> Result<()> {
    let archive = archive(store)?;
    match archive.import(parcel).await {
        Ok(()) => Ok(()),
        Err(StoreError::Exists(id)) => {
            let here = archive.export(&id).await?;
            if here.seal == parcel.seal && here.goes_on(parcel) {
                return Ok(());
            }
            Err(another(&id))
        }
        Err(error) => Err(error.into()),
    }
}

/// The complaint that there is another execution of this id.
pub(super) fn another(id: &str) -> CommandError {
    let message = format!("an execution `{id}` exists already, and is not this one as it arrives");
    CommandError::new(code::EXECUTION_EXISTS, message).hint("nothing of what is there was changed")
}

impl Document for Arrived {
    fn write(&self, page: &mut Page) {
        page.line([
            strong(self.execution.as_str()),
            plain(format!(" is in {} now, with {} journal entries", self.store, self.entries)),
        ]);
    }
}
