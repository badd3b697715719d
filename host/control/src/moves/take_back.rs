//! An execution that was sealed for a place where it never arrived.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use moontide_runtime::store::{Moved, Seal, StoreError};
use schemars::JsonSchema;
use serde::Serialize;

use super::names::{Names, Step};
use crate::error::{CommandError, Hint, Result, code};
use crate::next::Next;
use crate::operator::Operator;
use crate::stores::{Address, archive, identity};
use crate::whoami;

/// What was taken back.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TakenBack {
    /// The execution's id.
    pub execution: String,
    /// Where it was to go.
    pub from: String,
}

/// Of what the operator is sure, which Moontide cannot see.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sure {
    /// That the execution never arrived there, and never will.
    pub never_arrives: bool,
    /// That this is so also where that store cannot be asked.
    pub unseen: bool,
}

/// Lets an execution go on here that was sealed for this place.
pub async fn take_back(operator: &Operator, id: &str, from: &str, sure: Sure) -> Result<TakenBack> {
    let archive = archive(operator.store.as_ref())?;
    let Some(Seal::Moved(moved)) = archive.seal(id).await? else {
        let message = format!("the execution `{id}` was not moved");
        return Err(CommandError::new(code::NOT_MOVED, message));
    };
    if moved.to != from {
        let message =
            format!("the execution `{id}` was moved to {}, and not to {}", moved.to, from);
        return Err(CommandError::new(code::NOT_MOVED, message));
    }
    match look(operator, (id, &moved)).await? {
        Seen::Unseen(why) if !sure.unseen => {
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
        seen => return Err(refused(operator, id, &moved, seen)),
    }
    // That it is not there now says nothing of a mover that is on its way.
    if !sure.never_arrives {
        let message =
            format!("Moontide cannot see whether `{id}` is still to arrive at {}", moved.to);
        return Err(CommandError::new(code::NOT_CONFIRMED, message).hint(
            "`--yes` says that it has not and never will: were it in two stores, it would be driven twice, and \
             launch twice",
        ));
    }
    archive.lift(id, &moved).await?;
    Ok(TakenBack { execution: id.to_owned(), from: from.to_owned() })
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
fn refused(operator: &Operator, id: &str, moved: &Moved, seen: Seen) -> CommandError {
    let to = &moved.to;
    let here = operator.address.clone().absolute().text();
    let not_moved = |message: String| CommandError::new(code::NOT_MOVED, message);
    match seen {
        Seen::OnItsWay => not_moved(format!(
            "the execution `{id}` has gone on in {to}, and has left from there for this store"
        ))
        .hint(Hint::step(
            "`",
            Next::to_move(id, to, &here),
            "` lets it arrive, as it is by now",
        )),
        Seen::Arriving => {
            let go_on = Hint::step("`", Next::to_move(id, &here, to), "` goes on with that");
            let give_up = Next::GiveUpImport { execution: id.to_owned() }.there(to);
            let give_up = Hint::step(
                "where it is never to arrive: `",
                give_up,
                "`, and this command once more",
            );
            not_moved(format!("the execution `{id}` is about to arrive in {to}"))
                .hint(go_on)
                .hint(give_up)
        }
        Seen::File(file, Step::Taken) => not_moved(format!(
            "a store has taken the execution `{id}` in: {} is there",
            file.display()
        ))
        .hint("it goes on in that store, and `moontide store copy` with `--move` brings it back")
        .hint("where that store is lost for good, delete the file first"),
        Seen::File(file, Step::Taking) => {
            let import = Next::Import { from: file.display().to_string() };
            not_moved(format!(
                "the execution `{id}` is being taken in, or that was cut off: {} is there",
                file.display()
            ))
            .hint(Hint::step("`", import, "` says for which store, and goes on with it"))
            .hint(
                "where that store certainly does not have it, and never will, delete the file first",
            )
        }
        Seen::File(file, Step::Waiting) => {
            let file = file.display().to_string();
            let import = Next::take_in(&file).there(&here);
            let after = "` takes it in here, and lifts the seal; or delete the file";
            not_moved(format!("any store may still take the execution `{id}` in: {file} is there"))
                .hint(Hint::step("`", import, after))
        }
        Seen::There | Seen::Not | Seen::Unseen(_) => {
            let back = Next::to_move(id, to, &here);
            not_moved(format!("the execution `{id}` is in {to}, and goes on there"))
                .hint(Hint::step("`", back, "` brings it back"))
        }
    }
}

async fn look(operator: &Operator, (id, moved): (&str, &Moved)) -> Result<Seen> {
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
    match archive(target.as_ref())?.is_arriving(id).await {
        Ok(true) => return Ok(Seen::Arriving),
        Ok(false) => {}
        Err(error) => return Ok(Seen::Unseen(error.to_string())),
    }
    let there = match archive(target.as_ref())?.export(id).await {
        Ok(there) => there,
        Err(StoreError::NotFound(_)) => return Ok(Seen::Not),
        Err(error) => return Ok(Seen::Unseen(error.to_string())),
    };
    let store = operator.store.as_ref();
    let ours = archive(store)?.export(id).await?;
    // Another one that goes by its id keeps it from ever arriving.
    if there.head != ours.head {
        return Ok(Seen::Not);
    }
    let us = identity::of(store, &whoami::user(&operator.environment)).await?;
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
