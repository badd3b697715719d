//! What an adoption has not seen is added by the next one, and nothing that is there is lost, doubled or believed clean.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::adopt::{Shop, list};
use crate::given::{ASKS, runbook};
use crate::support::{Home, Moment, Ran, Side};

/// A wave in the Region of the runbook, and a second one that launches elsewhere.
const FAR: &str = "\t\t{ name = \"db\", servers = { tags = { Tier = \"db\" } } },\n\
                   \t\t{ name = \"far\", run = function()\n\
                   \t\t\tlocal drs = require(\"@moontide/drs\")\n\
                   \t\t\tlocal far = drs.servers { region = \"eu-west-1\", tags = { Tier = \"far\" } }\n\
                   \t\t\tlocal asked = { { source_server_id = far[1].source_server_id } }\n\
                   \t\t\tlocal job = drs.start_recovery { region = \"eu-west-1\", source_servers = asked, is_drill = true }\n\
                   \t\t\tdrs.await_jobs { region = \"eu-west-1\", job_ids = { job.job.job_id } }\n\
                   \t\tend },";

/// A shop whose drill has launched in two Regions.
fn in_two_regions() -> Shop {
    let text = runbook("shop", FAR)
        .replace("region = \"us-west-2\",\n", "regions = { \"us-west-2\", \"eu-west-1\" },\n");
    let far = "\n[[servers]]\nname = \"far\"\nregion = \"eu-west-1\"\ntags = { Tier = \"far\" }\n";
    let shop = Shop::of(&text, far, "regions = [\"eu-west-1\"]\n");
    shop.run("drill", "drill", &[], 0);
    shop
}

/// A shop whose drill has launched its first wave, and asks before the last one.
fn waiting() -> Shop {
    let waves = format!(
        "\t\t{{ name = \"db\", servers = {{ tags = {{ Tier = \"db\" }} }} }},\n{}",
        ASKS.replace("run = function() end", "servers = { tags = { Tier = \"web\" } }")
            .replace("name = \"cut-over\"", "name = \"web\", depends_on = { \"db\" }")
    );
    let shop = Shop::of(&runbook("shop", &waves), "", "");
    shop.run("drill", "drill", &[], 4);
    shop
}

/// Another home, for another store, that talks to the AWS of a shop.
#[track_caller]
fn aws(shop: &Shop, home: &Home, arguments: &[&str], code: i32) -> Ran {
    let [endpoint, speed] = shop.sim.flags();
    home.run(&[arguments, &[&endpoint, &speed]].concat()).expect(code)
}

/// How many jobs a listing says that the store does not know, and the commands that it proposes.
#[track_caller]
fn listed(ran: &Ran) -> (usize, Vec<String>) {
    let listing = ran.json();
    let next = list(&listing, "next").iter().filter_map(|it| it.as_str().map(str::to_owned));
    (list(&listing["executions"][0], "unknown_jobs").len(), next.collect())
}

fn counts(cleaned: &Value) -> (usize, usize) {
    (list(cleaned, "terminated").len(), list(cleaned, "left").len())
}

const BOTH: [&str; 2] = ["--region=us-west-2", "--region=eu-west-1"];

#[test]
fn a_region_that_was_forgotten_is_named_and_what_is_there_is_added_and_cleaned_up() {
    let shop = in_two_regions();
    shop.lose_the_store();
    shop.adopt("drill", 0);
    let cleaned = shop.aws(&["cleanup", "drill"], 0).stdout;
    assert!(cleaned.contains("terminated 1 instance in us-west-2\n"), "{cleaned}");
    assert!(cleaned.contains("left 0 instances in us-west-2\n"), "{cleaned}");
    let hint = "it was adopted from what shows in us-west-2; what it has launched in other Regions is unknown: \
                `moontide adopt drill --region REGION";
    assert!(cleaned.contains(hint), "{cleaned}");
    let status = shop.home.run(&["status", "drill"]).expect(0).stdout;
    assert!(status.contains(hint), "{status}");

    let text = shop.aws(&["adopt", BOTH[0], BOTH[1]], 0).stdout;
    assert!(text.contains("in the store, 1 job is not"), "{text}");
    assert!(text.contains("looked in us-west-2, eu-west-1; in other Regions"), "{text}");
    let (unknown, next) = listed(&shop.aws(&["adopt", BOTH[0], BOTH[1], "--output=json"], 0));
    assert_eq!(unknown, 1);
    assert!(next[0].contains("adopt drill --region us-west-2 --region eu-west-1"), "{next:?}");

    let again = shop.aws(&["adopt", "drill", BOTH[0], BOTH[1]], 0);
    assert!(again.stderr.contains("was adopted before; 1 job more of it is in "), "{again:?}");
    assert!(again.stdout.contains("next: moontide cleanup drill"), "{again:?}");
    let status = shop.home.run(&["status", "drill", "--output=json"]).expect(0).json();
    let waves: Vec<_> = list(&status, "waves").iter().map(|it| &it["name"]).collect();
    assert_eq!(waves, ["db", "far"]);
    assert_eq!(list(&status["waves"][1], "servers").len(), 1, "{status}");
    assert!(
        status["hints"].to_string().contains("what shows in us-west-2, eu-west-1;"),
        "{status}"
    );

    // Nothing is doubled by a third time.
    let journal = || shop.home.run(&["journal", "drill"]).expect(0).stdout;
    let before = journal();
    let thrice = shop.aws(&["adopt", "drill", BOTH[0], BOTH[1]], 0).stderr;
    assert!(thrice.contains("was adopted before, and nothing new was found"), "{thrice}");
    assert_eq!(journal(), before);

    let cleaned = shop.aws(&["cleanup", "drill", "--output=json"], 0).json();
    assert_eq!(cleaned["regions"], serde_json::json!(["us-west-2", "eu-west-1"]));
    assert_eq!(list(&cleaned, "terminated").len(), 1, "{cleaned}");
    let listing = shop.aws(&["adopt", BOTH[0], BOTH[1], "--output=json"], 0).json();
    assert_eq!(list(&listing["executions"][0], "instances").len(), 0, "{listing}");
    assert_eq!(shop.sim.performed("StartRecovery"), 2, "nothing is launched by an adoption");
}

