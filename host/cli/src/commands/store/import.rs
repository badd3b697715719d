//! `moontide store import`: an execution arrives from a file.

use std::path::PathBuf;

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
    context.block_on(arrive(store.as_ref(), &parcel))?;
    let mut taken = flags.file.clone().into_os_string();
    taken.push(".taken");
    // Taken in by two stores, it would be driven twice.
    if let Err(error) = std::fs::rename(&flags.file, &taken) {
        let text = format!("{place} could not be renamed to {place}.taken: {error}; delete it");
        context.output.say([attention("warning: "), plain(text)]);
    }
    let (execution, entries) = (parcel.id, parcel.journal.len());
    context.output.show(&Arrived { execution, store: address.text(), entries })?;
    Ok(exit::COMPLETED)
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
    serde_json::from_str(text).map_err(|error| {
        format!("it is damaged at line {}, column {}", error.line(), error.column())
    })
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
