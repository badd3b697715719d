//! Records of hosted zones: a drill changes none that its runbook does not name.

use crate::shown::{Case, Story};
use crate::support::Ran;

const CASE: Case = Case { name: "hosted_zones", before: "no runbook could lead people anywhere" };

const DRILL: &[&str] = &["--mode=drill"];
const RECOVERY: &[&str] = &["--mode=recovery", "--yes"];

const WORLD: &str = "version = 1\naccount = \"111122223333\"\nregion = \"us-west-2\"\nservers = []\n\
    page_size = 2\n\
    [[hosted_zones]]\nid = \"Z0123456789ABCDEFGHIJ\"\nname = \"shop.example\"\nrecords = [\n\
    { name = \"www.shop.example\", type = \"A\", values = [\"192.0.2.1\"] },\n\
    { name = \"api.shop.example\", type = \"A\", values = [\"192.0.2.2\"] },\n\
    { name = \"shop.example\", type = \"MX\", values = [\"10 mail.shop.example\"] },\n]\n";

/// The example of the module, as it stands there.
fn example() -> String {
    let module = include_str!("../../stdlib/route53.luau");
    let (_, example) = module.split_once("```luau\n").expect("the module has an example");
    let (example, _) = example.split_once("```").expect("it ends");
    example
        .lines()
        .map(|line| line.strip_prefix('\t').unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Runs it in a mode, in the world with something more.
fn runs(runbook: &str, mode: &[&str], faults: &str) -> (Story, Ran) {
    let story = CASE.in_world(&format!("{WORLD}{faults}"));
    let path = story.home.path().join("runbook.luau");
    std::fs::write(&path, runbook).expect("it can be written");
    let path = path.to_str().expect("a readable path");
    let ran = story.aws(&[&["run", path, "--execution-id=x"], mode].concat());
    (story, ran)
}

#[test]
fn a_drill_changes_the_zone_that_its_runbook_names_and_reads_all_pages() {
    let (story, ran) = runs(&example(), DRILL, "");
    let said: Vec<&str> =
        ran.stderr.lines().filter_map(|it| it.split_once("| ")).map(|it| it.1).collect();
    CASE.comes_to(&said.join(", "));
    let ran = ran.expect(0);
    for name in ["shop.example. MX", "api.shop.example. A", "www.shop.example. A"] {
        assert!(ran.stderr.contains(name), "{ran:?}");
    }
    assert_eq!(story.sim.performed("ChangeResourceRecordSets"), 1);
    assert_eq!(story.sim.performed("ListResourceRecordSets"), 2, "two pages");
    // A global service has no Region, and its calls no argument of that name.
    let journal = story.journal("x");
    let changes =
        journal.iter().filter(|it| it["operation"] == "route53.change_resource_record_sets");
    assert!(changes.clone().count() > 0 && changes.clone().all(|it| it["class"] != "read"));
}

#[test]
fn a_drill_changes_no_zone_that_its_runbook_does_not_name_and_a_recovery_does() {
    let silent = example().replace("outside = { instances = { ids = { ZONE } } },", "");
    let (story, ran) = runs(&silent, DRILL, "");
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(said.contains("drill_stays_inside"), "{said}");
    assert!(said.contains("change records of Z0123456789ABCDEFGHIJ"), "{said}");
    assert_eq!(story.sim.performed("ChangeResourceRecordSets"), 0);
    let (story, ran) = runs(&silent, RECOVERY, "");
    ran.expect(0);
    assert_eq!(story.sim.performed("ChangeResourceRecordSets"), 1);
}

/// A `CREATE` that is sent again is refused; so what a lost reply was about is looked at first.
#[test]
fn a_change_whose_reply_is_lost_is_found_done_and_not_sent_again() {
    let create = example().replace(
        "route53.point(ZONE, { name = \"www.shop.example\", values = { \"192.0.2.7\" }, ttl = 60 })",
        "route53.change_resource_record_sets { hosted_zone_id = ZONE, change_batch = { changes = { {\n\
         action = 'CREATE', resource_record_set = { name = '*.shop.example', type = 'A', ttl = 60,\n\
         resource_records = { { value = '192.0.2.8' }, { value = '192.0.2.7' } } } } } } }",
    );
    let lost = |effect| {
        format!(
            "[[faults]]\nkind = \"drop_reply\"\noperation = \"route53:ChangeResourceRecordSets\"\n\
             effect = {effect}\n"
        )
    };
    for effect in [true, false] {
        let (story, ran) = runs(&create, DRILL, &lost(effect));
        let ran = ran.expect(0);
        assert!(ran.stderr.contains("\\052.shop.example. A"), "{ran:?}");
        let asked = story.sim.performed("ChangeResourceRecordSets");
        assert_eq!(asked, if effect { 1 } else { 2 }, "sent again only if it had no effect");
    }
}
