//! The processes of commands that really run: started, cut and killed as the agent of Systems Manager does it. The only
//! file of this crate that starts anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rustix::process::{Pid, Signal, kill_process_group};

use crate::fact::Fact;
use crate::process::{End, Id, Start};

pub(crate) const FACTS: &[Fact] = &[
    Fact::observed(
        "ssm.process.surroundings",
        "A command runs as a script in a process group of its own, with standard input from /dev/null, the variables of \
         the agent, and neither HOME nor TERM.",
        "the source of amazon-ssm-agent 3.3",
    ),
    Fact::observed(
        "ssm.process.killed",
        "When its time is over, or the command is cancelled, the agent reads no more of its output and sends SIGKILL to \
         the group.",
        "the source of amazon-ssm-agent 3.3",
    ),
];

/// So many bytes of each output are kept.
const STDOUT: u64 = 24_000;
const STDERR: u64 = 8_000;

/// What the agent finds programs by.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The processes of a simulator. Clones share them.
#[derive(Clone, Debug)]
pub struct Processes {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// What every process is given beside the agent's variables: how it reaches the pretend AWS.
    environment: BTreeMap<String, String>,
    running: Mutex<BTreeMap<Id, Running>>,
    /// Those that were to be killed before they were started.
    doomed: Mutex<BTreeSet<Id>>,
    started: AtomicU32,
    /// Held while a script is written and started: a process that begins at that moment would have it open.
    starting: Mutex<()>,
}

#[derive(Debug)]
struct Running {
    group: Pid,
    is_killed: bool,
}

impl Processes {
    /// None yet. Each is given these variables, beside those of the agent.
    pub fn new(environment: BTreeMap<String, String>) -> Processes {
        let (running, doomed, starting) = (Mutex::default(), Mutex::default(), Mutex::default());
        let started = AtomicU32::new(0);
        Processes { shared: Arc::new(Shared { environment, running, doomed, started, starting }) }
    }

    /// Starts one, and waits for its end: this blocks.
    pub(crate) fn run(&self, start: &Start) -> End {
        let number = self.shared.started.fetch_add(1, Ordering::Relaxed);
        let name = format!("moontide-sim-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let ended = self.run_in(&folder, start);
        let _ = fs::remove_dir_all(&folder);
        ended.unwrap_or_else(|error| End {
            code: Some(1),
            stdout: String::new(),
            stderr: format!("the process cannot be started: {error}\n"),
        })
    }

    fn run_in(&self, folder: &Path, start: &Start) -> io::Result<End> {
        let mut child = {
            let _alone = self.shared.starting.lock().unwrap_or_else(PoisonError::into_inner);
            self.spawn(&script(folder, &start.script)?, folder, start)?
        };
        let id = start.id.clone();
        let running = Running { group: Pid::from_child(&child), is_killed: false };
        self.running(|all| all.insert(id, running));
        if self.doomed().remove(&start.id) {
            self.kill(&start.id);
        }
        let stdout = child.stdout.take().map(|it| thread::spawn(|| beginning(it, STDOUT)));
        let stderr = child.stderr.take().map(|it| thread::spawn(|| beginning(it, STDERR)));
        let status = child.wait();
        let running = self.running(|all| all.remove(&start.id));
        // What it has left behind holds its output, and goes with it.
        if let Some(Running { group, .. }) = &running {
            let _ = kill_process_group(*group, Signal::KILL);
        }
        let text = |reader: Option<thread::JoinHandle<Vec<u8>>>| {
            let bytes = reader.and_then(|it| it.join().ok()).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let is_killed = running.is_some_and(|it| it.is_killed);
        let code = status?.code().filter(|_| !is_killed);
        let code = if is_killed { None } else { Some(code.unwrap_or(137)) };
        Ok(End { code, stdout: text(stdout), stderr: text(stderr) })
    }

    fn spawn(&self, script: &Path, folder: &Path, start: &Start) -> io::Result<Child> {
        let directory = start.directory.as_ref().map(PathBuf::from).filter(|it| it.is_dir());
        Command::new("/bin/sh")
            .arg("-c")
            .arg(script)
            .env_clear()
            .env("PATH", PATH)
            .envs(&self.shared.environment)
            .envs(&start.variables)
            .current_dir(directory.as_deref().unwrap_or(folder))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
    }

    /// Kills one and all that it has started; one that is not there yet, as soon as it is.
    pub(crate) fn kill(&self, id: &Id) {
        let is_there = self.running(|all| {
            let running = all.get_mut(id);
            running.map(|running| {
                running.is_killed = true;
                let _ = kill_process_group(running.group, Signal::KILL);
            })
        });
        if is_there.is_none() {
            self.doomed().insert(id.clone());
        }
    }

    fn doomed(&self) -> MutexGuard<'_, BTreeSet<Id>> {
        self.shared.doomed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Kills all that run: the story is over.
    pub fn end(&self) {
        self.running(|all| {
            for running in all.values_mut() {
                running.is_killed = true;
                let _ = kill_process_group(running.group, Signal::KILL);
            }
        });
    }

    fn running<T>(&self, act: impl FnOnce(&mut BTreeMap<Id, Running>) -> T) -> T {
        act(&mut self.shared.running.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The script, as a file that `sh -c` starts: a first line `#!/bin/bash` counts.
fn script(folder: &Path, text: &str) -> io::Result<PathBuf> {
    fs::DirBuilder::new().mode(0o700).create(folder)?;
    let path = folder.join("_script.sh");
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o700).open(&path)?;
    file.write_all(text.as_bytes())?;
    Ok(path)
}

/// The first `most` bytes; all others are read too, so that the process does not wait for a reader.
fn beginning(mut output: impl Read, most: u64) -> Vec<u8> {
    let mut kept = Vec::new();
    let _ = output.by_ref().take(most).read_to_end(&mut kept);
    let _ = io::copy(&mut output, &mut io::sink());
    kept
}
