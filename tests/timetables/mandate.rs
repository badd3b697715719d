//! What a schedule said of a drill when that began holds to its end, whatever becomes of the schedule.

use super::{Desk, once};

const COMPLETED: &str = "cleanup = \"completed\"\n";

/// A drill that was cut off behind its launch.
fn cut_off(more: &str) -> Desk {
    let desk = Desk::with(&once("cut", 2, more));
    desk.import();
    desk.cut_off("cut");
    desk
}

#[test]
fn the_drill_of_a_schedule_that_was_removed_is_cleaned_up_as_it_was_meant() {
    let desk = cut_off(COMPLETED);
    desk.look(&["schedule", "remove", "cut"]).expect(0);
    let done = desk.finish().expect(0).json();
    assert_eq!(done["executions"][0]["status"], "completed", "{done}");
    assert_eq!(desk.sim.performed("TerminateRecoveryInstances"), 1);
}

#[test]
fn the_drill_of_a_schedule_that_was_imported_anew_is_cleaned_up_as_it_was_meant() {
    let desk = cut_off(COMPLETED);
    desk.write(&once("cut", 2, "cleanup = \"never\"\n"));
    desk.look(&["schedule", "import", &desk.file()]).expect(0);
    desk.finish().expect(0);
    assert_eq!(desk.sim.performed("TerminateRecoveryInstances"), 1);
    let desk = cut_off("cleanup = \"never\"\n");
    desk.write(&once("cut", 2, "cleanup = \"always\"\n"));
    desk.look(&["schedule", "import", &desk.file()]).expect(0);
    desk.finish().expect(0);
    assert_eq!(desk.sim.performed("TerminateRecoveryInstances"), 0, "it is meant to stay");
}

#[test]
fn a_drill_that_asks_a_person_is_cancelled_also_where_its_schedule_was_removed_since() {
    let desk = Desk::with(&once("cut", 2, ""));
    ask(&desk);
    desk.import();
    desk.cut_off("cut");
    desk.look(&["schedule", "remove", "cut"]).expect(0);
    desk.finish();
    let executions = desk.executions();
    let drill = executions.iter().find(|it| it["source"] == "schedule").expect("it is listed");
    assert_eq!(drill["status"], "cancelled", "no person is waited for: {executions:?}");
}

#[test]
fn a_drill_that_did_not_complete_is_left_to_be_looked_at_and_owes_nothing() {
    let desk = Desk::with(&once("cut", 2, COMPLETED));
    ask(&desk);
    desk.import();
    desk.run("cut");
    let owed = || desk.look(&["obligations", "--all", "--output=json"]).expect(0).json();
    let row = &owed()["obligations"][0];
    assert_eq!((&row["state"], &row["if_completed"]), (&"dropped".into(), &true.into()), "{row}");
    assert_eq!(row["note"], "it did not complete, and is left to be looked at");
    assert_eq!(desk.finish().expect(0).json()["obligations"], 0);
    assert_eq!(desk.sim.performed("TerminateRecoveryInstances"), 0);
    let id = row["execution"].as_str().expect("it has one").to_owned();
    desk.clean_up(&id);
    assert_eq!(owed()["obligations"][0]["state"], "done", "a person has cleaned up");
}

/// Its runbook asks a person behind the launch.
pub(crate) fn ask(desk: &Desk) {
    let source = "local moontide = require('@moontide')
        return moontide.runbook { name = 'hello', region = 'us-west-2', waves = { {
            name = 'greet', servers = { tags = { App = 'hello' } },
            after = function() moontide.ask { message = 'Does it greet?', choices = { 'yes', 'no' } } end,
        } } }";
    let file = desk.home.path().join("hello/runbook.luau");
    std::fs::write(file, source).expect("it can be written");
}

impl Desk {
    fn clean_up(&self, id: &str) {
        let ran = self.aws(&["cleanup", id]).output().expect("moontide starts");
        super::Ran::of(&ran).expect(0);
    }
}
