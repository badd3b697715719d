//! What a store in a file goes through: other processes, other releases, a death in the middle.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use moontide_runtime::effect::{Key, Lane};
use moontide_runtime::store::{Behalf, Change, Condition, SqliteStore, Store, StoreError};
use rusqlite::Connection;

use crate::given::{entries, execution, leased, moment, sequences, version};
use crate::place::Place;

/// A file beside another, named like it with something added.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Why the file cannot be opened.
fn refusal(file: &Path) -> String {
    match SqliteStore::open(file) {
        Ok(_) => "opened".to_owned(),
        Err(error) => error.to_string().replace(&*file.to_string_lossy(), "FILE"),
    }
}

#[test]
fn a_store_that_many_open_at_once_is_made_once() {
    for _ in 0..10 {
        let place = Place::in_a_file();
        std::thread::scope(|scope| {
            let open = || drop(SqliteStore::open(&place.file()).unwrap());
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            for thread in threads {
                thread.join().unwrap();
            }
        });
    }
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::TempDir::new().unwrap();
    let (parent, file) = (directory.path().join("a/b"), directory.path().join("a/b/store.db"));
    let _store = SqliteStore::open(&file).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory.path().join("a")), 0o700);
    assert_eq!(mode(&parent), 0o700);
    for made in fs::read_dir(&parent).unwrap() {
        let path = made.unwrap().path();
        assert_eq!(mode(&path), if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    }
}

#[test]
fn what_is_no_store_is_refused_in_plain_words() {
    let place = Place::in_a_file();
    let file = place.file();
    let directory = file.parent().unwrap();
    insta::assert_snapshot!(refusal(directory), @"FILE: it is a directory, and a store is a file");

    fs::write(&file, "return moontide.runbook {}\n".repeat(40)).unwrap();
    insta::assert_snapshot!(refusal(&file), @"FILE: it is a file of another kind, not a store (file is not a database)");
    assert!(fs::read_to_string(&file).unwrap().starts_with("return moontide"));

    let other = directory.join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE recipes (name)").unwrap();
    let before = fs::read(&other).unwrap();
    insta::assert_snapshot!(refusal(&other), @"FILE: it is a database of another program");
    assert_eq!(fs::read(&other).unwrap(), before);

    insta::assert_snapshot!(refusal(&file.join("store.db")), @"FILE: what should be its directory is a file");
    let error = SqliteStore::open(Path::new("")).err().unwrap().to_string();
    assert!(error.contains("it has no path"), "{error}");
}

#[tokio::test]
async fn a_store_of_a_newer_release_is_refused_and_left_alone() {
    let place = Place::in_a_file();
    leased(&*place.open()).await;
    // The newer release has died: its last change is in the log only.
    let newer = Connection::open(place.file()).unwrap();
    newer.pragma_update(None, "user_version", 2).unwrap();
    let copy = Place::in_a_file();
    for ending in ["", "-wal"] {
        fs::copy(beside(&place.file(), ending), beside(&copy.file(), ending)).unwrap();
    }
    let files = || ["", "-wal"].map(|ending| fs::read(beside(&copy.file(), ending)).unwrap());
    let before = files();
    insta::assert_snapshot!(refusal(&copy.file()), @"FILE: it is written in format 2, and this release reads up to format 1; nothing was changed");
    assert!(matches!(SqliteStore::open(&copy.file()), Err(StoreError::Format { .. })));
    assert!(files() == before, "it was written to");
    assert!(!beside(&copy.file(), ".leases").exists());
}

#[tokio::test]
async fn everything_that_was_asked_for_is_written_before_the_store_closes() {
    let place = Place::in_a_file();
    let store = place.open();
    let lease = leased(&*store).await;
    // Asked for once, and no program waits for the answer.
    let entries = entries(&lease, [1]);
    let mut append = store.append(&lease, &entries);
    assert!(futures_util::poll!(&mut append).is_pending());
    drop(append);
    drop(store);
    assert_eq!(sequences(&*place.open()).await, [1]);
}

#[tokio::test]
async fn a_damaged_entry_is_named() {
    let place = Place::in_a_file();
    let store = place.open();
    let lease = leased(&*store).await;
    store.append(&lease, &entries(&lease, [1, 2])).await.unwrap();
    let vandal = Connection::open(place.file()).unwrap();
    vandal.execute_batch("UPDATE entries SET entry = '{}' WHERE sequence = 2").unwrap();
    let error = store.journal("x", 1).await.unwrap_err().to_string();
    assert!(error.contains("entry 2 of execution `x` is damaged"), "{error}");
    assert_eq!(store.journal("x", 3).await.unwrap(), []);
}

