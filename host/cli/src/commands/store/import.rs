//! `moontide store import`: an execution arrives from a file.

use std::path::{Path, PathBuf};

use clap::Args;
use moontide_control::error::code::{EXECUTION_EXISTS, NEWER_FORMAT, STORE_DAMAGED};
use moontide_control::error::{CommandError, Result, code};
use moontide_control::stores::identity;
use moontide_control::words::quoted;
use moontide_control::{claims, files, whoami};
use moontide_runtime::journal::Format;
use moontide_runtime::journal::version::FormatError;
use moontide_runtime::store::parcel::{FORM, Parcel};
use moontide_runtime::store::{Store, StoreError};
use serde::{Deserialize, Serialize};

use super::archive;
use super::names::Names;
use crate::context::Context;
use crate::exit;
use crate::output::style::{attention, plain, strong};
use crate::output::{Document, Page};

/// So long may a file be: what a budget of the largest journal allows, several times over.
const LONGEST: u64 = 1 << 30;

/// What arrives.
#[derive(Args)]
pub(crate) struct Flags {
    /// A file that `moontide store export` wrote
    #[arg(required_unless_present = "give_up")]
    file: Option<PathBuf>,

    /// Instead: an import of this execution into a table was cut off, and will not be made again: remove what is left of
    /// it. Then an execution of its id may begin, and one that was here before may be taken back
    #[arg(long, value_name = "EXECUTION", conflicts_with = "file")]
    give_up: Option<String>,

    /// It is never to arrive: its source is lost, or it goes on there
    #[arg(long, requires = "give_up")]
    yes: bool,
}

/// What was given up.
#[derive(Serialize)]
struct GivenUp {
    execution: String,
    store: String,
}

/// What arrived.
#[derive(Serialize)]
pub(super) struct Arrived {
    pub(super) execution: String,
    pub(super) store: String,
    pub(super) entries: usize,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    if let Some(id) = &flags.give_up {
        return give_up(context, id, flags.yes);
    }
    flags.file.as_deref().map_or(Ok(exit::COMPLETED), |file| take_in(context, file))
}

/// Removes what is left of an import that is never to end.
fn give_up(context: &Context, id: &str, is_sure: bool) -> Result<u8> {
    let store = context.open_store()?;
    let address = context.address()?.text();
    let none = || {
        let message = format!("no import of an execution `{id}` is under way in {address}");
        CommandError::new(code::NOT_MOVED, message)
    };
    if !is_sure {
        if !context.block_on(async { Ok(archive(store.as_ref())?.is_arriving(id).await?) })? {
            return Err(none());
        }
        let message = format!("Moontide cannot see whether `{id}` is still to arrive in {address}");
        return Err(CommandError::new(code::NOT_CONFIRMED, message)
            .hint("the command that began that ends it, given once more")
            .hint(
                "`--yes` says that it is never to arrive: its source is lost, or it goes on there",
            ));
    }
    if !context.block_on(async { Ok(archive(store.as_ref())?.give_up(id).await?) })? {
        return Err(none());
    }
    context.output.show(&GivenUp { execution: id.to_owned(), store: address })?;
    Ok(exit::COMPLETED)
}

fn take_in(context: &Context, path: &Path) -> Result<u8> {
    let place = path.display().to_string();
    let refused = |why: String| {
        CommandError::new(code::BAD_ARGUMENT, format!("{place}: {why}"))
            .hint("it must be a file that `moontide store export` wrote, whole")
    };
    let text = files::read(path, LONGEST)
        .map_err(|unread| begun(context, path).unwrap_or_else(|| refused(unread.to_string())))?;
    // A link to it would be renamed, and the file be there for the next store.
    let file = path.canonicalize().map_err(|error| refused(error.to_string()))?;
    if file.extension().is_some_and(|it| it == "taken") {
        return Err(refused("a store has taken the execution in from it".to_owned()));
    }
    let parcel = read(&text).map_err(refused)?;
    drop(text);
    let names = Names::of(&file);
    if names.taken.exists() {
        return Err(refused(format!(
            "{} is there: a store has taken an execution in from a file of this name",
            names.taken.display()
        )));
    }
    if file != names.taking && names.taking.exists() {
        return Err(refused(format!("{} is there already", names.taking.display())));
    }
    let address = context.address()?.absolute();
    let store = address.open()?;
    let identity =
        context.block_on(identity::of(store.as_ref(), &whoami::user(&context.environment)))?;
    // Taken in by two stores, it would be driven twice: its name is gone before the first one has it.
    let rename = |from: &Path, to: &Path| {
        std::fs::rename(from, to).map_err(|error| {
            let to = to.display();
            CommandError::new(code::BAD_ARGUMENT, format!("{place} cannot be renamed to {to}: {error}"))
                .hint("a file that is taken in is renamed, so that no other store takes it in too: let this user write to its folder")
        })
    };
    if file != names.taking {
        rename(&file, &names.taking)?;
    }
    names.only_for(&identity, &address.text())?;
    if let Err(error) = context.block_on(arrive(store.as_ref(), &parcel)) {
        // Where the store did not answer, it may have taken it in all the same: then no other one may.
        let is_refused =
            context.block_on(async { Ok(is_refused(store.as_ref(), &parcel, &error).await) })?;
        if is_refused {
            names.forget();
            if rename(&names.taking, &names.file).is_ok() {
                return Err(error);
            }
        }
        let again = format!(
            "moontide --store {} store import {}",
            quoted(&address.text()),
            quoted(&names.taking.display().to_string())
        );
        return Err(error.hint(format!(
            "it may be in {} by now, and in no other store: `{again}` goes on",
            address.text(),
        )));
    }
    if let Err(error) = rename(&names.taking, &names.taken) {
        context
            .output
            .say([attention("warning: "), plain(format!("{}; delete it", error.message))]);
    } else {
        names.forget();
    }
    let (execution, entries) = (parcel.id, parcel.journal.len());
    context.output.show(&Arrived { execution, store: address.text(), entries })?;
    Ok(exit::COMPLETED)
}

/// The complaint that a file is gone because its import was begun, or is done.
fn begun(context: &Context, path: &Path) -> Option<CommandError> {
    let Names { file, taking, taken, .. } = Names::of(path);
    if file.exists() {
        return None;
    }
    let place = path.display();
    let error = |message: String| CommandError::new(code::BAD_ARGUMENT, message);
    if taking.exists() {
        let again =
            context.command(&format!("store import {}", quoted(&taking.display().to_string())));
        let message = format!("{place}: its import was begun: {} is there", taking.display());
        return Some(
            error(message).hint(format!("`{again}`, with the same store, goes on with it")),
        );
    }
    let message =
        format!("{place}: a store has taken the execution in: {} is there", taken.display());
    taken.exists().then(|| error(message))
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
        Ok(()) => {
            // Meanwhile another one may have begun: it is told by its own claim, and this one when it is driven.
            if let Ok(unpacked) = parcel.unpack("what arrives")
                && parcel.seal.is_none()
            {
                claims::arrived(store, &unpacked.execution).await;
            }
            Ok(())
        }
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

impl Document for GivenUp {
    fn write(&self, page: &mut Page) {
        let id = strong(self.execution.as_str());
        page.line([
            id,
            plain(format!(" does not arrive in {}: nothing is left of it", self.store)),
        ]);
    }
}

impl Document for Arrived {
    fn write(&self, page: &mut Page) {
        page.line([
            strong(self.execution.as_str()),
            plain(format!(" is in {} now, with {} journal entries", self.store, self.entries)),
        ]);
    }
}
