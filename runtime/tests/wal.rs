//! A power failure in the middle of a commit: the log of a store in a file, cut or damaged in its last
//! commit. It opens, nothing but that commit is missing, and the execution goes on to the same end with
//! nothing done twice. No copy has the `-shm` file beside it: that is gone with the power, too.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use moontide_kit::{Hooked, Hooks};
use moontide_runtime::journal::Entry;
use moontide_runtime::scheduler::{Ended, ExecutionStatus};
use moontide_runtime::store::{Lease, SqliteStore, Standing, Store, StoreError};
use support::{Fuse, Ledger, driver, execution, killed, lease, world};
use tempfile::TempDir;
use tokio::sync::Mutex;

const RUNBOOK: &str = r#"
local moontide = require("@moontide")
local host = require("@moontide/host")

return moontide.runbook {
	name = "power",
	waves = {
		{
			name = "one",
			run = function()
				local first = host.effect("test.tagged", { say = "a" })
				host.effect("test.convergent", { say = "b" })
				return first.said
			end,
		},
		{
			name = "two",
			depends_on = { "one" },
			run = function(wave)
				moontide.parallel {
					function() host.effect("test.token", { say = wave.results.one }) end,
					function() host.effect("test.tagged", { say = "d" }) end,
				}
			end,
		},
	},
}
"#;

/// One append after another, and power that fails before the runner is told of the n-th.
struct Failing {
    fuse: Arc<Fuse>,
    one_at_a_time: Mutex<()>,
    /// How many entries the last append has written.
    last: AtomicUsize,
}

#[async_trait]
impl Hooks for Failing {
    async fn append(
        &self,
        inner: &dyn Store,
        lease: &Lease,
        entries: &[Entry],
        standing: Option<Standing>,
    ) -> Result<(), StoreError> {
        let _alone = self.one_at_a_time.lock().await;
        inner.append_standing(lease, entries, standing).await?;
        self.last.store(entries.len(), Ordering::Relaxed);
        self.fuse.pass().await;
        Ok(())
    }
}

/// Where copies are opened: in memory if there is such a place, because each of them waits for its disk.
fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// The log of a database, beside it.
fn log_of(file: &Path) -> PathBuf {
    file.with_extension("db-wal")
}

/// What happened in the world, by key: under which operation, and how often.
type Done = BTreeMap<String, (String, u32)>;

/// What is left when the power fails.
struct Left {
    database: Vec<u8>,
    log: Vec<u8>,
    journal: Vec<Entry>,
    /// How many entries of it are in the last commit of the log.
    last: usize,
    done: Done,
    /// The commits that the runner was told of, and this one.
    commits: usize,
    ended: Option<Ended>,
}

impl Left {
    /// Runs the runbook until the power fails before the runner is told of the n-th commit.
    async fn behind(commit: usize) -> Left {
        let folder = folder();
        let file = folder.path().join("store.db");
        // Closing it puts what was written into the database, so that the log is about the journal only.
        let store = SqliteStore::open(&file).unwrap();
        store.create(&execution("x", RUNBOOK)).await.unwrap();
        drop(store);
        let fuse = Fuse::at(commit);
        let inner = Arc::new(SqliteStore::open(&file).unwrap());
        let (one_at_a_time, last) = (Mutex::default(), AtomicUsize::default());
        let failing = Failing { fuse: Arc::clone(&fuse), one_at_a_time, last };
        let store = Arc::new(Hooked::over(&inner, failing));
        let ledger = Rc::new(Ledger::default());
        let world = world(&ledger, &Fuse::never());
        let held = lease(store.as_ref(), "x").await;
        let driver = driver(Arc::clone(&store) as Arc<dyn Store>, world, BTreeMap::new());
        let ended = killed(&driver, &held, &fuse).await;
        let left = Left {
            database: fs::read(&file).unwrap(),
            log: fs::read(log_of(&file)).unwrap(),
            journal: store.journal("x", 1).await.unwrap(),
            last: store.hooks.last.load(Ordering::Relaxed),
            done: ledger.done.borrow().clone(),
            commits: fuse.points(),
            ended,
        };
        assert!(left.ended.is_some() || left.commits == commit, "no power failed");
        left
    }

    /// The size of a frame: 24 bytes and a page.
    fn frame(&self) -> usize {
        24 + self.number(8)
    }

    /// A number in the log.
    fn number(&self, at: usize) -> usize {
        u32::from_be_bytes(self.log[at..at + 4].try_into().unwrap()) as usize
    }

    /// Where the frames of the last commit lie in the log. It begins with 32 bytes of its own; only the
    /// last frame of a commit says how large the database is then.
    fn last_commit(&self) -> Range<usize> {
        let starts: Vec<usize> = (32..self.log.len()).step_by(self.frame()).collect();
        assert_eq!((self.log.len() - 32) % self.frame(), 0, "the log ends with a whole frame");
        let mut ends = starts.iter().rev().filter(|start| self.number(**start + 4) != 0);
        assert_eq!(ends.next(), starts.last(), "the log ends with a commit");
        ends.next().map_or(32, |start| start + self.frame())..self.log.len()
    }

