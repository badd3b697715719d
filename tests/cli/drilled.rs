//! A drill to be cleaned up, for the tests of cleanups.

use serde_json::Value;

use crate::given::{WORLD, runbook, shop};
use crate::support::{Home, Ran, Sim};

pub(crate) const DB: &str = "\t\t{ name = \"db\", servers = { tags = { Tier = \"db\" } } },";

pub(crate) const WEB: &str =
    "\t\t{ name = \"web\", depends_on = { \"db\" }, servers = { tags = { Tier = \"web\" } } },";

/// A drill named `drill`, and its AWS.
pub(crate) struct Drill {
    pub(crate) home: Home,
    pub(crate) sim: Sim,
}

impl Drill {
    /// A drill of these waves, one server each, where this goes wrong.
    pub(crate) fn of(waves: &str, faults: &str) -> Drill {
        let home = shop(&[("runbook.luau", &runbook("shop", waves))]);
        let servers = "tags = { Tier = \"db\" }\n\n[[servers]]\nname = \"web\"\n\
                       tags = { Tier = \"web\" }\n";
        Drill { home, sim: Sim::with(&format!("{WORLD}{servers}{faults}")) }
    }

    /// One whose only launch lost its reply, behind its effect or before it, and could not be looked up:
    /// this role may not list the jobs, so many times.
    pub(crate) fn in_doubt(effect: bool, times: u32) -> Drill {
        let faults = format!(
            "\n[[faults]]\nkind = \"drop_reply\"\noperation = \"drs:StartRecovery\"\n\
             effect = {effect}\n\n[[faults]]\nkind = \"access_denied\"\n\
             operation = \"drs:DescribeJobs\"\nskip = 1\ntimes = {times}\n"
        );
        let drill = Drill::of(DB, &faults);
        drill.run(4);
        drill
    }

    /// A command that talks to the simulator.
    #[track_caller]
    pub(crate) fn aws(&self, arguments: &[&str], code: i32) -> Ran {
        let flags = self.sim.flags();
        let flags = flags.iter().map(String::as_str);
        self.home.run(&arguments.iter().copied().chain(flags).collect::<Vec<_>>()).expect(code)
    }

    #[track_caller]
    pub(crate) fn run(&self, code: i32) {
        let folder = self.home.shop("");
        self.aws(&["run", &folder, "--mode=drill", "--execution-id=drill"], code);
    }

    #[track_caller]
    pub(crate) fn clean_up(&self, code: i32) -> Value {
        self.aws(&["cleanup", "drill", "--output=json"], code).json()
    }

    /// The drill's journal names no job, so a cleanup must look for it.
    #[track_caller]
    pub(crate) fn knows_no_job(&self) {
        let journal = self.home.run(&["journal", "drill", "--output=json"]).expect(0).stdout;
        assert!(journal.contains("drs.start_recovery"), "{journal}");
        assert!(!journal.contains("drsjob-"), "{journal}");
    }

    /// A cleanup in a process of its own.
    pub(crate) fn cleanup(&self) -> std::process::Command {
        let [endpoint, speed] = self.sim.flags();
        self.home.moontide(&["cleanup", "drill", "--output=json", &endpoint, &speed])
    }
}

/// How many instances were terminated, and how many left.
pub(crate) fn counts(cleaned: &Value) -> (usize, usize) {
    let count = |field: &str| cleaned[field].as_array().map_or(0, Vec::len);
    (count("terminated"), count("left"))
}

/// The looks of two reconciliations: before a person decides, and after it.
pub(crate) const UNTIL_DECIDED: u32 = 2;