#[tokio::test]
async fn a_holder_that_let_go_without_a_word_is_known_to_be_gone() {
    let place = Place::in_a_file();
    let (holder, other) = (place.open(), place.open());
    leased(&*holder).await;
    let seen = other.lease("x").await.unwrap().unwrap();
    assert_eq!(other.holder_is_gone("x", &seen).await, Ok(false));
    assert_eq!(holder.holder_is_gone("x", &seen).await, Ok(false));
    drop(holder);
    // A process that another test is just starting has our files until it is itself.
    let mut gone = false;
    for _ in 0..10_000 {
        gone = gone || other.holder_is_gone("x", &seen).await.unwrap();
    }
    assert!(gone);

    // The one who takes over has a lock of its own.
    other.take("x", "bob", Some(&seen)).await.unwrap();
    let taken = other.lease("x").await.unwrap().unwrap();
    assert_eq!(place.open().holder_is_gone("x", &taken).await, Ok(false));
    assert_eq!(place.open().holder_is_gone("x", &seen).await, Ok(false), "nothing is known of it");
}

#[tokio::test]
async fn the_runner_that_took_over_from_a_stopped_holder_outlives_it() {
    let place = Place::in_a_file();
    let (stopped, other) = (place.open(), place.open());
    let lost = leased(&*stopped).await;
    let seen = other.lease("x").await.unwrap();
    other.take("x", "bob", seen.as_ref()).await.unwrap();
    let taken = other.lease("x").await.unwrap().unwrap();
    stopped.release(&lost).await.unwrap();
    drop(stopped);
    assert_eq!(place.open().holder_is_gone("x", &taken).await, Ok(false));
}

#[tokio::test]
async fn a_lease_given_back_leaves_no_lock_behind() {
    let place = Place::in_a_file();
    let store = place.open();
    let lease = leased(&*store).await;
    let locks = || fs::read_dir(beside(&place.file(), ".leases")).unwrap().count();
    let before = locks();
    store.release(&lease).await.unwrap();
    assert_eq!(locks(), before - 1);
}

/// A process that holds the lease of `x` in the store `file`, until it is killed.
struct Holder(Child);

impl Holder {
    fn start(file: &Path) -> Holder {
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new(program)
            .args([
                "--ignored",
                "--exact",
                "--nocapture",
                "sqlite::holds_a_lease_until_it_is_killed",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(child.stdin.as_mut().unwrap(), "{}", file.display()).unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(said.map_while(Result::ok).any(|line| line.ends_with("holding")));
        Holder(child)
    }

    #[cfg(unix)]
    fn stop(&self) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-STOP", &id]).status().unwrap().success());
    }

    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.kill();
    }
}

#[tokio::test]
#[ignore = "runs in a process of its own, for the test below"]
async fn holds_a_lease_until_it_is_killed() {
    let mut lines = std::io::stdin().lines();
    let file = lines.next().unwrap().unwrap();
    let store = SqliteStore::open(Path::new(&file)).unwrap();
    leased(&store).await;
    writeln!(std::io::stdout(), "holding").unwrap();
    assert!(lines.next().is_none(), "it is killed before its parent says more");
}

#[cfg(unix)]
#[tokio::test]
async fn a_killed_holder_is_gone_and_a_stopped_one_is_not() {
    let place = Place::in_a_file();
    let store: Arc<dyn Store> = place.open();
    let mut holder = Holder::start(&place.file());
    let seen = store.lease("x").await.unwrap().unwrap();
    assert_eq!(store.holder_is_gone("x", &seen).await, Ok(false));
    holder.stop();
    assert_eq!(store.holder_is_gone("x", &seen).await, Ok(false));
    holder.kill();
    assert_eq!(store.holder_is_gone("x", &seen).await, Ok(true));
    assert_eq!(store.execution("x").await.unwrap(), execution("x"));
    assert_eq!(store.take("x", "bob", Some(&seen)).await.unwrap().epoch, 2);
}

#[tokio::test]
async fn a_store_of_an_earlier_release_learns_to_keep_documents() {
    let place = Place::in_a_file();
    let lease = leased(&*place.open()).await;
    let file = Connection::open(place.file()).unwrap();
    file.execute_batch("DROP TABLE documents; DROP TABLE marks").unwrap();
    let store = place.open();
    let change = Change {
        kind: "group".to_owned(),
        name: "shop".to_owned(),
        body: Some("text".into()),
        condition: Condition::New,
        at: moment(5),
        by: "ann".to_owned(),
        behalf: Some(Behalf { lease, key: Key::of("x", &Lane::of_wave("database", 1), 1) }),
    };
    assert_eq!(store.change(&change).await, Ok(version(moment(5), 1)));
    assert_eq!(place.open().change(&change).await, Ok(version(moment(5), 1)));
}
