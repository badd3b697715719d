//! The agent of Systems Manager, as far as a command can tell: a script of its own, a bare environment, no home, no
//! terminal, a process group that is killed whole, and the beginning of what was printed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use crate::support::{Moment, Trap};

/// How an agent hands the values of parameters over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hands {
    /// As variables, where the document says so: since 3.3.2746.0.
    Variables,
    /// Pasted into the script.
    Paste,
}

/// An agent on an instance.
pub(crate) struct Agent {
    folder: PathBuf,
    /// How it hands values over.
    pub(crate) hands: Hands,
    /// The folder that commands run in if their document's is not there.
    pub(crate) directory: PathBuf,
    /// Variables of the instance beside the agent's own.
    pub(crate) variables: Vec<(String, String)>,
    /// What programs are found by.
    pub(crate) path: &'static str,
    number: AtomicU32,
}

/// What the console shows of a command.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// The exit code; 137 if it was killed.
    pub(crate) code: i32,
    /// The first 24,000 bytes.
    pub(crate) stdout: String,
    /// The first 8,000 bytes.
    pub(crate) stderr: String,
    /// How much there was of both.
    pub(crate) printed: (usize, usize),
}

impl Agent {
    /// A new one, which keeps its scripts in this folder.
    pub(crate) fn new(folder: &Path) -> Agent {
        Agent {
            folder: folder.to_path_buf(),
            hands: Hands::Variables,
            directory: PathBuf::from("/"),
            variables: Vec::new(),
            path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            number: AtomicU32::new(0),
        }
    }

    /// Runs a document to its end.
    pub(crate) fn run(&self, document: &Value, given: &[(&str, &str)]) -> Shown {
        let mut command = self.command(document, given);
        Shown::of(&command.output().expect("it starts"))
    }

    /// The same, killed with its group at this moment, as when its time is over.
    pub(crate) fn run_until(
        &self,
        document: &Value,
        given: &[(&str, &str)],
        (trap, moment): (&Trap, Moment),
    ) -> Shown {
        Shown::of(&trap.spring_group(self.command(document, given), moment))
    }

    /// The process that it starts.
    pub(crate) fn command(&self, document: &Value, given: &[(&str, &str)]) -> Command {
        let values = values(document, given);
        let is_handed = |name: &str| {
            let kind = &document["parameters"][name]["interpolationType"];
            self.hands == Hands::Variables && kind == "ENV_VAR"
        };
        let pasted = |text: &str| {
            let pasted = values.iter().filter(|(name, _)| !is_handed(name));
            pasted.fold(text.to_owned(), |text, (name, value)| put(&text, name, value))
        };
        let steps = document["mainSteps"].as_array().expect("steps");
        let run = steps.iter().find(|it| it["action"] == "aws:runShellScript").expect("a script");
        let lines = run["inputs"]["runCommand"].as_array().expect("lines");
        let lines: Vec<String> =
            lines.iter().map(|it| pasted(it.as_str().expect("a line"))).collect();
        let directory =
            PathBuf::from(run["inputs"]["workingDirectory"].as_str().expect("a folder"));
        let directory = if directory.is_dir() { directory } else { self.directory.clone() };
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(self.script(&lines))
            .env_clear()
            .env("PATH", self.path)
            .env("LANG", "C.UTF-8")
            .env("AWS_SSM_INSTANCE_ID", "i-0123456789abcdef0")
            .env("AWS_SSM_REGION_NAME", "us-west-2")
            .env("AWS_SSM_PLATFORM_NAME", "Amazon Linux")
            .env("AWS_SSM_PLATFORM_VERSION", "2023")
            .env("SSM_COMMAND_ID", "11111111-2222-3333-4444-555555555555")
            .envs(self.variables.iter().cloned())
            .current_dir(directory)
            .stdin(Stdio::null())
            .process_group(0);
        for (name, value) in values.iter().filter(|(name, _)| is_handed(name)) {
            command.env(format!("SSM_{name}"), value);
        }
        command
    }

    fn script(&self, lines: &[String]) -> PathBuf {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.join(format!("orchestration-{number}"));
        fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("_script.sh");
        fs::write(&path, lines.join("\n") + "\n").expect("it can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("it is ours");
        path
    }
}

/// The value of each parameter: as given, or by default.
fn values(document: &Value, given: &[(&str, &str)]) -> BTreeMap<String, String> {
    let declared = document["parameters"].as_object().expect("parameters");
    let value = |name: &String, declared: &Value| {
        let given = given.iter().find(|(it, _)| it == name).map(|(_, value)| (*value).to_owned());
        given.or_else(|| declared["default"].as_str().map(str::to_owned))
    };
    let all = declared.iter().map(|(name, it)| (name.clone(), value(name, it).expect("a value")));
    all.collect()
}

fn put(text: &str, name: &str, value: &str) -> String {
    let text = text.replace(&format!("{{{{{name}}}}}"), value);
    text.replace(&format!("{{{{ {name} }}}}"), value)
}

impl Shown {
    fn of(output: &Output) -> Shown {
        let cut = |bytes: &[u8], most: usize| {
            String::from_utf8(bytes[..bytes.len().min(most)].to_vec()).expect("whole characters")
        };
        let killed = output.status.signal().map(|signal| 128 + signal);
        Shown {
            code: output.status.code().or(killed).expect("it has ended"),
            stdout: cut(&output.stdout, 24_000),
            stderr: cut(&output.stderr, 8_000),
            printed: (output.stdout.len(), output.stderr.len()),
        }
    }

    /// The lines for programs.
    pub(crate) fn lines(&self) -> Vec<&str> {
        self.stdout.lines().filter(|line| line.starts_with("moontide: ")).collect()
    }

    /// As the console shows it: stdout, then stderr, and of both the beginning.
    pub(crate) fn console(&self) -> String {
        let whole = format!("{}\n----------ERROR-------\n{}", self.stdout, self.stderr);
        whole.chars().take(2_500).collect()
    }

    /// The same, if it ended with this code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Shown {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        self
    }
}
