//! A store that is lost on the day: `moontide adopt` takes up what executions have launched, from nothing but AWS.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use crate::given::{WORLD, runbook, shop};
use crate::support::{Home, Ran, Sim};

const WAVES: &str = "\t\t{ name = \"db\", servers = { tags = { Tier = \"db\" } } },\n\
                     \t\t{ name = \"web\", depends_on = { \"db\" }, servers = { tags = { Tier = \"web\" } } },";
const SERVERS: &str = "tags = { Tier = \"db\" }\n\n[[servers]]\nname = \"web\"\ntags = { Tier = \"web\" }\n\n\
                       [[servers]]\nname = \"other\"\ntags = { Tier = \"other\" }\n";

/// A shop, whose drills launch two servers of three, and its AWS.
pub(crate) struct Shop {
    pub(crate) home: Home,
    pub(crate) sim: Sim,
}

impl Shop {
    fn new() -> Shop {
        Shop::with("")
    }

    pub(crate) fn with(faults: &str) -> Shop {
        Shop::of(&runbook("shop", WAVES), faults, "")
    }

    /// One of this runbook, in a world in which there is this besides, and this about the world as a whole.
    pub(crate) fn of(runbook: &str, more: &str, about: &str) -> Shop {
        let world = WORLD.replacen("\n\n", &format!("\n{about}\n"), 1);
        let home = shop(&[("runbook.luau", runbook)]);
        Shop { home, sim: Sim::with(&format!("{world}{SERVERS}{more}")) }
    }

    /// A command that talks to the simulator.
    #[track_caller]
    pub(crate) fn aws(&self, arguments: &[&str], code: i32) -> Ran {
        let flags = self.sim.flags();
        let flags = flags.iter().map(String::as_str);
        self.home.run(&arguments.iter().copied().chain(flags).collect::<Vec<_>>()).expect(code)
    }

    #[track_caller]
    pub(crate) fn run(&self, kind: &str, id: &str, more: &[&str], code: i32) -> Ran {
        let (folder, kind) = (self.home.shop(""), format!("--mode={kind}"));
        let id = format!("--execution-id={id}");
        self.aws(&[&["run", &folder, &kind, &id, "--yes"], more].concat(), code)
    }

    /// The disk burns.
    pub(crate) fn lose_the_store(&self) {
        fs::remove_dir_all(self.home.path().join("moontide")).expect("there was a store");
    }

    #[track_caller]
    pub(crate) fn adopt(&self, name: &str, code: i32) -> Ran {
        self.aws(&["adopt", name, "--region=us-west-2"], code)
    }

    /// In whose name it was adopted.
    fn user(&self) -> String {
        let shown = self.home.run(&["show", "drill", "--output=json"]).expect(0).json();
        shown["cancelled_by"].as_str().expect("a name").to_owned()
    }

    /// What is said, without what differs from run to run.
    fn plainly(&self, text: &str) -> String {
        let [endpoint, speed] = self.sim.flags();
        let flags = [endpoint, speed].map(|flag| flag.replacen('=', " ", 1)).join(" ");
        let mut plain = text.replace(&flags, "AWS");
        let home = self.home.path().to_str().expect("a readable path");
        plain = plain.replace(home, "~");
        for prefix in ["i-", "s-", "drsjob-"] {
            plain = hidden(&plain, prefix);
        }
        plain
    }
}

/// The same text, in which what follows a prefix is hidden.
fn hidden(text: &str, prefix: &str) -> String {
    let mut parts = text.split(prefix);
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|it: char| it.is_ascii_alphanumeric());
        let is_id = part.len() - rest.len() >= 16;
        plain.push_str(prefix);
        plain.push_str(if is_id { "…" } else { "" });
        plain.push_str(if is_id { rest } else { part });
    }
    plain
}

