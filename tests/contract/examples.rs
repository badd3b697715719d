//! An example of each kind, from a real run: against the simulator on a port, by the real binary.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Home, Ran, Sim, contract, repository};

const SHOP: &str = r#"--!strict
local moontide = require("@moontide")
return moontide.runbook {
	name = "shop",
	region = "us-west-2",
	objectives = { rto = "2h", rpo = "15m" },
	waves = {
		{
			name = "database",
			pause = { message = "Is the data good?", timeout = "4h", on_timeout = "abort" },
			servers = { tags = { App = "hello" } },
		},
		{ name = "web", depends_on = { "database" }, run = function() return { ok = true } end },
	},
}
"#;

const BROKEN: &str = r#"--!strict
local moontide = require("@moontide")
return moontide.runbook {
	name = "broken",
	region = "us-west-2",
	waves = { { name = "only", run = function() error("it does not work") end } },
}
"#;

const SCHEDULES: &str = r#"[[schedules]]
name = "weekly"
runbook = "shop"
when = "cron(0 2 ? * SUN *)"
zone = "Europe/Berlin"
"#;

/// A home with runbooks, a world, and drills that stand in different places.
struct Scene {
    home: Home,
    sim: Sim,
    seen: BTreeMap<String, Value>,
    /// Where what is read back is kept.
    keeps: Option<PathBuf>,
}

fn folder() -> PathBuf {
    repository("tests/contract/examples")
}

impl Scene {
    fn new() -> Scene {
        let scene = Scene {
            home: Home::new(),
            sim: Sim::of(&repository("runbooks/hello/world.toml")),
            seen: BTreeMap::new(),
            keeps: None,
        };
        let path = scene.home.path();
        for (name, runbook) in [("shop", SHOP), ("broken", BROKEN)] {
            std::fs::create_dir_all(path.join(name)).expect("a folder");
            std::fs::write(path.join(name).join("runbook.luau"), runbook).expect("it is written");
            let world = repository("runbooks/hello/world.toml");
            std::fs::copy(world, path.join(name).join("world.toml")).expect("it is there");
        }
        std::fs::write(path.join("schedules.toml"), SCHEDULES).expect("it is written");
        scene
    }

    /// Runs it, and keeps what it has printed under this name, or that of its document.
    fn run(&mut self, name: &str, code: i32, arguments: &[&str]) {
        let mut command = self.home.moontide(arguments);
        command.arg("--output=json").current_dir(self.home.path());
        let drives = ["run", "resume", "cleanup"].contains(&arguments[0]);
        command.args(if drives { self.sim.flags().to_vec() } else { Vec::new() });
        let ran = Ran::of(&command.output().expect("moontide starts"));
        assert_eq!(ran.code, Some(code), "{arguments:?}\n{}\n{}", ran.stdout, ran.stderr);
        let printed = if ran.stdout.is_empty() { &ran.stderr } else { &ran.stdout };
        let line = printed.lines().rfind(|it| it.starts_with('{')).expect("a document");
        // Whose machine it was is no part of an example.
        let line = line.replace(&self.home.path().display().to_string(), "/home/operator");
        let document: Value = serde_json::from_str(&line).expect("JSON");
        let says = document["document"].as_str().expect("it says what it is").to_owned();
        let kind = says.trim_start_matches("moontide.").replace('/', ".");
        let key = if name.is_empty() { kind } else { format!("{kind}.{name}") };
        assert!(self.seen.insert(key.clone(), document).is_none(), "{key} is there already");
    }

    /// What Moontide reads back, as this release writes it.
    fn keep_what_is_read_back(&self, folder: &Path) {
        let report = self.home.run(&["report", "drill", "--output=json"]).expect(0).stdout;
        std::fs::create_dir_all(folder).expect("a folder");
        std::fs::write(folder.join("report.1.json"), report).expect("it is written");
        let parcel = self.home.path().join("parcel.1.json");
        std::fs::copy(parcel, folder.join("parcel.1.json")).expect("it was exported");
    }

