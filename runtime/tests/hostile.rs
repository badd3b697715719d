//! Every script of `tests/hostile/` meets the end that its head comment foretells.
//!
//! Each runs in a process of its own, under a watchdog: a crash or a hang fails this test and names the
//! script. Adding a file is adding a case; `tests/hostile/README.md` explains the head comment.

#![expect(clippy::unwrap_used, reason = "a test stops where it is surprised")]

mod hostile {
    pub(super) mod head;
    pub(super) mod play;
}

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use hostile::head::Head;
use hostile::play::{Ending, play};

/// How the child learns which script it is.
const SCRIPT: &str = "MOONTIDE_HOSTILE_SCRIPT";
/// What the line begins with that the child reports with.
const REPORT: &str = "hostile ending: ";
/// How long a child may take. A slice is one second of processor time; the machine may be busy.
const WATCHDOG: Duration = Duration::from_mins(1);

#[test]
fn every_hostile_script_meets_its_end() {
    let scripts = scripts();
    assert!(scripts.len() >= 176, "only {} scripts were found", scripts.len());
    let queue = Mutex::new(scripts);
    let surprises = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(script) = { queue.lock().unwrap().pop() } {
                    if let Err(surprise) = judge(&script) {
                        let name = script.file_name().unwrap_or_default().display();
                        surprises.lock().unwrap().push(format!("{name}: {surprise}"));
                    }
                }
            });
        }
    });
    let mut surprises = surprises.into_inner().unwrap();
    surprises.sort();
    assert!(surprises.is_empty(), "\n{}\n", surprises.join("\n"));
}

/// The child: plays one script and reports its ending on standard output.
#[test]
#[ignore = "the child process of `every_hostile_script_meets_its_end`"]
fn child() {
    #[expect(clippy::disallowed_methods, reason = "a test tells its child process what to do")]
    let Some(script) = std::env::var_os(SCRIPT) else {
        return;
    };
    let ending = play(&std::fs::read(script).unwrap());
    let report = serde_json::to_string(&ending).unwrap();
    writeln!(std::io::stdout(), "\n{REPORT}{report}").unwrap();
}

fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/hostile");
    let mut scripts: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "luau"))
        .collect();
    scripts.sort();
    scripts
}

/// Plays a script in a child process, and compares its ending with the foretold one.
fn judge(script: &Path) -> Result<(), String> {
    let foretold = Head::read(&std::fs::read(script).unwrap())?;
    let ending = ending(script)?;
    foretold.compare(&ending)
}

fn ending(script: &Path) -> Result<Ending, String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"])
        .env(SCRIPT, script)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (told, hears) = mpsc::channel();
    let mut stdout = child.stdout.take().unwrap();
    std::thread::spawn(move || {
        let mut text = String::new();
        let _ = stdout.read_to_string(&mut text);
        let _ = told.send(text);
    });
    let Ok(text) = hears.recv_timeout(WATCHDOG) else {
        child.kill().unwrap();
        child.wait().unwrap();
        return Err(format!("still running after {} s", WATCHDOG.as_secs()));
    };
    let status = child.wait().unwrap();
    let report = text.lines().find_map(|line| line.strip_prefix(REPORT));
    match report {
        Some(report) if status.success() => serde_json::from_str(report).map_err(|e| e.to_string()),
        _ => {
            let mut complaint = String::new();
            let _ = child.stderr.take().unwrap().read_to_string(&mut complaint);
            Err(format!("the process died: {status}\n{text}\n{complaint}"))
        }
    }
}
