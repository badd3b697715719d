//! An execution arrives: from a file, or from another store.

use std::path::Path;

use moontide_runtime::journal::Format;
use moontide_runtime::journal::version::FormatError;
use moontide_runtime::store::parcel::{FORM, Parcel};
use moontide_runtime::store::{Store, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names::Names;
use crate::error::code::{EXECUTION_EXISTS, NEWER_FORMAT, STORE_DAMAGED};
use crate::error::{CommandError, Hint, Result, code};
use crate::listener::{Listener, Remark};
use crate::next::Next;
use crate::stores::{Address, archive, identity};
use crate::{claims, files};

/// So long may a file be: what a budget of the largest journal allows, several times over.
const LONGEST: u64 = 1 << 30;

/// What was given up.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GivenUp {
    /// The execution's id.
    pub execution: String,
    /// Where it does not arrive.
    pub store: String,
}

/// What arrived.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Arrived {
    /// The execution's id.
    pub execution: String,
    /// Where it is now.
    pub store: String,
    /// How many entries its journal has.
    pub entries: usize,
}

/// Removes what is left of an import into the store at this address that is never to end. Only its operator can be sure
/// of that.
pub async fn give_up(
    (store, address): (&dyn Store, String),
    id: &str,
    is_sure: bool,
) -> Result<GivenUp> {
    let none = || {
        let message = format!("no import of an execution `{id}` is under way in {address}");
        CommandError::new(code::NOT_MOVED, message)
    };
    if !is_sure {
        if !archive(store)?.is_arriving(id).await? {
            return Err(none());
        }
        let message = format!("Moontide cannot see whether `{id}` is still to arrive in {address}");
        return Err(CommandError::new(code::NOT_CONFIRMED, message)
            .hint("the command that began that ends it, given once more")
            .hint(
                "`--yes` says that it is never to arrive: its source is lost, or it goes on there",
            ));
    }
    if !archive(store)?.give_up(id).await? {
        return Err(none());
    }
    Ok(GivenUp { execution: id.to_owned(), store: address })
}

/// A file that holds an execution, whole, and that a store may take in.
pub struct Waiting {
    /// The file, as the operator has named it.
    place: String,
    names: Names,
    /// Whether a store has begun to take it in.
    is_begun: bool,
    parcel: Parcel,
}

impl Waiting {
    /// Reads the file.
    pub fn read(path: &Path) -> Result<Waiting> {
        let place = path.display().to_string();
        let refused = |why: String| {
            CommandError::new(code::BAD_ARGUMENT, format!("{place}: {why}"))
                .hint("it must be a file that `moontide store export` wrote, whole")
        };
        let text = files::read(path, LONGEST)
            .map_err(|unread| begun(path).unwrap_or_else(|| refused(unread.to_string())))?;
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
        let is_begun = file == names.taking;
        if !is_begun && names.taking.exists() {
            return Err(refused(format!("{} is there already", names.taking.display())));
        }
        Ok(Waiting { place, names, is_begun, parcel })
    }

    /// Takes the execution in, into the store at this address, in the name of this user. The file is renamed, so that no
    /// other store takes it in too.
    pub async fn take_in(
        self,
        listener: &dyn Listener,
        (address, store): (&Address, &dyn Store),
        user: &str,
    ) -> Result<Arrived> {
        let Waiting { names, parcel, .. } = &self;
        let identity = identity::of(store, user).await?;
        // Taken in by two stores, it would be driven twice: its name is gone before the first one has it.
        if !self.is_begun {
            self.rename(&names.file, &names.taking)?;
        }
        names.only_for(&identity, &address.text())?;
        // Another import renames the file before it forgets the note: this note is for nothing then.
        if !names.taking.exists() {
            names.forget();
            return Err(self.ended_elsewhere());
        }
        if let Err(error) = arrive(store, parcel).await {
            // Where the store did not answer, it may have taken it in all the same: then no other one may.
            if is_refused(store, parcel, &error).await
                && self.rename(&names.taking, &names.file).is_ok()
            {
                names.forget();
                return Err(error);
            }
            let place = address.text();
            let again = Next::take_in(&names.taking.display().to_string()).there(&place);
            let before = format!("it may be in {place} by now, and in no other store: `");
            return Err(error.hint(Hint::step(before, again, "` goes on")));
        }
        match self.rename(&names.taking, &names.taken) {
            Err(error) if names.taking.exists() => {
                listener.hear(&Remark::KeepsName { why: error.message });
            }
            // Where it is gone, another import into this store has renamed it.
            _ => names.forget(),
        }
        let (execution, entries) = (self.parcel.id, self.parcel.journal.len());
        Ok(Arrived { execution, store: address.text(), entries })
    }

