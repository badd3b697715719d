//! The reference says all that there is, and nothing else.

use std::collections::BTreeSet;

use moontide_author::docs::find::{Found, every, find, search, with_types};
use moontide_author::docs::{Entry, Presence, all, html, markdown};
use moontide_control::settings::{KEYS, limits, operations};
use moontide_runtime::plan::known;
use moontide_sim::Scenario;

/// The last words of the entries just below a name.
fn below(entries: &[&Entry], name: &str) -> BTreeSet<String> {
    let begin = format!("{name}.");
    let rest = entries.iter().filter_map(|entry| entry.name.strip_prefix(&begin));
    rest.filter(|rest| !rest.contains('.')).map(str::to_owned).collect()
}

fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

fn one(name: &str) -> Entry {
    match find(&all(), name) {
        Ok(Found::Entries(entries)) if entries.len() == 1 => entries[0].clone(),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn each_field_that_the_loader_takes_is_told_and_no_other() {
    let topics = all();
    let entries = every(&topics);
    for (table, fields) in known::TABLES {
        let place = match table {
            "objectives" => "runbook.objectives",
            "instances" => "outside.instances",
            table => table,
        };
        assert_eq!(below(&entries, place), set(fields.iter().copied()), "{table}");
    }
    let untold: Vec<&str> = entries
        .iter()
        .filter(|it| {
            known::TABLES.iter().any(|(table, _)| it.name.starts_with(&format!("{table}.")))
        })
        .filter(|it| it.about.is_empty())
        .map(|it| it.name.as_str())
        .collect();
    assert_eq!(untold, [""; 0], "each of them is told in a sentence");
}

#[test]
fn each_field_of_a_world_file_is_told_and_no_other() {
    let topics = all();
    let entries = every(&topics);
    // What every kind may have is told once, for all of them.
    let common = ["kind", "region", "after", "for", "times", "skip"];
    let parts = Scenario::fields();
    for (part, fields) in &parts {
        let name = if part.is_empty() { "world".to_owned() } else { format!("world.{part}") };
        let mut told = below(&entries, &name);
        let mut known = set(fields.iter().copied());
        if part.starts_with("faults.") {
            told.extend(set(common));
            known.extend(set(common));
        } else if part.is_empty() {
            // That there are faults is told kind by kind; a section of a service is a field of the file.
            told.insert("faults".to_owned());
            let sections = parts.iter().map(|(part, _)| part.as_str());
            known.extend(set(sections.filter(|it| !it.is_empty() && !it.contains('.'))));
        }
        assert_eq!(told, known, "{name}");
    }
    let kinds = below(&entries, "world.faults");
    let kinds: BTreeSet<String> = kinds.difference(&set(common)).cloned().collect();
    let known = parts.iter().filter_map(|(part, _)| part.strip_prefix("faults."));
    assert_eq!(kinds, set(known));
}

#[test]
fn a_field_of_the_world_says_what_it_is_anyway_because_the_reader_was_asked() {
    assert_eq!(one("world.timing.latency").signature, "a duration, \"40ms\" if left out");
    assert_eq!(one("world.page_size").signature, "a number, 100 if left out");
    assert_eq!(one("world.servers.count").signature, "a number, such as 2");
    assert_eq!(one("world.servers.replication").signature, "a text, \"CONTINUOUS\" if left out");
    let needed: Vec<String> = every(&all())
        .iter()
        .filter(|it| it.presence == Presence::Needed && it.name.starts_with("world."))
        .map(|it| it.name.clone())
        .collect();
    let wanted = [
        "version",
        "account",
        "region",
        "hosted_zones.id",
        "hosted_zones.name",
        "servers",
        "servers.name",
        "faults.kind",
        "faults.launch_fails.server",
        "faults.throttle.operation",
        "faults.drop_reply.operation",
        "faults.internal_error.operation",
        "faults.access_denied.operation",
        "faults.region_down.region",
        "faults.source_down.server",
        "faults.late_job.by",
        "faults.agent_offline.server",
        "faults.status_checks.server",
    ];
    assert_eq!(needed, wanted.map(|it| format!("world.{it}")));
}

#[test]
fn each_setting_is_told_and_no_other() {
    let topics = all();
    let entries = every(&topics);
    assert_eq!(below(&entries, "settings"), set(KEYS));
    assert_eq!(below(&entries, "settings.limits"), set(limits::ALL.iter().map(|it| it.key)));
    assert_eq!(below(&entries, "settings.patience"), set(["aws", "store"]));
    let prices = set(["currency", "instance_hour", "types"]);
    assert_eq!(below(&entries, "settings.prices"), prices);
    assert_eq!(below(&entries, "settings.policy"), set(["deny"]));
    let memory = one("settings.limits.vm_memory");
    assert_eq!(memory.signature, "64MiB if left out; from 4MiB to 4096MiB");
    assert!(memory.about.contains("MOONTIDE_VM_MEMORY"), "{memory:?}");
}

#[test]
fn each_function_of_the_library_has_a_signature_a_sentence_and_an_example() {
    let topics = all();
    let modules = ["moontide", "drs", "ec2", "route53", "ssm", "state", "sts", "test"];
    let mut count = 0;
    for topic in topics.iter().filter(|it| modules.contains(&it.name.as_str())) {
        assert!(topic.about.contains("require("), "{}", topic.name);
        let functions = topic.entries.iter().filter(|it| it.signature.starts_with(&it.name));
        for it in functions {
            assert!(it.signature.len() > it.name.len(), "{it:?}");
            assert!(!it.about.is_empty() && !it.example.is_empty(), "{it:?}");
            count += 1;
        }
    }
    assert!(count > 45, "{count}");
    let named: Vec<&str> = topics.iter().map(|it| it.name.as_str()).collect();
    assert!(modules.iter().all(|it| named.contains(it)), "{named:?}");
}

#[test]
fn a_function_says_what_it_takes_throws_and_asks_for() {
    let run = one("ssm.run_command");
    assert_eq!(run.signature, "ssm.run_command(command: Command): { Invocation }");
    assert!(run.throws.contains("CommandFailed"), "{run:?}");
    assert!(run.example.contains("pg_isready"), "{run:?}");
    let asked = |entry: &Entry| markdown::effects(&entry.effects);
    assert!(
        asked(&run).contains("`ssm.send_command` (changes something, tagged)"),
        "{}",
        asked(&run)
    );
    assert!(asked(&run).contains("`ssm.describe_instance_information` (read)"), "{}", asked(&run));
    assert!(!asked(&run).contains("automation"), "{}", asked(&run));
    let launch = one("drs.start_recovery");
    assert_eq!(asked(&launch), "`drs.start_recovery` (changes something, tagged)");
    assert!(asked(&one("route53.point")).contains("route53.change_resource_record_sets"));
    assert_eq!(asked(&one("moontide.now")), "`moontide.now` (pure)");
    let retry = one("moontide.retry");
    assert_eq!(
        retry.signature,
        "moontide.retry<T...>(policy: RetryPolicy, fn: () -> T...) -> T..."
    );
    let attempts = one("moontide.RetryPolicy.attempts");
    assert_eq!((attempts.signature.as_str(), attempts.presence), ("number", Presence::Optional));
}

#[test]
fn each_operation_stands_under_its_class() {
    let once = one("operations.once");
    assert!(once.about.contains("`ec2.reboot_instances`"), "{once:?}");
    let read = one("operations.read");
    assert!(read.about.contains("`state.get`") && read.signature == "changes nothing", "{read:?}");
    let topics = all();
    let said: Vec<&str> = every(&topics)
        .into_iter()
        .filter(|it| it.name.starts_with("operations."))
        .flat_map(|it| it.about.split('`').skip(1).step_by(2))
        .collect();
    for (name, _) in operations::classes() {
        assert_eq!(said.iter().filter(|it| **it == name).count(), 1, "{name}");
    }
}

#[test]
fn a_name_is_found_whole_in_part_and_misspelt() {
    let topics = all();
    assert!(matches!(find(&topics, "world"), Ok(Found::Topic(topic)) if topic.entries.len() > 60));
    assert!(matches!(find(&topics, "@moontide/ssm"), Ok(Found::Topic(_))));
    assert!(one("wave.pause").about.contains("asked before it starts"));
    assert_eq!(one("run_command").name, "ssm.run_command");
    let Ok(Found::Entries(timing)) = find(&topics, "world.timing") else { panic!("it is there") };
    assert!(timing.iter().any(|it| it.name == "world.timing.latency"), "{timing:?}");
    assert_eq!(find(&topics, "ssm.run_comand").unwrap_err()[0], "ssm.run_command");
    let begun = ["ssm.run_command".to_owned(), "ssm.run_automation".to_owned()];
    assert_eq!(find(&topics, "ssm.run"), Err(begun.to_vec()));
    assert_eq!(find(&topics, "wave.puase").unwrap_err()[0], "wave.pause");
    assert_eq!(find(&topics, "xyzzy"), Err(Vec::new()));
}

#[test]
fn what_stands_in_a_hook_is_found_as_the_hook_calls_it() {
    assert_eq!(one("wave.params").name, "hook.params");
    assert_eq!(one("err.code").name, "failure.code");
    assert_eq!(one("t.fault").name, "test.Case.fault");
    let topics = all();
    let Ok(Found::Entries(both)) = find(&topics, "wave.servers") else { panic!("they are there") };
    let names: Vec<&str> = both.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["wave.servers", "hook.servers"]);
}

#[test]
fn behind_a_function_stand_the_tables_that_it_takes() {
    let topics = all();
    let shown = with_types(&topics, vec![one("ssm.run_command")]);
    let names: Vec<&str> = shown.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["ssm.run_command", "ssm.Command"]);
    assert_eq!(with_types(&topics, vec![one("wave.pause")]).len(), 1, "a chapter of its own");
}

