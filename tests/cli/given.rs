//! What the stories begin with.

use std::fs;
use std::path::PathBuf;

use crate::support::{Home, Ran, Sim};

/// A world with one server.
pub(crate) const WORLD: &str = "\
version = 1
account = \"111122223333\"
region = \"us-west-2\"

[[servers]]
name = \"db\"
";

/// A runbook of that name, whose waves are these.
pub(crate) fn runbook(name: &str, waves: &str) -> String {
    format!(
        "local moontide = require(\"@moontide\")\n\
         return moontide.runbook {{\n\tname = \"{name}\",\n\tregion = \"us-west-2\",\n\
         \twaves = {{\n{waves}\n\t}},\n}}\n"
    )
}

/// A wave that asks before it starts, and then does nothing.
pub(crate) const ASKS: &str =
    "\t\t{ name = \"cut-over\", pause = \"Point DNS at us-west-2?\", run = function() end },";

/// A home with a folder `shop` that holds these files.
pub(crate) fn shop(files: &[(&str, &str)]) -> Home {
    let home = Home::new();
    let folder = home.path().join("shop");
    fs::create_dir(&folder).expect("the folder is new");
    for (name, text) in files {
        fs::write(folder.join(name), text).expect("it can be written");
    }
    home
}

/// A home with an execution `drill` that waits at its only pause point, and its AWS.
pub(crate) fn waiting() -> (Home, Sim) {
    let home = shop(&[("runbook.luau", &runbook("shop", ASKS)), ("world.toml", WORLD)]);
    let sim = Sim::with(WORLD);
    let folder = home.shop("");
    let [endpoint, speed] = sim.flags();
    let run = ["run", &folder, "--mode=drill", "--execution-id=drill", &endpoint, &speed];
    home.run(&run).expect(4);
    (home, sim)
}

impl Home {
    /// The folder of the runbook, or something in it.
    pub(crate) fn shop(&self, name: &str) -> String {
        let path: PathBuf = self.path().join("shop").join(name);
        path.to_str().expect("a readable path").trim_end_matches('/').to_owned()
    }

    /// What a command said on stderr, if it ended with this code; this home is written `~`.
    #[track_caller]
    pub(crate) fn refusal(&self, arguments: &[&str], code: i32) -> String {
        self.said(self.run(arguments), code)
    }

    /// What was said on stderr, if it ended with this code; this home is written `~`.
    #[track_caller]
    pub(crate) fn said(&self, ran: Ran, code: i32) -> String {
        let home = self.path().to_str().expect("a readable path");
        ran.expect(code).stderr.replace(home, "~")
    }
}
