//! What the library knows of the world's records is what the world's records have: a field that the library does not
//! know would be refused to a good runbook.

use moontide_aws::services;
use serde_json::json;

/// Each record: its file and struct in this crate, what the library calls it, and its type there.
const RECORDS: [(&str, &str, &str, &str); 16] = [
    (
        include_str!("../../src/drs/describe_source_servers.rs"),
        "SourceServerRecord",
        "a source server",
        "SourceServer",
    ),
    (
        include_str!("../../src/drs/describe_source_servers.rs"),
        "LastLaunch",
        "a last launch",
        "LastLaunch",
    ),
    (
        include_str!("../../src/drs/describe_recovery_instances.rs"),
        "RecoveryInstanceRecord",
        "a recovery instance",
        "RecoveryInstance",
    ),
    (include_str!("../../src/drs/job.rs"), "JobRecord", "a job", "Job"),
    (
        include_str!("../../src/drs/job.rs"),
        "ServerRecord",
        "a server's part in a job",
        "Participant",
    ),
    (
        include_str!("../../src/drs/job.rs"),
        "LaunchActionRecord",
        "a post-launch action",
        "LaunchAction",
    ),
    (include_str!("../../src/drs/job_log.rs"), "LogError", "an error of a job's log", "LogError"),
    (
        include_str!("../../src/drs/describe_job_log_items.rs"),
        "LineRecord",
        "a line of a job's log",
        "JobLogItem",
    ),
    (
        include_str!("../../src/drs/describe_job_log_items.rs"),
        "EventData",
        "what a line of a job's log is about",
        "JobEvent",
    ),
    (
        include_str!("../../src/drs/describe_recovery_snapshots.rs"),
        "SnapshotRecord",
        "a recovery snapshot",
        "RecoverySnapshot",
    ),
    (
        include_str!("../../src/ec2/describe_instances.rs"),
        "InstanceRecord",
        "an instance",
        "Instance",
    ),
    (
        include_str!("../../src/ec2/describe_instance_status.rs"),
        "StatusRecord",
        "an instance's status",
        "InstanceStatus",
    ),
    (
        include_str!("../../src/ssm/describe_instance_information.rs"),
        "InstanceRecord",
        "an agent",
        "Agent",
    ),
    (
        include_str!("../../src/ssm/await_command.rs"),
        "InvocationRecord",
        "an invocation",
        "Invocation",
    ),
    (
        include_str!("../../src/ssm/get_automation_execution.rs"),
        "ExecutionRecord",
        "an automation",
        "Automation",
    ),
    (
        include_str!("../../src/ssm/get_automation_execution.rs"),
        "StepRecord",
        "a step of an automation",
        "AutomationStep",
    ),
];

/// The fields of a struct and their types, sorted.
fn fields_of<'a>(source: &'a str, name: &str) -> Vec<(&'a str, &'a str)> {
    let start = source.find(&format!("struct {name} {{")).expect("the struct is there");
    let body = &source[start..start + source[start..].find("\n}").expect("it ends")];
    let declared = body.lines().skip(1).map(str::trim).filter(|it| !it.starts_with(['/', '#']));
    let mut fields: Vec<(&str, &str)> = declared
        .filter_map(|line| line.split_once(": "))
        .map(|(field, kind)| {
            let field = field.trim_start_matches("pub(crate) ").trim_start_matches("r#");
            (field, kind.trim_end_matches(','))
        })
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
    for (source, name, label, _) in RECORDS {
        let fields: Vec<&str> =
            fields_of(source, name).into_iter().map(|(field, _)| field).collect();
        assert!(fields.len() > 2, "{name}: {fields:?}");
        assert_eq!(known_as(library, label), fields, "{label}");
    }
}

/// What a field of a record is in Luau, as its type in this crate says; of one that AWS may leave out, what it may be.
fn in_luau(declared: &str) -> (String, bool) {
    let inner = |outer: &str| declared.strip_prefix(outer).and_then(|it| it.strip_suffix('>'));
    if let Some(optional) = inner("Option<") {
        return (in_luau(optional).0, true);
    } else if let Some(item) = inner("Vec<") {
        return (format!("{{ {} }}", in_luau(item).0), false);
    } else if let Some(value) = inner("BTreeMap<String, ") {
        return (format!("{{ [string]: {} }}", in_luau(value).0), false);
    }
    let record = RECORDS.iter().find(|(source, name, _, _)| {
        *name == declared && source.contains(&format!("struct {name} {{"))
    });
    let plain = match (declared, record) {
        (_, Some((_, _, _, of))) => of,
        ("String", _) => "string",
        ("bool", _) => "boolean",
        ("i32" | "i64", _) => "number",
        (other, _) => other,
    };
    (plain.to_owned(), false)
}

/// A field that every record of its kind has, although AWS's model says that it may be left out: which one it is.
const IDENTITIES: [&str; 5] = [
    "source_server_id",
    "recovery_instance_id",
    "instance_id",
    "automation_execution_id",
    "automation_execution_status",
];

#[test]
fn the_types_of_the_library_are_those_of_the_records() {
    let library = include_str!("../../../../stdlib/types.luau");
    for (source, name, _, of) in RECORDS {
        let (_, declared) =
            library.split_once(&format!("export type {of} = {{")).expect("the type is there");
        let (declared, _) = declared.split_once("\n}").expect("the type ends");
        let lines =
            declared.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with("--"));
        let mut typed: Vec<(&str, String, bool)> = lines
            .filter_map(|line| line.trim_end_matches(',').split_once(": "))
            .map(|(field, kind)| {
                (field, kind.trim_end_matches('?').to_owned(), kind.ends_with('?'))
            })
            .collect();
        typed.sort();
        let fields: Vec<(&str, String, bool)> = fields_of(source, name)
            .into_iter()
            .map(|(field, declared)| {
                let (kind, may_lack) = in_luau(declared);
                let is_typed_so = typed.iter().any(|(it, _, lacks)| *it == field && !lacks);
                (field, kind, may_lack && !(IDENTITIES.contains(&field) && is_typed_so))
            })
            .collect();
        assert_eq!(typed, fields, "{of}");
    }
}

#[test]
fn what_an_operation_leaves_is_put_away_by_one_that_there_is_and_that_the_cleanup_knows() {
    let cleanup = include_str!("../../../../stdlib/cleanup.luau");
    let left: Vec<_> =
        services::names().filter_map(|name| Some((name, services::leaves(name)?))).collect();
    assert!(!left.is_empty());
    for (name, leaves) in left {
        let way = leaves.put_away_by;
        assert!(services::names().any(|it| it == way), "{name} is put away by {way}");
        assert!(cleanup.contains(&format!("[\"{way}\"] = ")), "the cleanup does not know {way}");
    }
    let launch = services::leaves("drs.start_recovery").expect("a launch leaves its job");
    let asked =
        json!({ "source_servers": [{ "source_server_id": "s-1" }, { "source_server_id": "s-2" }] });
    assert_eq!((launch.about)(&asked), ["s-1", "s-2"]);
    assert_eq!(
        (launch.named)(&json!({ "job": { "job_id": "drsjob-1" } })).as_deref(),
        Some("drsjob-1")
    );
    assert_eq!((launch.named)(&json!(null)), None);
    assert!(
        services::leaves("drs.describe_jobs").is_none() && services::leaves("drs.none").is_none()
    );
}