    fn play(mut self) -> BTreeMap<String, Value> {
        self.run("", 0, &["check", "shop"]);
        self.run("", 0, &["plan", "shop"]);
        self.run("", 0, &["rehearse", "shop", "--answer", "database=continue"]);
        let drill = ["run", "shop", "--mode", "drill", "--execution-id", "drill"];
        self.run("begun", 4, &[&drill[..], &["--cleanup-after", "1h"]].concat());
        self.run("paused", 0, &["status", "drill"]);
        self.run("", 0, &["claims"]);
        self.run("answer", 0, &["answer", "drill", "database", "continue", "--comment", "yes"]);
        self.run("answered", 0, &["show", "drill"]);
        self.run("completed", 0, &["resume", "drill"]);
        let broken = ["run", "broken", "--mode", "drill", "--execution-id", "broken"];
        self.run("failed", 1, &broken);
        self.run("failed", 0, &["show", "broken"]);
        self.run("", 0, &["list"]);
        self.run("", 0, &["journal", "drill"]);
        self.run("", 0, &["journal", "verify", "drill"]);
        self.run("", 0, &["journal", "verify", "--all"]);
        self.run("", 0, &["obligations"]);
        self.run("", 0, &["report", "drill"]);
        self.run("failed", 0, &["report", "broken"]);
        self.run("", 0, &["compliance"]);
        self.run("", 0, &["cleanup", "drill"]);
        self.run("", 0, &["schedule", "import", "schedules.toml"]);
        self.run("", 0, &["schedule", "list"]);
        self.run("", 0, &["schedule", "show", "weekly"]);
        self.run("", 0, &["schedule", "next", "weekly"]);
        self.run("", 0, &["schedule", "history"]);
        self.run("", 0, &["schedule", "pause", "weekly", "--reason", "a freeze"]);
        self.run("paused", 0, &["schedule", "list"]);
        self.run("", 0, &["notify", "list"]);
        self.run("", 0, &["state", "list", "shop"]);
        self.run("", 0, &["store", "export", "drill", "--to", "parcel.1.json"]);
        if let Some(folder) = &self.keeps {
            self.keep_what_is_read_back(folder);
        }
        self.run("", 0, &["store", "prune", "--older-than", "400d"]);
        self.run("", 2, &["status", "nothing"]);
        self.seen
    }
}

/// The examples that are kept, by the names of their files.
pub(crate) fn kept() -> BTreeMap<String, Value> {
    let files = std::fs::read_dir(folder()).expect("the examples");
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("an example");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, serde_json::from_str(&text).expect("JSON"))
    };
    files.map(|file| read(file.expect("a file").path())).collect()
}

#[test]
fn what_is_printed_today_is_what_its_schema_says() {
    let seen = Scene::new().play();
    let kept: Vec<String> = kept().into_keys().collect();
    let missing: Vec<&String> = seen.keys().filter(|it| !kept.contains(it)).collect();
    assert!(missing.is_empty(), "no example is kept of {missing:?}: `-- --ignored keep`");
}

#[test]
#[ignore = "it writes the examples that are kept, where there is none yet"]
fn keep() {
    std::fs::create_dir_all(folder()).expect("a folder");
    let back = repository("tests/contract/read_back");
    let keeps = (!back.exists()).then_some(back);
    for (name, document) in (Scene { keeps, ..Scene::new() }).play() {
        let path = folder().join(format!("{name}.json"));
        if !path.exists() {
            let text = serde_json::to_string_pretty(&document).expect("JSON") + "\n";
            std::fs::write(path, text).expect("it is written");
        }
    }
}

#[test]
fn what_some_release_printed_is_valid_for_ever() {
    let schemas = contract::kept();
    let examples = kept();
    assert!(examples.len() > 25, "only {} examples", examples.len());
    for (name, document) in examples {
        let says = document["document"].as_str().expect("it says what it is");
        let schema = contract::validator(&schemas[says]);
        assert_eq!(contract::mistakes(&schema, &document), [""; 0], "{name}");
        // What a later release adds, a reader of this version passes over.
        let mut later = document.clone();
        later["colour"] = "blue".into();
        assert_eq!(contract::mistakes(&schema, &later), [""; 0], "{name}");
        // Without what it is about, it is none.
        let mut less = document.clone();
        less.as_object_mut().expect("an object").remove("version");
        assert_ne!(contract::mistakes(&schema, &less), [""; 0], "{name}");
    }
}
