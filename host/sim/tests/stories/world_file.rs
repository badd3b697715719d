//! What an author of worlds is told of fields, values, faults and the world as a whole.

use moontide_sim::Scenario;

/// What is wrong with a world whose first three lines are right.
pub(crate) fn complaint(rest: &str) -> String {
    let text = format!("version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\n{rest}");
    Scenario::parse(&text, "world.toml").unwrap_err().to_string()
}

pub(crate) const SERVER: &str = "[[servers]]\nname = \"db\"\n";

#[test]
fn a_misspelled_field_is_named_with_its_line_and_what_may_have_been_meant() {
    assert_eq!(
        complaint("[[servers]]\nname = \"db\"\nrelication = \"CONTINUOUS\"\n"),
        "world.toml:6: servers[0].relication: unknown field `relication`, \
         did you mean `replication`?"
    );
    assert_eq!(
        complaint(&format!("{SERVER}[timing]\njiter = 0.5\n")),
        "world.toml:7: timing.jiter: unknown field `jiter`, did you mean `jitter`?"
    );
    assert_eq!(
        complaint("serves = 3\n[[servers]]\nname = \"db\"\n"),
        "world.toml:4: serves: unknown field `serves`, did you mean `servers`?"
    );
}

#[test]
fn a_misspelled_value_is_too() {
    assert_eq!(
        complaint("[[servers]]\nname = \"db\"\nreplication = \"CONTINOUS\"\n"),
        "world.toml:6: servers[0].replication: unknown value `CONTINOUS`, \
         did you mean `CONTINUOUS`?"
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_told_in_the_words_of_a_world() {
    assert_eq!(
        complaint(&format!("{SERVER}snapshots = -1\n")),
        "world.toml:6: servers[0].snapshots: must be a whole number from 0 on, and is the number -1"
    );
    assert_eq!(
        complaint(&format!("page_size = 0\n{SERVER}")),
        "world.toml:4: page_size: must be a whole number from 1 on, and is the number 0"
    );
    let outputs = "[[automations]]\ndocument = \"Shop-X\"\noutputs = { promote = \"x\" }\n";
    assert_eq!(
        complaint(&format!("{SERVER}{outputs}")),
        "world.toml:8: automations[0].outputs.promote: must be a list, and is the string \"x\""
    );
    let fault = "[[faults]]\nkind = \"launch_fails\"\nserver = \"*\"\nphase = \"boot\"\n";
    assert_eq!(
        complaint(&format!("{SERVER}{fault}")),
        "world.toml:9: faults[0].phase: unknown value `boot`; \
         known are snapshot, conversion, launch"
    );
}

#[test]
fn a_field_that_resembles_nothing_gets_the_list() {
    assert_eq!(
        complaint(&format!("{SERVER}[quotas]\nxyz = 1\n")),
        "world.toml:7: quotas.xyz: unknown field `xyz`; \
         known are servers_per_job, servers_in_active_jobs, concurrent_jobs"
    );
}

#[test]
fn a_fault_has_the_fields_of_its_kind() {
    let fault = |rest: &str| complaint(&format!("{SERVER}[[faults]]\n{rest}"));
    assert_eq!(
        fault("kind = \"trottle\"\noperation = \"drs:DescribeJobs\"\n"),
        "world.toml:7: faults[0].kind: unknown kind of fault `trottle`, did you mean `throttle`?"
    );
    assert_eq!(
        fault("kind = \"throttle\"\noperation = \"drs:DescribeJob\"\n"),
        "world.toml:8: faults[0].operation: unknown operation `drs:DescribeJob`, \
         did you mean `drs:DescribeJobs`?"
    );
    assert_eq!(
        fault("kind = \"throttle\"\noperation = \"drs:DescribeJobs\"\ntime = 3\n"),
        "world.toml:9: faults[0].time: unknown field `time`, did you mean `times`?"
    );
    assert_eq!(fault("kind = \"late_job\"\n"), "world.toml:6: faults[0]: missing field `by`");
    assert_eq!(
        fault("kind = \"launch_fails\"\nserver = \"dbs\"\n"),
        "world.toml:8: faults[0].server: no server is called `dbs`, did you mean `db`?"
    );
    assert_eq!(
        fault("operation = \"drs:DescribeJobs\"\n"),
        "world.toml:6: faults[0]: missing field `kind`; known are launch_fails, throttle, \
         drop_reply, internal_error, access_denied, expired_credentials, no_network, region_down, source_down, late_job, agent_offline, status_checks, quota_in_use"
    );
}

#[test]
fn a_value_that_makes_no_sense_says_what_would() {
    assert_eq!(
        complaint(&format!("{SERVER}lag = \"soon\"\n")),
        "world.toml:6: servers[0].lag: \"soon\" is not a duration; \
         write it like \"90s\" or \"2h30m\""
    );
    assert_eq!(
        complaint(&format!("{SERVER}lag = \"-5s\"\n")),
        "world.toml:6: servers[0].lag: \"-5s\" is not a duration; \
         write it like \"90s\" or \"2h30m\""
    );
    assert_eq!(
        complaint(&format!("{SERVER}[timing]\njitter = 2.0\n")),
        "world.toml:7: timing.jitter: jitter is a share from 0 to below 1, not 2"
    );
    assert_eq!(
        complaint(&format!("start = 2026-11-20T08:00:00Z\n{SERVER}")),
        "world.toml:4: start: a start is a string: \"2026-11-20T08:00:00Z\""
    );
    assert_eq!(
        Scenario::parse("version = 1\naccount = \"12\"\n", "w.toml").unwrap_err().to_string(),
        "w.toml:2: account: an account is a string of twelve digits"
    );
}

#[test]
fn a_newer_world_is_told_from_a_mistaken_one() {
    assert_eq!(
        Scenario::parse("version = 2\nplanets = 9\n", "w.toml").unwrap_err().to_string(),
        "w.toml:1: version: this release of Moontide reads worlds of version 1 only"
    );
    assert_eq!(
        Scenario::parse("account = \"123456789012\"\n", "w.toml").unwrap_err().to_string(),
        "w.toml:1: missing field `version`: begin with `version = 1`"
    );
}

#[test]
fn what_is_not_toml_is_told_too() {
    let complaint = complaint("[[servers]\n");
    assert!(complaint.starts_with("world.toml:4: "), "{complaint}");
}

#[test]
fn what_would_exhaust_the_machine_or_the_calendar_is_refused() {
    assert_eq!(
        complaint("[[servers]]\nname = \"db-{n}\"\ncount = 2000000000\n"),
        "world.toml:6: servers[0].count: a count is from 1 to 4000, not 2000000000"
    );
    assert_eq!(
        complaint(&format!("{SERVER}lag = \"99999999999d\"\n")),
        "world.toml:6: servers[0].lag: \"99999999999d\" is longer than a century"
    );
}

#[test]
fn what_is_missing_is_missing_in_the_right_place() {
    assert_eq!(complaint("seed = 1\n"), "world.toml:1: missing field `servers`");
    assert_eq!(
        complaint("[[servers]]\ncount = 2\n"),
        "world.toml:4: servers[0]: missing field `name`"
    );
    assert_eq!(
        complaint("[[servers]]\nname = \"db\"\nrecovery_instance = { drll = true }\n"),
        "world.toml:6: servers[0].recovery_instance.drll: unknown field `drll`, \
         did you mean `drill`?"
    );
}

#[test]
fn a_fault_strikes_once_at_least() {
    let fault = "[[faults]]\nkind = \"late_job\"\nby = \"90s\"\ntimes = 0\n";
    assert_eq!(
        complaint(&format!("{SERVER}{fault}")),
        "world.toml:9: faults[0].times: what strikes no time never happens: leave the fault out"
    );
}

#[test]
fn what_says_nothing_is_left_out() {
    assert_eq!(
        complaint(&format!("{SERVER}[[commands]]\ncontains = \"\"\n")),
        "world.toml:7: commands[0].contains: an empty text is in every command: leave `contains` out"
    );
    assert_eq!(
        complaint(&format!("{SERVER}[[faults]]\nkind = \"no_network\"\nfor = \"0s\"\n")),
        "world.toml:8: faults[0].for: what lasts no time never happens; left out, it lasts for ever"
    );
}

#[test]
fn a_quota_is_one_that_aws_could_have() {
    let quota = |line: &str| complaint(&format!("{SERVER}[quotas]\n{line}\n"));
    for most in [0, 201] {
        assert_eq!(
            quota(&format!("servers_per_job = {most}")),
            format!(
                "world.toml:7: quotas.servers_per_job: a job has from 1 to 200 servers, which is what AWS \
                 takes in one call, not {most}"
            )
        );
    }
    for name in ["concurrent_jobs", "servers_in_active_jobs"] {
        let said = quota(&format!("{name} = 0"));
        let begins = format!("world.toml:7: quotas.{name}: a quota of 0 would let no job start");
        assert!(said.starts_with(&begins), "{said}");
    }
    let most = "version = 1\naccount = \"123456789012\"\nregion = \"us-west-2\"\n\
        [quotas]\nservers_per_job = 200\nconcurrent_jobs = 1\n";
    Scenario::parse(&format!("{most}{SERVER}"), "world.toml").unwrap();
}
