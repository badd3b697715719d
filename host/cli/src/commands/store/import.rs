//! `moontide store import`: an execution arrives from a file.

use std::path::{Path, PathBuf};

use clap::Args;
use moontide_runtime::journal::Format;
use moontide_runtime::journal::version::FormatError;
use moontide_runtime::store::parcel::{FORM, Parcel};
use moontide_runtime::store::{Store, StoreError};
use serde::{Deserialize, Serialize};

use super::archive;
use crate::context::Context;
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
    let parcel = read(&text).map_err(refused)?;
    drop(text);
    let address = context.address()?;
    let store = address.open()?;
    let names = Names::of(&flags.file);
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
        // The same command may be given again.
        if rename(&names.taking, &names.file).is_err() {
            return Err(error.hint(format!("the file is {} now", names.taking.display())));
        }
        return Err(error);
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