pub(crate) fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn what_a_drill_has_launched_is_cleaned_up_although_its_store_is_lost() {
    let shop = Shop::new();
    // Another drill of the same account, in another store, has an instance of its own.
    let other = Home::new();
    let [endpoint, speed] = shop.sim.flags();
    let folder = shop.home.path().join("other");
    fs::create_dir(&folder).expect("it is new");
    let waves = "\t\t{ name = \"other\", servers = { tags = { Tier = \"other\" } } },";
    fs::write(folder.join("runbook.luau"), runbook("other", waves)).expect("it is written");
    let folder = folder.to_str().expect("a readable path").to_owned();
    let run = ["run", &folder, "--mode=drill", "--execution-id=other", &endpoint, &speed];
    other.run(&run).expect(0);
    shop.run("drill", "drill", &[], 0);
    shop.lose_the_store();

    let missing = shop.aws(&["cleanup", "drill"], 2).stderr;
    assert!(missing.contains("where its store is lost, `moontide adopt drill"), "{missing}");
    let listing = shop.aws(&["adopt", "--region=us-west-2", "--output=json"], 0).json();
    let found: Vec<_> = list(&listing, "executions")
        .iter()
        .map(|it| (it["execution"].as_str(), it["mode"].as_str(), list(it, "instances").len()))
        .collect();
    assert_eq!(found, [(Some("drill"), Some("drill"), 2), (Some("other"), Some("drill"), 1)]);
    assert_eq!(list(&listing, "left"), [] as [Value; 0]);

    let adopted = shop.adopt("drill", 0);
    let status = shop.home.run(&["status", "drill"]).expect(0).stdout;
    assert!(adopted.stderr.starts_with("drill is adopted: it is in sqlite:"), "{adopted:?}");
    let (head, tail) = status.split_once("it was adopted at ").expect("that it was adopted");
    let (_, by) = tail.split_once(" by ").expect("by whom");
    let user = shop.user();
    let status =
        format!("{head}it was adopted at … by {by}").replace(&format!("by {user}"), "by ann");
    assert_snapshot!(shop.plainly(&status), @r"
    drill  unknown  drill  cancelled after 0s
      db  cancelled after 0s by ann
        |  db  s-…  launched  i-…
      web  cancelled after 0s by ann
        |  web  s-…  launched  i-…
    hint: it was adopted at … by arn:aws:sts::111122223333:assumed-role/moontide/moontide, from the tags on its launches: which attempt launched what, and what else its waves did, is unknown
    hint: it was adopted from what shows in us-west-2; what it has launched in other Regions is unknown: `moontide adopt drill --region REGION` adds that
    next: moontide cleanup drill
    ");

    let cleaned = shop.aws(&["cleanup", "drill", "--output=json"], 0).json();
    assert_eq!((list(&cleaned, "terminated").len(), list(&cleaned, "left").len()), (2, 0));
    let listing = shop.aws(&["adopt", "--region=us-west-2", "--output=json"], 0).json();
    let there: Vec<usize> =
        list(&listing, "executions").iter().map(|it| list(it, "instances").len()).collect();
    assert_eq!(there, [0, 1], "the other drill keeps its own");
    // And the other one is cleaned up from its own store, as ever.
    other.run(&["cleanup", "other", &endpoint, &speed]).expect(0);
}

#[test]
fn nothing_goes_on_from_what_was_adopted() {
    let shop = Shop::new();
    shop.run("drill", "drill", &[], 0);
    shop.lose_the_store();
    shop.adopt("drill", 0);
    let launched = shop.sim.performed("StartRecovery");
    let refusal = shop.aws(&["resume", "drill"], 2).stderr;
    assert_snapshot!(shop.plainly(&refusal), @r"
    error[M0806]: `drill` was adopted after its store was lost: what it ran from is lost too, and nothing goes on from it
    hint: `moontide cleanup drill AWS` terminates what it has launched
    hint: `moontide run RUNBOOK --mode drill AWS` starts a new one
    ");
    for command in [&["retry", "drill", "web"][..], &["skip", "drill", "web"], &["cancel", "drill"]]
    {
        let refusal = shop.home.run(command).expect(2).stderr;
        assert!(refusal.contains("nothing goes on from it"), "{command:?}: {refusal}");
        assert!(refusal.contains("`moontide cleanup drill` terminates"), "{refusal}");
    }
    let again = shop.run("drill", "drill", &[], 2).stderr;
    assert!(again.contains("nothing goes on from it"), "{again}");
    shop.home.run(&["note", "drill", "the disk burnt"]).expect(0);
    let shown = shop.home.run(&["show", "drill"]).expect(0).stdout;
    assert!(shown.contains("the disk burnt"), "{shown}");
    assert_eq!(shop.sim.performed("StartRecovery"), launched);

    let twice = shop.adopt("drill", 0).stderr;
    assert!(twice.contains("drill was adopted before, and nothing new was found"), "{twice}");
    let listed = shop.home.run(&["list", "--output=json"]).expect(0).json();
    let row = &listed["executions"][0];
    assert_eq!((&row["status"], &row["runbook"]), (&"cancelled".into(), &"unknown".into()));
}

#[test]
fn a_second_drill_is_told_whose_the_instances_are_and_runs_once_they_are_cleaned_up() {
    let shop = Shop::new();
    shop.run("drill", "first", &[], 0);
    shop.lose_the_store();
    let refused = shop.run("drill", "second", &["--only=db"], 1);
    assert!(
        refused.stdout.contains("which the wave `db` of the execution `first` has launched"),
        "{refused:?}"
    );
    shop.adopt("first", 0);
    shop.aws(&["cleanup", "first"], 0);
    shop.run("drill", "third", &["--only=db"], 0);
}

#[test]
fn a_recovery_is_adopted_as_one_and_its_instances_are_left_alone() {
    let shop = Shop::new();
    shop.run("recovery", "real", &[], 0);
    shop.lose_the_store();
    shop.adopt("real", 0);
    let status = shop.home.run(&["status", "real", "--output=json"]).expect(0).json();
    assert_eq!((&status["mode"], &status["next"]), (&"recovery".into(), &serde_json::json!([])));
    let refused = shop.aws(&["cleanup", "real"], 2).stderr;
    assert!(refused.contains("`real` is a recovery"), "{refused}");
    assert_eq!(shop.sim.performed("TerminateRecoveryInstances"), 0);
}

#[test]
fn two_executions_of_one_id_are_told_apart_by_what_their_tags_say() {
    let shop = Shop::new();
    shop.run("drill", "drill", &["--only=db"], 0);
    shop.lose_the_store();
    shop.run("drill", "drill", &["--only=web"], 0);
    shop.lose_the_store();
    let refused = shop.adopt("drill", 2).stderr;
    assert!(refused.contains("several executions go by the id `drill`"), "{refused}");
    let listing = shop.aws(&["adopt", "--region=us-west-2", "--output=json"], 0).json();
    let of_web = list(&listing, "executions").iter().find(|it| it["waves"][0] == "web");
    let nonce = of_web.and_then(|it| it["nonce"].as_str()).expect("a nonce");
    shop.adopt(&format!("drill@{nonce}"), 0);
    let cleaned = shop.aws(&["cleanup", "drill", "--output=json"], 0).json();
    assert_eq!(list(&cleaned, "terminated").len(), 1);
    let unknown = shop.adopt("dril", 2).stderr;
    assert!(unknown.contains("bears the tag of an execution `dril`"), "{unknown}");
}

#[test]
fn instances_that_cannot_be_listed_keep_a_region_from_being_looked_in() {
    let denied = "\n[[faults]]\nkind = \"access_denied\"\noperation = \"ec2:DescribeInstances\"\n";
    let throttled = denied.replace("access_denied", "throttle");
    for (fault, code) in [(denied, 0), (&throttled, 6)] {
        let shop = Shop::with(&format!("{fault}times = 1000\n"));
        let said = shop.aws(&["adopt", "--region=us-west-2"], code).stderr;
        let noted = said.contains("not looked at: instances of EC2");
        assert_eq!(noted, code == 0, "{said}");
        if code != 0 {
            assert!(said.contains("the instances of EC2 in us-west-2 cannot be listed"), "{said}");
            assert!(said.contains("nothing was adopted"), "{said}");
        }
    }
}
