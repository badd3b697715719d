//! `moontide store take-back`: an execution that was sealed for a place where it never arrived.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::stores::{Address, identity};
use moontide_control::whoami;
use moontide_control::words::quoted;
use moontide_runtime::store::{Moved, Seal, Store, StoreError};
use serde::Serialize;

use super::archive;
use super::names::{Names, Step};
use crate::context::Context;
use crate::exit;
use crate::output::style::{plain, strong};
use crate::output::{Document, Page};

/// What is taken back, and from where.
#[derive(Args)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,

    /// The store or the file that it was moved to, as `status` says it
    #[arg(long, value_name = "PLACE")]
    from: String,

    /// It never arrived there, and never will: no `store copy` of it is under way, the file was taken in by no store and
    /// is deleted, the store is gone
    #[arg(long)]
    yes: bool,

    /// Also where that store cannot be asked
    #[arg(long)]
    unseen: bool,
}

#[derive(Serialize)]
struct TakenBack {
    execution: String,
    from: String,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    context.block_on(take_back(context, store.as_ref(), flags))?;
    let (execution, from) = (flags.execution.clone(), flags.from.clone());
    context.output.show(&TakenBack { execution, from })?;
    Ok(exit::COMPLETED)
}

async fn take_back(context: &Context, store: &dyn Store, flags: &Flags) -> Result<()> {
    let id = &flags.execution;
    let archive = archive(store)?;
    let Some(Seal::Moved(moved)) = archive.seal(id).await? else {
        let message = format!("the execution `{id}` was not moved");
        return Err(CommandError::new(code::NOT_MOVED, message));
    };
    if moved.to != flags.from {
        let message =
            format!("the execution `{id}` was moved to {}, and not to {}", moved.to, flags.from);
        return Err(CommandError::new(code::NOT_MOVED, message));
    }
    match look(context, store, (id, &moved)).await? {
        Seen::Unseen(why) if !flags.unseen => {
            let message =
                format!("Moontide cannot see whether `{id}` goes on at {}: {why}", moved.to);
            return Err(CommandError::new(code::NOT_CONFIRMED, message)
                .hint("make it reachable, and try again")
                .hint(
                    "`--unseen --yes` says that you know: it is not there and never will be, or that store is lost \
                     for good",
                ));
        }
        Seen::Unseen(_) | Seen::Not => {}
        seen => return Err(refused(context, id, &moved, seen)),
    }
    // That it is not there now says nothing of a mover that is on its way.
    if !flags.yes {
        let message =
            format!("Moontide cannot see whether `{id}` is still to arrive at {}", moved.to);
        return Err(CommandError::new(code::NOT_CONFIRMED, message).hint(
            "`--yes` says that it has not and never will: were it in two stores, it would be driven twice, and \
             launch twice",
        ));
    }
    Ok(archive.lift(id, &moved).await?)
}

/// What is to be seen where an execution was moved to.
enum Seen {
    /// It certainly is not there, or it has left from there for here.
    Not,
    /// It is there, and goes on.
    There,
    /// It has gone on there, and has left from there for here.
    OnItsWay,
    /// An import of it has begun there, and has not ended.
    Arriving,
    /// A file of it is there, which bears this name, and how far it is.
    File(PathBuf, Step),
    /// That cannot be seen, and why.
    Unseen(String),
}

