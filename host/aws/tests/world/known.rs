//! What the library knows of the world's records is what the world's records have: a field that the library does not
//! know would be refused to a good runbook.

/// Each record: its file and struct in this crate, and what the library calls it.
const RECORDS: [(&str, &str, &str); 16] = [
    (
        include_str!("../../src/drs/describe_source_servers.rs"),
        "SourceServerRecord",
        "a source server",
    ),
    (include_str!("../../src/drs/describe_source_servers.rs"), "LastLaunch", "a last launch"),
    (
        include_str!("../../src/drs/describe_recovery_instances.rs"),
        "RecoveryInstanceRecord",
        "a recovery instance",
    ),
    (include_str!("../../src/drs/job.rs"), "JobRecord", "a job"),
    (include_str!("../../src/drs/job.rs"), "ServerRecord", "a server's part in a job"),
    (include_str!("../../src/drs/job.rs"), "LaunchActionRecord", "a post-launch action"),
    (include_str!("../../src/drs/job_log.rs"), "LogError", "an error of a job's log"),
    (
        include_str!("../../src/drs/describe_job_log_items.rs"),
        "LineRecord",
        "a line of a job's log",
    ),
    (
        include_str!("../../src/drs/describe_job_log_items.rs"),
        "EventData",
        "what a line of a job's log is about",
    ),
    (
        include_str!("../../src/drs/describe_recovery_snapshots.rs"),
        "SnapshotRecord",
        "a recovery snapshot",
    ),
    (include_str!("../../src/ec2/describe_instances.rs"), "InstanceRecord", "an instance"),
    (
        include_str!("../../src/ec2/describe_instance_status.rs"),
        "StatusRecord",
        "an instance's status",
    ),
    (include_str!("../../src/ssm/describe_instance_information.rs"), "InstanceRecord", "an agent"),
    (include_str!("../../src/ssm/await_command.rs"), "InvocationRecord", "an invocation"),
    (include_str!("../../src/ssm/get_automation_execution.rs"), "ExecutionRecord", "an automation"),
    (
        include_str!("../../src/ssm/get_automation_execution.rs"),
        "StepRecord",
        "a step of an automation",
    ),
];

/// The fields of a struct, sorted.
fn fields_of<'a>(source: &'a str, name: &str) -> Vec<&'a str> {
    let start = source.find(&format!("struct {name} {{")).expect("the struct is there");
    let body = &source[start..start + source[start..].find("\n}").expect("it ends")];
    let declared = body.lines().skip(1).map(str::trim).filter(|it| !it.starts_with(['/', '#']));
    let mut fields: Vec<&str> = declared
        .filter_map(|line| line.split_once(": "))
        .map(|(field, _)| field.trim_start_matches("pub(crate) ").trim_start_matches("r#"))
        .collect();
    fields.sort_unstable();
    fields
}

/// The names in the list that the library gives to a kind of record.
fn known_as<'a>(library: &'a str, label: &str) -> Vec<&'a str> {
    let (_, rest) = library.split_once(&format!("kind(\"{label}\", {{")).expect("it is known");
    let (names, _) = rest.split_once('}').expect("the list ends");
    names.split('"').skip(1).step_by(2).collect()
}

#[test]
fn the_library_knows_every_field_of_every_record_and_no_other() {
    let library = include_str!("../../../../stdlib/records.luau");
    for (source, name, label) in RECORDS {
        let fields = fields_of(source, name);
        assert!(fields.len() > 2, "{name}: {fields:?}");
        assert_eq!(known_as(library, label), fields, "{label}");
    }
}