#[test]
fn a_drill_in_two_regions_is_cleaned_up_in_both_from_its_own_journal_too() {
    let shop = in_two_regions();
    let cleaned = shop.aws(&["cleanup", "drill", "--output=json"], 0).json();
    assert_eq!(counts(&cleaned), (2, 0), "{cleaned}");
    let status = shop.home.run(&["status", "drill", "--output=json"]).expect(0).json();
    assert_eq!(status["next"], serde_json::json!([]));
}

#[test]
fn what_is_launched_after_an_adoption_is_added_by_the_next_one() {
    let (shop, here) = (waiting(), Home::new());
    aws(&shop, &here, &["adopt", "drill", BOTH[0]], 0);
    // The store was not lost after all: its runner goes on.
    shop.home.run(&["answer", "drill", "continue"]).expect(0);
    shop.aws(&["resume", "drill"], 0);
    assert_eq!(listed(&aws(&shop, &here, &["adopt", BOTH[0], "--output=json"], 0)).0, 1);
    assert_eq!(listed(&shop.aws(&["adopt", BOTH[0], "--output=json"], 0)).0, 0);
    aws(&shop, &here, &["adopt", "drill", BOTH[0]], 0);
    let cleaned = aws(&shop, &here, &["cleanup", "drill", "--output=json"], 0).json();
    assert_eq!(counts(&cleaned), (2, 0), "{cleaned}");
}

#[test]
fn what_is_added_while_a_cleanup_runs_is_cleaned_up_by_it_too() {
    let (shop, here) = (waiting(), Home::new());
    aws(&shop, &here, &["adopt", "drill", BOTH[0]], 0);
    let [endpoint, speed] = shop.sim.flags();
    let cleanup = here.moontide(&["cleanup", "drill", "--output=json", &endpoint, &speed]);
    let operation = Some("TerminateRecoveryInstances");
    let cleanup = shop.sim.trap.stop(cleanup, Moment { operation, number: 1, side: Side::After });
    shop.home.run(&["answer", "drill", "continue"]).expect(0);
    shop.aws(&["resume", "drill"], 0);
    aws(&shop, &here, &["adopt", "drill", BOTH[0]], 0);
    kill_process(Pid::from_child(&cleanup), Signal::CONT).expect("it was stopped");
    let cleaned = Ran::of(&cleanup.wait_with_output().expect("it ends")).expect(0).json();
    assert_eq!(counts(&cleaned), (2, 0), "{cleaned}");
}

#[test]
fn an_adoption_that_is_killed_in_the_middle_is_taken_up_by_the_same_command() {
    let (shop, here) = (in_two_regions(), Home::new());
    aws(&shop, &here, &["adopt", "drill", BOTH[0]], 0);
    let [endpoint, speed] = shop.sim.flags();
    let adopt = ["adopt", "drill", BOTH[0], BOTH[1], &endpoint, &speed];
    let moment = Moment { operation: Some("DescribeJobs"), number: 2, side: Side::After };
    assert_eq!(shop.sim.trap.spring(here.moontide(&adopt), moment).code, None);
    here.run(&adopt).expect(0);
    let cleaned = aws(&shop, &here, &["cleanup", "drill", "--output=json"], 0).json();
    assert_eq!(counts(&cleaned), (2, 0), "{cleaned}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("it can be made");
    for entry in fs::read_dir(from).expect("it is there") {
        let entry = entry.expect("it is there");
        let there = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &there);
        } else {
            fs::copy(entry.path(), there).expect("it can be copied");
        }
    }
}

#[test]
fn an_execution_with_a_journal_of_its_own_is_not_touched_and_what_it_does_not_know_is_named() {
    let shop = waiting();
    let (store, backup) = (shop.home.path().join("moontide"), shop.home.path().join("backup"));
    copy(&store, &backup);
    shop.home.run(&["answer", "drill", "continue"]).expect(0);
    shop.aws(&["resume", "drill"], 0);
    // The operators put the copy of this morning in the place of the store.
    shop.lose_the_store();
    copy(&backup, &store);
    let refused = shop.adopt("drill", 2).stderr;
    assert!(refused.contains("error[M0402]: `drill` is in this store already"), "{refused}");
    assert!(refused.contains("hint: its journal does not know drsjob-"), "{refused}");
    assert_eq!(refused.matches("drsjob-").count(), 1, "{refused}");
    let listing = shop.aws(&["adopt", BOTH[0]], 0).stdout;
    assert!(listing.contains("in the store, 1 job is not"), "{listing}");
    assert!(listing.contains("hint: drill: its journal does not know drsjob-"), "{listing}");
    assert!(!listing.contains("next: "), "{listing}");
}
