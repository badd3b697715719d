//! AWS cannot be seen for a while: it is waited for, and no wave has failed.

use crate::shown::Case;
use crate::support::outage::{Lasting, Outage, Spell};

/// Credentials expire at the launch, and are renewed after a while.
const LAUNCH: Spell = Spell {
    operation: Some("DescribeSourceServers"),
    number: 1,
    outage: Outage::Expired,
    lasting: Lasting::Calls(6),
};

#[test]
fn credentials_that_are_renewed_cost_no_retry_and_fire_no_policy() {
    let case = Case {
        name: "expired_credentials",
        before: "skip fired, and three retries burnt in seven seconds",
    };
    let story = case.story();
    story.sim.outages.cast(LAUNCH);
    let ran = story.drill("drill", &case.path("policies.luau"), &[]);
    assert!(story.sim.outages.mend(), "the credentials have expired");
    let attempts = story.say(&["journal", "drill"], 0).stdout.contains("database#2");
    case.comes_to(&format!("renewed: exit {:?}, {}", ran.code, story.waves("drill")));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(story.waves("drill"), "database completed, cache completed, after-cache completed");
    assert!(!attempts, "a retry was spent");
    let said = ran.stderr.to_lowercase();
    assert!(said.contains("credentials"), "it says what it waits for: {said}");
}

#[test]
fn credentials_that_stay_expired_stop_the_runner_and_another_goes_on() {
    let case = Case { name: "expired_credentials", before: "the execution failed" };
    let story = case.story();
    story.sim.outages.cast(Spell { lasting: Lasting::Ever, ..LAUNCH });
    let ran = story.drill("drill", &case.path("policies.luau"), &[]);
    assert!(story.sim.outages.mend(), "the credentials have expired");
    let stopped = story.waves("drill");
    let resumed = story.resume("drill");
    case.comes_to(&format!("not renewed: exit {:?}; resumed: exit {:?}", ran.code, resumed.code));
    assert_eq!(ran.code, Some(6), "{ran:?}");
    assert!(ran.stderr.contains("moontide resume drill"), "{}", ran.stderr);
    assert!(!stopped.contains("failed") && !stopped.contains("skipped"), "{stopped}");
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    assert!(!story.say(&["journal", "drill"], 0).stdout.contains("database#2"));
    assert_eq!(story.launched_twice(), [""; 0]);
}

#[test]
fn credentials_that_expire_while_a_job_is_waited_for_are_asked_for_at_once() {
    let case = Case {
        name: "expired_credentials",
        before: "silence for six minutes, and for as long after their renewal",
    };
    let world = std::fs::read_to_string(case.path("world.toml")).expect("a world");
    let story = case.at(&world, 100.0);
    let lasting = Lasting::Calls(5);
    story.sim.outages.cast(Spell { operation: Some("DescribeJobs"), number: 4, lasting, ..LAUNCH });
    let ran = story.drill("drill", &case.path("policies.luau"), &[]);
    assert!(story.sim.outages.mend(), "the credentials have expired");
    let said: Vec<&str> = ran.stderr.lines().filter(|line| line.contains("await_jobs")).collect();
    case.comes_to(&format!("while a job is waited for: {}", said.join("; ")));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let first = said.first().unwrap_or_else(|| panic!("it says nothing: {}", ran.stderr));
    let waited = first.split(", for ").nth(1).and_then(|rest| rest.split(" of ").next());
    let waited = waited.expect("it says for how long");
    assert!(first.contains("waits for credentials") && !waited.contains('m'), "{first}");
    assert!(said.iter().any(|line| line.contains("goes on after")), "{said:?}");
}
