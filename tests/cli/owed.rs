//! A drill whose cleanup is owed, for the tests of obligations and of their carriers.

use serde_json::Value;

use crate::given::{WORLD, runbook, shop};
use crate::support::{Home, Ran, Sim, shim};

pub(crate) const DB: &str = "\t\t{ name = \"db\", servers = { tags = { Tier = \"db\" } } },";

pub(crate) const TERMINATE: &str = "TerminateRecoveryInstances";

/// A drill named `drill`, and its AWS.
pub(crate) struct Drill {
    pub(crate) home: Home,
    pub(crate) sim: Sim,
}

impl Drill {
    /// One of a single server, where this goes wrong.
    pub(crate) fn of(faults: &str) -> Drill {
        let home = shop(&[("runbook.luau", &runbook("shop", DB))]);
        let sim = Sim::with(&format!("{WORLD}tags = {{ Tier = \"db\" }}\n{faults}"));
        Drill { home, sim }
    }

    /// One that has ended, and whose cleanup is owed so long after its end.
    pub(crate) fn owing(after: &str) -> Drill {
        let drill = Drill::of("");
        drill.run(after, 0);
        drill
    }

    #[track_caller]
    pub(crate) fn run(&self, after: &str, code: i32) -> Ran {
        let folder = self.home.shop("");
        let after = format!("--cleanup-after={after}");
        let run = ["run", &folder, "--mode=drill", "--execution-id=drill", &after, "--output=json"];
        self.aws(&run, code)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> std::process::Command {
        let flags = self.sim.flags();
        let flags = flags.iter().map(String::as_str);
        self.home.moontide(&arguments.iter().copied().chain(flags).collect::<Vec<_>>())
    }

    /// A command that talks to the simulator.
    #[track_caller]
    pub(crate) fn aws(&self, arguments: &[&str], code: i32) -> Ran {
        Ran::of(&self.command(arguments).output().expect("moontide starts")).expect(code)
    }

    pub(crate) fn carrier(&self) -> std::process::Command {
        self.command(&["obligations", "--carry-out", "--output=json"])
    }

    /// A carrier whose machine is a minute ahead: that is ten hours of the drill.
    pub(crate) fn later(&self) -> std::process::Command {
        shim::shifted(self.carrier(), 60.0)
    }

    #[track_caller]
    pub(crate) fn look(&self, arguments: &[&str]) -> Value {
        self.home.run(&[arguments, &["--output=json"]].concat()).expect(0).json()
    }

    /// The obligation, as `status` has it.
    #[track_caller]
    pub(crate) fn owed(&self) -> Value {
        self.look(&["status", "drill"])["obligation"].take()
    }

    /// What was terminated, and how many cleanups there are.
    #[track_caller]
    pub(crate) fn check(&self, terminated: usize, cleanups: usize) {
        assert_eq!(self.sim.performed(TERMINATE), terminated);
        let listed = self.look(&["list"]);
        let ids = listed["executions"].as_array().expect("a list").iter();
        let count = ids.filter(|it| it["execution"].to_string().contains(".cleanup-")).count();
        assert_eq!(count, cleanups, "{listed}");
    }
}

/// What a carrier says of the only obligation.
#[track_caller]
pub(crate) fn carried_out(mut carrier: std::process::Command, code: i32) -> Value {
    let ran = Ran::of(&carrier.output().expect("moontide starts")).expect(code);
    let said = ran.json();
    let all = said["obligations"].as_array().expect("a list");
    assert!(all.len() <= 1, "{said}");
    all.first().cloned().unwrap_or_default()
}