    /// Opens a copy with this log, whose last commit is whole or not, and looks at its journal.
    async fn open(&self, folder: &Path, log: &[u8], is_whole: bool, told: &str) -> SqliteStore {
        let file = folder.join("store.db");
        fs::write(&file, &self.database).unwrap();
        fs::write(log_of(&file), log).unwrap();
        let store = SqliteStore::open(&file).unwrap_or_else(|error| panic!("{told}: {error}"));
        let kept = self.journal.len() - if is_whole { 0 } else { self.last };
        let journal = store.journal("x", 1).await.unwrap();
        assert!(journal == self.journal[..kept], "{told}: {} of {kept} entries", journal.len());
        store
    }

    /// The same, and goes on to the end.
    async fn resume(&self, folder: &Path, log: &[u8], is_whole: bool, told: &str, end: &Done) {
        let store = Arc::new(self.open(folder, log, is_whole, told).await);
        let ledger = Rc::new(Ledger::default());
        ledger.done.borrow_mut().clone_from(&self.done);
        let world = world(&ledger, &Fuse::never());
        let held = lease(store.as_ref(), "x").await;
        let driver = driver(Arc::clone(&store) as Arc<dyn Store>, world, BTreeMap::new());
        let ended = driver.drive(&held, std::future::pending()).await.unwrap();
        assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed), "{told}");
        assert_eq!(*ledger.done.borrow(), *end, "{told}");
        let journal = store.journal("x", 1).await.unwrap();
        assert!((1..).zip(&journal).all(|(number, entry)| entry.sequence == number), "{told}");
        assert!(journal.is_sorted_by_key(|entry| entry.epoch), "{told}");
    }

    /// The log with one bit of it the other way round.
    fn flipped(&self, at: usize) -> Vec<u8> {
        let mut log = self.log.clone();
        log[at] ^= 1;
        log
    }
}

/// How it ends if nothing happens: each effect once.
async fn undisturbed() -> (usize, Done) {
    let left = Left::behind(usize::MAX).await;
    assert_eq!(left.ended, Some(Ended::Finished(ExecutionStatus::Completed)));
    assert!(left.done.len() == 4 && left.done.values().all(|(_, times)| *times == 1));
    (left.commits, left.done)
}

#[tokio::test(start_paused = true)]
async fn a_power_failure_in_any_commit_loses_that_commit_only_and_nothing_is_done_twice() {
    let (commits, end) = undisturbed().await;
    assert!(commits >= 10, "only {commits} commits");
    for commit in 1..=commits {
        let left = Left::behind(commit).await;
        let (folder, last) = (folder(), left.last_commit());
        let (start, frame) = (last.start, left.frame());
        for length in [start, start + 1, start + 24, start + frame, last.end - 1, last.end] {
            let (is_whole, story) = (length == last.end, format!("{commit}: cut at {length}"));
            left.resume(folder.path(), &left.log[..length], is_whole, &story, &end).await;
        }
        for at in [start, start + 4, start + 8, start + 16, start + 24, last.end - 1] {
            let story = format!("{commit}: flipped at {at}");
            left.resume(folder.path(), &left.flipped(at), false, &story, &end).await;
        }
    }
}

#[test]
fn a_log_cut_at_every_byte_of_its_last_commit_loses_that_commit_only() {
    const WORKERS: usize = 4;
    // In the middle of the story: the first wave is done, and the second has begun.
    let (left, end) = block_on(async {
        let (commits, end) = undisturbed().await;
        (Left::behind(commits / 2).await, end)
    });
    assert!(left.last_commit().len() >= left.frame());
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (left, end) = (&left, &end);
            scope.spawn(move || block_on(left.cut_and_flip(worker, WORKERS, end)));
        }
    });
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap().block_on(future)
}

impl Left {
    /// Cuts the log at every byte, goes on from every 64th at least, and flips every 16th; this worker does
    /// its part of that.
    async fn cut_and_flip(&self, worker: usize, workers: usize, end: &Done) {
        let (folder, last) = (folder(), self.last_commit());
        for (number, length) in last.clone().enumerate().skip(worker).step_by(workers) {
            let (log, story) = (&self.log[..length], format!("cut at {length}"));
            if (number - worker).is_multiple_of(64) {
                self.resume(folder.path(), log, false, &story, end).await;
            } else {
                self.open(folder.path(), log, false, &story).await;
            }
        }
        for at in last.skip(worker * 16).step_by(workers * 16) {
            self.open(folder.path(), &self.flipped(at), false, &format!("flipped at {at}")).await;
        }
    }
}
