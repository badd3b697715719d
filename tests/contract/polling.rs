//! The script of the guide `machines`, as it stands there: bash and jq, and the real binary.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Home, Ran, Sim, repository};

const RUNBOOK: &str = r#"--!strict
local moontide = require("@moontide")
return moontide.runbook {
	name = "shop",
	region = "us-west-2",
	waves = {
		{ name = "database", pause = "Is the data good?", run = function() return { ok = true } end },
		{ name = "web", depends_on = { "database" }, run = function() error("it does not work") end },
	},
}
"#;

/// What the script has in the place of 30 seconds: what others do meanwhile.
const MEANWHILE: &str = "moontide answer drill database \"$CHOICE\" >/dev/null 2>&1 || true\n";

fn script() -> String {
    let guide = repository("host/cli/guides/machines.md");
    let guide = fs::read_to_string(guide).expect("the guide");
    let (_, script) = guide.split_once("```bash\n").expect("a script");
    script.split_once("```").expect("its end").0.to_owned()
}

fn executable(path: &Path, text: &str) {
    fs::write(path, text).expect("it is written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it may be run");
}

/// A drill that waits for an answer, and a folder of programs in which nothing sleeps.
fn scene(home: &Home, sim: &Sim) -> PathBuf {
    let shop = home.path().join("shop");
    fs::create_dir_all(&shop).expect("a folder");
    fs::write(shop.join("runbook.luau"), RUNBOOK).expect("it is written");
    let mut run = home.moontide(&["run", "shop", "--mode=drill", "--execution-id=drill"]);
    run.args(sim.flags()).current_dir(home.path());
    Ran::of(&run.output().expect("it starts")).expect(4);

    let programs = home.path().join("programs");
    fs::create_dir_all(&programs).expect("a folder");
    let flags = sim.flags().join(" ");
    let binary = env!("CARGO_BIN_EXE_moontide");
    // `resume` goes to the simulator; what is looked at needs none.
    let wrapper = format!(
        "#!/bin/sh\ncase $1 in resume) exec {binary} \"$@\" {flags} ;; *) exec {binary} \"$@\" ;; esac\n"
    );
    executable(&programs.join("moontide"), &wrapper);
    executable(&programs.join("sleep"), &format!("#!/bin/sh\n{MEANWHILE}"));
    executable(&programs.join("poll"), &script());
    programs
}

/// Runs the script while a person gives this answer.
fn poll(home: &Home, programs: &Path, execution: &str, choice: &str) -> Ran {
    let moontide = home.moontide(&[]);
    let mut bash = Command::new("bash");
    bash.arg(programs.join("poll")).arg(execution).env_clear();
    bash.envs(moontide.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let path = format!("{}:/usr/bin:/bin", programs.display());
    bash.env("PATH", path).env("CHOICE", choice).stdin(Stdio::null());
    Ran::of(&bash.output().expect("bash starts"))
}

#[test]
fn the_script_of_the_guide_tells_what_is_asked_drives_on_and_ends_with_the_execution() {
    let jq = Command::new("jq").arg("--version").output();
    assert!(jq.is_ok_and(|it| it.status.success()), "this test needs jq: apt-get install jq");
    for (choice, status) in [("continue", "failed"), ("abort", "cancelled")] {
        let (home, sim) = (Home::new(), Sim::of(&repository("runbooks/hello/world.toml")));
        let programs = scene(&home, &sim);
        let ended = poll(&home, &programs, "drill", choice).expect(1);
        let asked = "Is the data good?\nmoontide answer drill database continue\n";
        assert!(ended.stdout.starts_with(asked), "{ended:?}");
        assert_eq!(ended.stdout.matches("good?").count(), 1, "it has its answer: {ended:?}");
        assert_eq!(
            ended.stderr.contains("web: it does not work"),
            choice == "continue",
            "{ended:?}"
        );
        let seen = home.run(&["status", "drill", "--output=json"]).expect(0).json();
        assert_eq!(seen["status"], status, "{seen}");
    }
}

#[test]
fn the_script_of_the_guide_ends_with_what_is_completed_and_with_what_is_not_there() {
    let (home, sim) = (Home::new(), Sim::of(&repository("runbooks/hello/world.toml")));
    let programs = scene(&home, &sim);
    poll(&home, &programs, "nothing", "continue").expect(2);
    let whole = RUNBOOK.replace("error(\"it does not work\")", "return { ok = true }");
    let shop = home.path().join("whole");
    fs::create_dir_all(&shop).expect("a folder");
    fs::write(shop.join("runbook.luau"), whole.replace("\"shop\"", "\"whole\"")).expect("written");
    let mut run = home.moontide(&["run", "whole", "--mode=drill", "--execution-id=whole"]);
    run.args(["--answer", "database=continue"]).args(sim.flags()).current_dir(home.path());
    Ran::of(&run.output().expect("it starts")).expect(0);
    let ended = poll(&home, &programs, "whole", "continue").expect(0);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", ""));
}
