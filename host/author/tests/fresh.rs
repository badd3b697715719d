//! A new runbook checks at once, whatever the servers of an account are called.

use std::collections::{BTreeMap, BTreeSet};

use moontide_author::{check, fresh};
use moontide_control::estate::{Estate, Server};
use moontide_control::listener::Silent;
use moontide_control::runbook::Files;
use moontide_control::world_file;
use moontide_runtime::plan::Plan;
use moontide_runtime::sandbox::Limits;

/// Writes it and checks it: there is nothing to say about it, and its world is one.
fn checked(fresh: &fresh::Fresh) -> Plan {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("shop");
    fresh::write(&folder, fresh).expect("it writes");
    let files = Files::read(&folder).expect("a runbook");
    let checked = check(&files, &Silent, &Limits::default());
    assert!(checked.findings.is_empty(), "{:?}\n{}", checked.findings, fresh.runbook);
    if let Err(error) = world_file::beside(&folder) {
        panic!("{error:?}\n{}", fresh.world);
    }
    checked.plan.expect("a plan")
}

fn server(number: usize, name: &str, tags: &[(&str, &str)]) -> Server {
    let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Server {
        id: format!("s-{number:017x}"),
        name: name.to_owned(),
        tags: tags.collect(),
        replication: "CONTINUOUS".to_owned(),
    }
}

fn estate(servers: Vec<Server>) -> Estate {
    Estate { account: "111122223333".to_owned(), region: "eu-west-1".to_owned(), servers }
}

#[test]
fn the_template_checks() {
    let plan = checked(&fresh::template("my-shop"));
    assert_eq!((plan.name.as_str(), plan.waves.len()), ("my-shop", 2));
}

#[test]
fn servers_with_the_same_value_of_a_tag_are_a_wave() {
    let estate = estate(vec![
        server(1, "db", &[("Tier", "Data Base"), ("App", "shop")]),
        server(2, "web-1", &[("Tier", "web"), ("App", "shop")]),
        server(3, "web-2", &[("Tier", "web"), ("App", "shop")]),
        server(4, "jump", &[("App", "shop")]),
    ]);
    let tags = BTreeMap::from([("App".to_owned(), "shop".to_owned())]);
    let plan = checked(&fresh::of_estate("shop", &estate, &tags, Some("Tier")).expect("files"));
    let waves: Vec<&str> = plan.waves.iter().map(|wave| wave.name.as_str()).collect();
    assert_eq!(waves, ["data-base", "web", "others"]);
    assert_eq!(plan.waves[1].depends_on, ["data-base"]);
    let selector = plan.waves[1].servers.as_ref().expect("servers");
    assert_eq!(
        selector.tags,
        BTreeMap::from(
            [("App", "shop"), ("Tier", "web")].map(|(k, v)| (k.to_owned(), v.to_owned()))
        )
    );
    let selector = plan.waves[2].servers.as_ref().expect("servers");
    assert_eq!(selector.ids, [format!("s-{:017x}", 4)]);
}

#[test]
fn each_wave_has_a_name_of_its_own_whatever_the_values_are() {
    let values = ["Web", "web", "web-2", "web 2", "", "others", "|a|b|", "wave"];
    let mut servers: Vec<Server> = (1..)
        .zip(values)
        .map(|(number, value)| server(number, &format!("s{number}"), &[("Tier", value)]))
        .collect();
    servers.push(server(99, "without", &[]));
    let estate = estate(servers);
    let fresh = fresh::of_estate("shop", &estate, &BTreeMap::new(), Some("Tier")).expect("files");
    let plan = checked(&fresh);
    let names: BTreeSet<&str> = plan.waves.iter().map(|wave| wave.name.as_str()).collect();
    assert_eq!(names.len(), values.len() + 1, "{names:?}");
    // An empty value chooses nothing: its server goes by its id.
    let by_id = plan
        .waves
        .iter()
        .filter_map(|wave| wave.servers.as_ref())
        .find(|it| it.ids == [format!("s-{:017x}", 5)]);
    assert!(by_id.is_some_and(|it| it.tags.is_empty()), "{plan:?}");
    // Each row of the table has its three cells.
    let rows = fresh.readme.lines().filter(|line| line.starts_with("| `"));
    let bars = |row: &str| row.replace("\\|", "").matches('|').count();
    let counted: Vec<usize> = rows.map(bars).collect();
    assert_eq!(counted, vec![4; values.len() + 1], "{}", fresh.readme);
}

#[test]
fn an_empty_tag_of_the_command_line_chooses_by_ids_too() {
    let estate = estate(vec![server(1, "db", &[("Tier", "")])]);
    let tags = BTreeMap::from([("Tier".to_owned(), String::new())]);
    let plan = checked(&fresh::of_estate("shop", &estate, &tags, None).expect("files"));
    assert_eq!(plan.waves[0].servers.as_ref().expect("servers").ids, [format!("s-{:017x}", 1)]);
}

#[test]
fn what_does_not_check_is_not_written() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("shop");
    let template = fresh::template("shop");
    let wrong = fresh::Fresh {
        runbook: template.runbook.replace("depends_on", "depend_on"),
        ..template.clone()
    };
    let error = fresh::write(&folder, &wrong).expect_err("it does not check");
    assert!(error.message.contains("depend_on") && !folder.exists(), "{}", error.message);
    let wrong = fresh::Fresh { world: "version = 9".to_owned(), ..template.clone() };
    fresh::write(&folder, &wrong).expect_err("its world is none");
    fresh::write(&folder, &template).expect("nothing is in the way");
}

#[test]
fn no_name_and_no_tag_of_a_stranger_becomes_code() {
    let evil = "\"]] } } error(\"x\") --[[ \\ \n\u{202e}";
    let estate = estate(vec![
        server(1, "twin", &[("end", "a"), (evil, evil), ("Name", "twin")]),
        server(2, "twin", &[("end", evil)]),
    ]);
    let plan =
        checked(&fresh::of_estate("shop", &estate, &BTreeMap::new(), Some("end")).expect("files"));
    let chosen: Vec<&str> = plan
        .waves
        .iter()
        .map(|wave| wave.servers.as_ref().expect("servers").tags["end"].as_str())
        .collect();
    assert_eq!(chosen, [evil, "a"]);
}

#[test]
fn a_tag_that_no_server_has_is_answered_with_the_nearest() {
    let estate = estate(vec![server(1, "db", &[("Tier", "db")])]);
    let error =
        fresh::of_estate("shop", &estate, &BTreeMap::new(), Some("Teir")).expect_err("none");
    assert_eq!(error.message, "no server has a tag `Teir`");
    assert!(error.hints.iter().any(|hint| *hint == "did you mean `Tier`?"), "{:?}", error.hints);
}
