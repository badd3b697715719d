//! What a cleanup may say of a launch whose end was not seen, or which DRS does not show.

use crate::drilled::{DB, Drill, UNTIL_DECIDED, counts};
use crate::given::{WORLD, runbook, shop};
use crate::support::{Ran, Sim};

#[test]
fn a_launch_that_cannot_be_looked_up_is_left_and_the_cleanup_fails() {
    let drill = Drill::in_doubt(true, 100_000);
    drill.home.run(&["cancel", "drill"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    drill.knows_no_job();
    let cleaned = drill.clean_up(1);
    assert_eq!(counts(&cleaned), (0, 1), "{cleaned}");
    assert!(cleaned["left"][0]["server"].as_str().is_some_and(|it| it.starts_with("s-")));
    let reason = cleaned["left"][0]["reason"].as_str().unwrap_or_default();
    assert!(reason.starts_with("perhaps launched: the jobs cannot be looked up"), "{cleaned}");
    // Once more is another look, not a memory of the first.
    let again = drill.aws(&["cleanup", "drill"], 1);
    let server = cleaned["left"][0]["server"].as_str().unwrap_or_default();
    let said = again.stdout.replace(server, "s-…");
    assert!(said.contains("drill  cleanup failed  drill.cleanup-2\n"), "{said}");
    assert!(said.contains("left 1 instance\n  ?  s-…  perhaps launched:"), "{said}");
}

#[test]
fn a_launch_whose_end_was_not_seen_is_found_by_its_tag_and_cleaned_up() {
    let drill = Drill::in_doubt(true, UNTIL_DECIDED);
    drill.home.run(&["cancel", "drill"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    drill.knows_no_job();
    let cleaned = drill.clean_up(0);
    assert_eq!(counts(&cleaned), (1, 0), "{cleaned}");
    assert_eq!(drill.sim.performed("TerminateRecoveryInstances"), 1);
}

#[test]
fn a_launch_that_a_person_vouched_for_without_its_job_is_cleaned_up() {
    let drill = Drill::in_doubt(true, UNTIL_DECIDED);
    drill.home.run(&["answer", "drill", "happened", "--value={}"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    drill.knows_no_job();
    let cleaned = drill.clean_up(0);
    assert_eq!(counts(&cleaned), (1, 0), "{cleaned}");
}

#[test]
fn a_launch_that_a_person_denied_by_mistake_is_cleaned_up() {
    let drill = Drill::in_doubt(true, UNTIL_DECIDED);
    drill.home.run(&["answer", "drill", "did-not"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    drill.knows_no_job();
    let cleaned = drill.clean_up(0);
    assert_eq!(counts(&cleaned), (1, 0), "{cleaned}");
}

#[test]
fn a_launch_that_certainly_never_was_leaves_nothing() {
    let drill = Drill::in_doubt(false, UNTIL_DECIDED);
    drill.home.run(&["cancel", "drill"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    drill.knows_no_job();
    let cleaned = drill.clean_up(0);
    assert_eq!(counts(&cleaned), (0, 0), "{cleaned}");
    assert_eq!(drill.sim.performed("TerminateRecoveryInstances"), 0);
}

/// A job that DRS does not show launches on, even if a person has given it up.
#[test]
fn a_launch_that_does_not_show_is_left_until_it_has_ended() {
    let home = shop(&[("runbook.luau", &runbook("shop", DB))]);
    let server = "tags = { Tier = \"db\" }\nslowness = 100\n";
    let hidden = "\n[[faults]]\nkind = \"late_job\"\nby = \"900h\"\n";
    let drill = Drill { home, sim: Sim::at(&format!("{WORLD}{server}{hidden}"), 5000.0) };
    let folder = drill.home.shop("");
    let run = ["run", &folder, "--mode=drill", "--execution-id=drill", "--answer=fail"];
    drill.aws(&run, 1);
    let cleaned = drill.clean_up(1);
    assert_eq!(counts(&cleaned), (0, 1), "{cleaned}");
    let left = cleaned["left"][0].to_string();
    assert!(left.contains("may launch it yet"), "{left}");
    let next = drill.home.run(&["status", "drill", "--output=json"]).expect(0).json();
    assert!(next["next"].to_string().contains("cleanup drill"), "{next}");
    let done = (0..200).find_map(|_| {
        let ran = Ran::of(&drill.cleanup().output().expect("moontide starts"));
        (ran.code == Some(0)).then(|| ran.json())
    });
    // The one before may have sent it, and not have seen its end: that job does not show either.
    assert_eq!(done.map(|cleaned| counts(&cleaned).1), Some(0));
    assert!(drill.sim.performed("TerminateRecoveryInstances") > 0);
}

/// Its job is known, whether or not an earlier call was refused, and whether its reply was seen or it was found.
#[test]
fn a_job_that_the_journal_names_is_cleaned_up_though_drs_does_not_show_it() {
    let hidden = "\n[[faults]]\nkind = \"late_job\"\nby = \"900h\"\n";
    let trouble = "\n[[faults]]\nkind = \"throttle\"\noperation = \"drs:StartRecovery\"\n";
    let drill = Drill::of(DB, &format!("{hidden}{trouble}"));
    let folder = drill.home.shop("");
    drill.aws(&["run", &folder, "--mode=drill", "--execution-id=drill"], 0);
    let journal = drill.home.run(&["journal", "drill"]).expect(0).stdout;
    assert!(journal.contains("drs.start_recovery") && journal.contains("time 2"), "{journal}");
    let cleaned = drill.clean_up(0);
    assert_eq!(counts(&cleaned), (1, 0), "{cleaned}");
}