#[test]
fn words_are_searched_in_names_first_then_in_sentences_then_in_examples() {
    let topics = all();
    assert!(search(&topics, "agents").iter().any(|it| it.name == "ssm.run_command"));
    assert_eq!(search(&topics, "xyzzy"), Vec::new());
    assert_eq!(search(&topics, "min_success")[0].name, "wave.min_success");
    assert_eq!(search(&topics, "threshold")[0].name, "wave.min_success");
    assert!(search(&topics, "pg_isready").iter().any(|it| it.name == "ssm.run_command"));
    let both = search(&topics, "different people");
    assert!(both.iter().any(|it| it.name == "pause.approvals"), "{both:?}");
}

#[test]
fn the_page_has_an_anchor_for_each_link_and_nothing_from_elsewhere() {
    let topics = all();
    let page = html::write(&topics);
    for link in page.split("href=\"#").skip(1).filter_map(|it| it.split('"').next()) {
        assert_eq!(page.matches(&format!("id=\"{link}\"")).count(), 1, "{link}");
    }
    assert!(!page.contains("src=") && !page.contains("<link") && !page.contains("url("));
    assert!(page.contains("<a href=\"#pause\">Pause</a>"), "a type leads to its chapter");
    let text = markdown::write(&topics);
    for entry in topics.iter().flat_map(|topic| &topic.entries) {
        assert!(text.contains(&format!("### {}\n", entry.name)), "{}", entry.name);
    }
}

#[test]
fn what_looks_like_html_is_text() {
    let records = all().into_iter().filter(|it| it.name == "records").collect::<Vec<_>>();
    let mut topics = records.clone();
    topics[0].about = "A list <T>, <script>alert(1)</script> and `a < b`.".to_owned();
    let page = html::write(&topics);
    assert!(page.contains("A list &lt;T&gt;, &lt;script&gt;"), "it is text");
    assert!(page.contains("<code>a &lt; b</code>"));
}
