//! How it is heard that a file may have changed.
//!
//! Folders are watched, never files: most editors write a new file and put it in the place of the old one, and who
//! watches the old one hears nothing any more.

use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use moontide_control::error::{CommandError, Result, code};
use notify::{Config, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use serde::Serialize;

use super::mounts;

/// An editor's save is several events: what comes within this time is one.
const QUIET: Duration = Duration::from_millis(50);
/// How often to look where the system says nothing.
const POLL: Duration = Duration::from_secs(1);

/// How it is heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hears {
    /// The system says so.
    Events,
    /// It is looked every so often, and why.
    Polling {
        /// How often.
        every: Duration,
        /// Why.
        why: String,
    },
}

/// A folder that is watched.
pub struct Source {
    /// How it is heard.
    pub hears: Hears,
    events: Receiver<()>,
    _watcher: Box<dyn Watcher + Send>,
}

impl Source {
    /// Watches a folder and all in it. With `poll` it is looked every so often, whatever the system can do.
    pub fn open(folder: &Path, poll: Option<Duration>) -> Result<Source> {
        let failed = |error: notify::Error| {
            let message = format!("{} cannot be watched: {error}", folder.display());
            let error = CommandError::new(code::BAD_ARGUMENT, message);
            error.hint("`--poll 1s` looks every second instead; on Linux `fs.inotify.max_user_watches` may be used up")
        };
        let folder = folder.canonicalize().map_err(|error| failed(notify::Error::io(error)))?;
        let (sender, events) = mpsc::channel();
        let hear = move |event: notify::Result<notify::Event>| {
            // Reading is no change.
            if event.is_ok_and(|event| !event.kind.is_access()) {
                let _ = sender.send(());
            }
        };
        let silent = mounts::silent(&folder);
        let why = match (poll, silent) {
            (Some(every), _) => Some((every, "--poll".to_owned())),
            (None, Some(kind)) => Some((POLL, format!("{kind} says nothing of changes"))),
            (None, None) => None,
        };
        let (hears, mut watcher): (Hears, Box<dyn Watcher + Send>) = if let Some((every, why)) = why
        {
            let config = Config::default().with_poll_interval(every).with_compare_contents(true);
            let watcher = PollWatcher::new(hear, config).map_err(failed)?;
            (Hears::Polling { every, why }, Box::new(watcher))
        } else {
            let watcher = RecommendedWatcher::new(hear, Config::default()).map_err(failed)?;
            (Hears::Events, Box::new(watcher))
        };
        watcher.watch(&folder, RecursiveMode::Recursive).map_err(failed)?;
        Ok(Source { hears, events, _watcher: watcher })
    }

    /// Waits until something may have changed, and nothing has for a moment. `false`: nothing will be heard any more.
    pub fn wait(&self) -> bool {
        self.events.recv().is_ok() && self.is_quiet_for(QUIET)
    }

    /// Waits until nothing has changed for so long. `false`: nothing will be heard any more.
    pub fn is_quiet_for(&self, long: Duration) -> bool {
        loop {
            match self.events.recv_timeout(long) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }
}
