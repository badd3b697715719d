//! What a drill touches besides what it has launched: nothing, but what its runbook names.

use crate::shown::{Case, Story};
use crate::support::Ran;

const CASE: Case =
    Case { name: "drill_outside", before: "a drill ran commands on production, and automations" };

/// One server that is live, and one that is drilled.
const WORLD: &str = "version = 1\naccount = \"111122223333\"\nregion = \"us-west-2\"\n\
    [[servers]]\nname = \"db-1\"\ntags = { App = \"shop\" }\n\
    [[servers]]\nname = \"prod\"\ntags = { App = \"prod\" }\nrecovery_instance = { drill = false }\n\
    [[automations]]\ndocument = \"Shop-Promote\"\n";

/// A drill that tries to touch the live instance in every way that it has.
fn tries(outside: &str, settings: &str) -> (Story, Ran) {
    let story = CASE.in_world(WORLD);
    let runbook = format!(
        "local moontide = require('@moontide')\n\
         local drs, ec2, ssm = require('@moontide/drs'), require('@moontide/ec2'), require('@moontide/ssm')\n\
         local function try(name, f, arguments)\n\
         local ok, err = pcall(f, arguments)\n\
         moontide.log.info(`{{name}}: {{if ok then 'DONE' elseif err.details and err.details.rule then err.details.rule else err.code}}`)\n\
         end\n\
         return moontide.runbook {{ name = 'touch', region = 'us-west-2', {outside}\n\
         waves = {{ {{ name = 'w', run = function()\n\
         local live\n\
         for _, it in drs.recovery_instances() do live = it.recovery_instance_id end\n\
         try('command', ssm.send_command, {{ instance_ids = {{ live }}, document_name = 'AWS-RunShellScript', parameters = {{ commands = {{ 'true' }} }} }})\n\
         try('automation', ssm.start_automation_execution, {{ document_name = 'Shop-Promote' }})\n\
         try('tags', ec2.create_tags, {{ resources = {{ live }}, tags = {{ Seen = 'yes' }} }})\n\
         try('reboot', ec2.reboot_instances, {{ live }})\n\
         try('terminate', drs.terminate_recovery_instances, {{ recovery_instance_ids = {{ live }} }})\n\
         end }} }} }}\n"
    );
    let path = story.home.path().join("runbook.luau");
    std::fs::write(&path, runbook).expect("it can be written");
    std::fs::write(story.home.path().join("moontide.toml"), settings).expect("it can be written");
    let ran = story.drill("x", path.to_str().expect("a readable path"), &[]);
    (story, ran)
}

const TOUCHES: [&str; 5] = [
    "SendCommand",
    "StartAutomationExecution",
    "CreateTags",
    "RebootInstances",
    "TerminateInstances",
];

fn touched(story: &Story) -> usize {
    TOUCHES.into_iter().map(|operation| story.sim.performed(operation)).sum()
}

/// What came of each attempt: `command: drill_stays_inside`.
fn ends(ran: &Ran) -> Vec<String> {
    let lines = ran.stderr.lines().filter_map(|line| line.split_once("w  | "));
    lines.map(|(_, said)| said.trim().to_owned()).collect()
}

#[test]
fn a_drill_touches_nothing_that_it_has_not_launched() {
    let (story, ran) = tries("", "");
    let ends = ends(&ran);
    CASE.comes_to(&ends.join(", "));
    assert_eq!(ends.len(), 5, "{ran:?}");
    assert!(ends.iter().all(|it| it.ends_with(": drill_stays_inside")), "{ends:?}");
    assert_eq!(touched(&story), 0);
}

const OUTSIDE: &str =
    "outside = { instances = { tags = { App = 'prod' } }, documents = { 'Shop-Promote' } },";

#[test]
fn what_the_runbook_names_is_touched_and_the_plan_shows_that_it_is_named() {
    let (story, ran) = tries(OUTSIDE, "");
    let ends = ends(&ran);
    CASE.comes_to(&format!("named in `outside`: {}", ends.join(", ")));
    assert!(ends[..2].iter().all(|it| it.ends_with(": DONE")), "{ends:?} {ran:?}");
    assert!(story.sim.performed("SendCommand") == 1);
    let path = story.home.path().join("runbook.luau");
    let path = path.to_str().expect("a readable path");
    let said = story.home.run(&["check", path]).stdout;
    assert!(said.contains("document Shop-Promote"), "check does not print what is outside: {said}");
}

#[test]
fn an_operator_denies_what_is_outside() {
    let (story, ran) = tries(OUTSIDE, "[policy]\ndeny = [\"outside\"]\n");
    let ends = ends(&ran);
    CASE.comes_to(&format!("denied by the operator: {}", ends.join(", ")));
    assert_eq!(touched(&story), 0, "{ends:?} {ran:?}");
    assert!(ends[..2].iter().all(|it| it.ends_with(": denied")), "{ends:?} {ran:?}");
}

/// A terminate job may be completed and its instance still there.
#[test]
fn a_cleanup_says_what_is_left_and_why() {
    let world = WORLD.replacen(
        "tags = { App = \"shop\" }",
        "tags = { App = \"shop\" }\ntermination_protection = true",
        1,
    );
    let story = CASE.in_world(&world);
    let runbook = "return require('@moontide').runbook { name = 'x', region = 'us-west-2',\n\
                   waves = { { name = 'w', servers = { tags = { App = 'shop' } } } } }";
    let path = story.home.path().join("runbook.luau");
    std::fs::write(&path, runbook).expect("it can be written");
    story.drill("x", path.to_str().expect("a readable path"), &[]).expect(0);
    let cleaned = story.aws(&["cleanup", "x"]);
    let told = cleaned.stdout.clone() + &cleaned.stderr;
    CASE.comes_to(&format!("cleanup of a protected instance: exit {:?}", cleaned.code));
    assert_eq!(cleaned.code, Some(1), "{told}");
    assert!(told.contains("may not be terminated") && told.contains("db-1"), "{told}");
}
