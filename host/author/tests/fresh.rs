//! A new runbook checks at once, whatever the servers of an account are called.

use std::collections::BTreeMap;

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