    /// The complaint that the file has left its name while this import waited for its store.
    fn ended_elsewhere(&self) -> CommandError {
        let Waiting { place, names: Names { file, taken, .. }, .. } = self;
        let error = |message: String| CommandError::new(code::BAD_ARGUMENT, message);
        if taken.exists() {
            let there = taken.display();
            return error(format!(
                "{place}: a store has taken the execution in meanwhile: {there} is there"
            ));
        }
        let again = Next::take_in(&file.display().to_string());
        let after = "` begins with it, if it has its name back from an import that was refused";
        error(format!("{place}: it is gone, and this import has taken nothing in"))
            .hint(Hint::step("`", again, after))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        std::fs::rename(from, to).map_err(|error| {
            let (place, to) = (&self.place, to.display());
            CommandError::new(code::BAD_ARGUMENT, format!("{place} cannot be renamed to {to}: {error}"))
                .hint("a file that is taken in is renamed, so that no other store takes it in too: let this user write to its folder")
        })
    }
}

/// The complaint that a file is gone because its import was begun, or is done.
fn begun(path: &Path) -> Option<CommandError> {
    let Names { file, taking, taken, .. } = Names::of(path);
    if file.exists() {
        return None;
    }
    let place = path.display();
    let error = |message: String| CommandError::new(code::BAD_ARGUMENT, message);
    if taking.exists() {
        let again = Next::take_in(&taking.display().to_string());
        let message = format!("{place}: its import was begun: {} is there", taking.display());
        let after = "`, with the same store, goes on with it";
        return Some(error(message).hint(Hint::step("`", again, after)));
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

/// Reads what an export has written, also where a store has taken the execution in since: for a reader who only looks.
pub fn parcel(path: &Path) -> Result<Parcel> {
    let refused = |why: String| {
        CommandError::new(code::BAD_ARGUMENT, format!("{}: {why}", path.display()))
            .hint("it must be a file that `moontide store export` wrote, whole")
    };
    let text = files::read(path, LONGEST).map_err(|unread| refused(unread.to_string()))?;
    read(&text).map_err(refused)
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use moontide_kit::sources::{bundle, execution};
    use serde_json::Value;
    use tempfile::TempDir;

    use super::*;

    const RUNBOOK: &str = r#"return require("@moontide").runbook {
        name = "shop", waves = { { name = "web", servers = { tags = { Tier = "web" } } } },
    }"#;

    struct Deaf;

    impl Listener for Deaf {
        fn hear(&self, remark: &Remark) {
            panic!("nothing is to be said: {remark:?}");
        }

        fn keep_secret(&self, _values: &BTreeMap<String, Value>) {}
    }

    /// An import of a file that waits for its store, while another one ends.
    #[tokio::test]
    async fn of_two_imports_of_one_file_that_was_begun_one_takes_it_in() {
        let folder = TempDir::new().unwrap();
        let address = |name: &str| {
            let path = folder.path().join(name);
            Address::parse(&format!("sqlite:{}", path.display())).unwrap()
        };
        let [here, a, b] = ["here.db", "a.db", "b.db"].map(|name| {
            let address = address(name);
            let store = address.open().unwrap();
            (address, store)
        });
        here.1.create(&execution("x", bundle("shop.luau", RUNBOOK))).await.unwrap();
        let parcel = archive(here.1.as_ref()).unwrap().export("x").await.unwrap();
        let taking = folder.path().join("x.json.taking");
        std::fs::write(&taking, serde_json::to_vec(&parcel.hashed()).unwrap()).unwrap();

        let [first, second] = [(), ()].map(|()| Waiting::read(&taking).unwrap());
        let arrived = first.take_in(&Deaf, (&a.0, a.1.as_ref()), "ann").await.unwrap();
        assert_eq!(arrived.execution, "x");
        let refused = second.take_in(&Deaf, (&b.0, b.1.as_ref()), "ann").await.unwrap_err();
        assert!(refused.message.contains("x.json.taken is there"), "{}", refused.message);
        assert!(matches!(b.1.execution("x").await, Err(StoreError::NotFound(_))));
        let mut left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with("x.json"))
            .collect();
        left.sort();
        assert_eq!(left, ["x.json.taken"]);
    }
}