/// The complaint that it is there, or may still arrive.
fn refused(context: &Context, id: &str, moved: &Moved, seen: Seen) -> CommandError {
    let to = &moved.to;
    let here = context.address().map(|address| address.absolute().text()).unwrap_or_default();
    let copy = |from: &str, to: &str| {
        format!("`moontide store copy {} {} {id} --move`", quoted(from), quoted(to))
    };
    let not_moved = |message: String| CommandError::new(code::NOT_MOVED, message);
    match seen {
        Seen::OnItsWay => not_moved(format!(
            "the execution `{id}` has gone on in {to}, and has left from there for this store"
        ))
        .hint(format!("{} lets it arrive, as it is by now", copy(to, &here))),
        Seen::Arriving => not_moved(format!("the execution `{id}` is about to arrive in {to}"))
            .hint(format!("{} goes on with that", copy(&here, to)))
            .hint(format!(
                "where it is never to arrive: `moontide --store {} store import --give-up {id} --yes`, and this \
                 command once more",
                quoted(to)
            )),
        Seen::File(file, Step::Taken) => not_moved(format!(
            "a store has taken the execution `{id}` in: {} is there",
            file.display()
        ))
        .hint("it goes on in that store, and `moontide store copy` with `--move` brings it back")
        .hint("where that store is lost for good, delete the file first"),
        Seen::File(file, Step::Taking) => not_moved(format!(
            "the execution `{id}` is being taken in, or that was cut off: {} is there",
            file.display()
        ))
        .hint(format!(
            "`moontide store import {}` says for which store, and goes on with it",
            quoted(&file.display().to_string())
        ))
        .hint("where that store certainly does not have it, and never will, delete the file first"),
        Seen::File(file, Step::Waiting) => not_moved(format!(
            "any store may still take the execution `{id}` in: {} is there",
            file.display()
        ))
        .hint(format!(
            "`moontide --store {} store import {}` takes it in here, and lifts the seal; or delete the file",
            quoted(&here),
            quoted(&file.display().to_string())
        )),
        Seen::There | Seen::Not | Seen::Unseen(_) => {
            not_moved(format!("the execution `{id}` is in {to}, and goes on there"))
                .hint(format!("{} brings it back", copy(to, &here)))
        }
    }
}

async fn look(context: &Context, store: &dyn Store, (id, moved): (&str, &Moved)) -> Result<Seen> {
    let Some(identity) = &moved.store else { return Ok(look_for_file(Path::new(&moved.to))) };
    let target = match Address::parse(&moved.to).and_then(|address| address.open_existing()) {
        Ok(target) => target,
        Err(error) => return Ok(Seen::Unseen(error.message)),
    };
    match identity::known(target.as_ref()).await {
        Ok(Some(found)) if found == *identity => {}
        Ok(_) => return Ok(Seen::Unseen("another store goes by that name now".to_owned())),
        Err(error) => return Ok(Seen::Unseen(error.message)),
    }
    // First: an import that ends in between is seen by what has arrived.
    match super::archive(target.as_ref())?.is_arriving(id).await {
        Ok(true) => return Ok(Seen::Arriving),
        Ok(false) => {}
        Err(error) => return Ok(Seen::Unseen(error.to_string())),
    }
    let there = match super::archive(target.as_ref())?.export(id).await {
        Ok(there) => there,
        Err(StoreError::NotFound(_)) => return Ok(Seen::Not),
        Err(error) => return Ok(Seen::Unseen(error.to_string())),
    };
    let ours = super::archive(store)?.export(id).await?;
    // Another one that goes by its id keeps it from ever arriving.
    if there.head != ours.head {
        return Ok(Seen::Not);
    }
    let us = identity::of(store, &whoami::user(&context.environment)).await?;
    let is_back = matches!(&there.seal, Some(Seal::Moved(to)) if to.store.as_ref() == Some(&us));
    Ok(match (is_back, ours.has_all_of(&there)) {
        (true, true) => Seen::Not,
        (true, false) => Seen::OnItsWay,
        (false, _) => Seen::There,
    })
}

/// Looks for the file under all names that it has on its way. A copy of it is never seen.
fn look_for_file(path: &Path) -> Seen {
    let folder = path.parent().unwrap_or(Path::new("/"));
    if !folder.is_dir() {
        return Seen::Unseen(format!("there is no folder {} on this machine", folder.display()));
    }
    let Names { file, taking, taken, .. } = Names::of(path);
    // In the order in which it goes through them, and from the start again: a store may be at work on it.
    for (file, step) in [
        (file.clone(), Step::Waiting),
        (taking, Step::Taking),
        (taken, Step::Taken),
        (file, Step::Waiting),
    ] {
        match file.symlink_metadata() {
            Ok(_) => return Seen::File(file, step),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Seen::Unseen(format!("{}: {error}", file.display())),
        }
    }
    Seen::Not
}

impl Document for TakenBack {
    fn write(&self, page: &mut Page) {
        let id = strong(self.execution.as_str());
        page.line([id, plain(format!(" goes on here; it has not left for {}", self.from))]);
    }
}
