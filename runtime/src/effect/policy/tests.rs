//! One case a rule, and its neighbour that passes.

use super::*;
use crate::history::{Key, Lane};

fn rules(mode: Mode) -> Rules {
    Rules {
        execution: "x".into(),
        nonce: String::new(),
        acts_for: None,
        made: vec!["drsjob-made".into()],
        mode,
        regions: vec!["us-west-2".into()],
        account: Some("111122223333".into()),
        replaceable: vec!["s-named".into()],
        outside: Outside {
            ids: vec!["i-bastion".into(), "i-denied".into()],
            tags: [("Role".to_owned(), "dns".to_owned())].into(),
            documents: vec!["Shop-CutOver".into()],
        },
        denied: vec!["ec2.reboot_instances".into(), "ssm.*".into(), "outside:i-denied".into()],
    }
}

fn call() -> Call {
    let lane = Lane::of_wave("web", 1);
    Call {
        execution: "x".into(),
        nonce: String::new(),
        wave: "web".into(),
        key: Key::of("x", &lane, 1),
        lane,
        position: 1,
        operation: "drs.start_recovery".into(),
        arguments: serde_json::Value::Null,
    }
}

fn here(touches: Vec<Touch>) -> Consequences {
    Consequences {
        account: Some("111122223333".into()),
        place: Place::Region("us-west-2".into()),
        touches,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is what a job has or lacks")]
fn origin(execution: &str, wave: &str) -> Option<Origin> {
    Some(Origin { execution: execution.into(), nonce: String::new(), wave: wave.into() })
}

fn replaced(instance: &str, drill: bool, origin: Option<Origin>) -> Replaced {
    Replaced { instance: instance.into(), job: "drsjob-1".into(), drill, origin, is_hidden: false }
}

/// A drill instance, or with an empty id what is being launched, whose job does not show.
fn hidden(instance: &str, drill: bool) -> Replaced {
    Replaced { is_hidden: true, ..replaced(instance, drill, None) }
}

/// Another execution that is called `x` too.
fn namesake(wave: &str) -> Option<Origin> {
    origin("x", wave).map(|origin| Origin { nonce: "other".into(), ..origin })
}

fn launch(server: &str, drill: bool, replaces: Vec<Replaced>) -> Consequences {
    here(vec![Touch::launch(server, Launch { drill, name: Some("web-1".into()), replaces })])
}

fn terminate(maker: Maker) -> Consequences {
    instance("i-1", &[], maker)
}

fn instance(id: &str, tags: &[(&str, &str)], maker: Maker) -> Consequences {
    let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    here(vec![Touch::of("terminate", Thing::Instance { id: id.into(), tags }, maker)])
}

fn document(name: &str) -> Consequences {
    here(vec![Touch::of("start", Thing::Document(name.into()), Maker::Production)])
}

fn ours() -> Maker {
    Maker::Drill(Origin { execution: "x".into(), nonce: String::new(), wave: "db".into() })
}

fn theirs() -> Maker {
    Maker::Drill(Origin { execution: "y".into(), nonce: String::new(), wave: "db".into() })
}

/// Only `i-given` of `s-given` was given up by a person who was asked, and `i-named` by name.
fn given_up(server: &str, instance: &str) -> Option<GivenUpBy> {
    match (server, instance) {
        ("s-given", "i-given") => Some(GivenUpBy::Answer),
        ("s-given", "i-named") => Some(GivenUpBy::Name),
        _ => None,
    }
}

fn rule(judged: Result<(), EffectError>) -> Option<String> {
    judged.err().map(|error| error.details["rule"].as_str().unwrap_or("?").to_owned())
}

#[test]
fn each_rule_refuses_its_case_and_names_itself() {
    let (drill, real) = (rules(Mode::Drill), rules(Mode::Recovery));
    let cleanup = Rules { acts_for: Some("y".into()), ..rules(Mode::Drill) };
    let one = |instance: &str, drill, origin| vec![replaced(instance, drill, origin)];
    let elsewhere = Consequences { place: Place::Region("us-east-1".into()), ..here(vec![]) };
    let stranger = Consequences { account: Some("999999999999".into()), ..here(vec![]) };
    let global = |account: Option<&str>| Consequences {
        account: account.map(str::to_owned),
        place: Place::Global,
        touches: Vec::new(),
    };
    let no_account = Consequences { account: None, ..here(vec![]) };
    let cases = [
        (&drill, launch("s-1", true, vec![]), None),
        (&drill, launch("s-1", false, vec![]), Some("drill_launches_drills")),
        (&real, launch("s-1", false, vec![]), None),
        // A live instance, launched by anything.
        (&drill, launch("s-1", true, one("i-1", false, None)), Some("live_recovery")),
        (&real, launch("s-1", false, one("i-1", false, None)), Some("live_recovery")),
        (&real, launch("s-1", false, one("i-1", false, origin("y", "web"))), Some("live_recovery")),
        (&real, launch("s-named", false, one("i-1", false, None)), None),
        // What another wave, or another execution, has launched or is launching.
        (&real, launch("s-1", false, one("i-1", false, origin("x", "db"))), Some("owned_launch")),
        (&drill, launch("s-1", true, one("i-1", true, origin("x", "db"))), Some("owned_launch")),
        (&drill, launch("s-1", true, one("i-1", true, origin("y", "web"))), Some("owned_launch")),
        (&real, launch("s-1", false, one("i-1", true, origin("y", "web"))), Some("owned_launch")),
        (&drill, launch("s-1", true, one("", true, origin("y", "web"))), Some("owned_launch")),
        (&drill, launch("s-1", true, one("", true, origin("x", "db"))), Some("owned_launch")),
        (&drill, launch("s-named", true, one("i-1", true, origin("y", "web"))), None),
        // What the operator gave up at the start is not what this execution has launched since.
        (
            &drill,
            launch("s-named", true, one("i-1", true, origin("x", "db"))),
            Some("owned_launch"),
        ),
        (&drill, launch("s-named", true, one("i-1", true, origin("x", "web"))), Some("relaunch")),
        // What this wave has launched before; a job of its own that runs is refused by DRS.
        (&drill, launch("s-1", true, one("i-1", true, origin("x", "web"))), Some("relaunch")),
        (&real, launch("s-1", false, one("i-1", false, origin("x", "web"))), Some("relaunch")),
        (&drill, launch("s-1", true, one("", true, origin("x", "web"))), None),
        // A drill of the console's.
        (&drill, launch("s-1", true, one("i-1", true, None)), Some("foreign_drill")),
        (&real, launch("s-1", false, one("i-1", true, None)), Some("foreign_drill")),
        (&drill, launch("s-1", true, one("", true, None)), None),
        // It cannot be seen whose it is.
        (&drill, launch("s-1", true, vec![hidden("i-1", true)]), Some("owned_launch")),
        (&real, launch("s-1", false, vec![hidden("i-1", true)]), Some("owned_launch")),
        (&real, launch("s-1", false, vec![hidden("i-1", false)]), Some("live_recovery")),
        (&drill, launch("s-1", true, vec![hidden("", true)]), Some("owned_launch")),
        // The same id, begun in another store.
        (&drill, launch("s-1", true, one("i-1", true, namesake("web"))), Some("owned_launch")),
        (&real, launch("s-1", false, one("i-1", false, namesake("web"))), Some("live_recovery")),
        // A person gives up one instance of one server.
        (&drill, launch("s-given", true, one("i-given", true, None)), None),
        (&drill, launch("s-given", true, one("i-other", true, None)), Some("foreign_drill")),
        (&drill, launch("s-other", true, one("i-given", true, None)), Some("foreign_drill")),
        // What they answer opens no rule that only a name opens, and no name what this execution launched.
        (&drill, launch("s-given", true, one("i-given", true, origin("x", "web"))), None),
        (
            &drill,
            launch("s-given", true, one("i-given", true, origin("y", "db"))),
            Some("owned_launch"),
        ),
        (&drill, launch("s-given", true, vec![hidden("i-given", true)]), Some("owned_launch")),
        (&real, launch("s-given", false, one("i-given", false, None)), Some("live_recovery")),
        (&real, launch("s-given", false, one("i-named", false, None)), None),
        (&drill, launch("s-given", true, one("i-named", true, origin("y", "db"))), None),
        (&drill, launch("s-given", true, vec![hidden("i-named", true)]), None),
        (
            &drill,
            launch("s-given", true, one("i-named", true, origin("x", "web"))),
            Some("relaunch"),
        ),
        // A global service has no Region, and an account all the same.
        (&real, global(Some("111122223333")), None),
        (&real, global(Some("999999999999")), Some("declared_account")),
        (&real, global(None), Some("declared_account")),
        // What a drill touches.
        (&drill, terminate(ours()), None),
        (&drill, terminate(theirs()), Some("drill_stays_inside")),
        (&cleanup, terminate(theirs()), None),
        (&drill, terminate(Maker::Drill(namesake("db").unwrap())), Some("drill_stays_inside")),
        (&cleanup, terminate(Maker::HiddenDrill { job: "drsjob-made".into() }), None),
        (
            &drill,
            terminate(Maker::HiddenDrill { job: "drsjob-x".into() }),
            Some("drill_stays_inside"),
        ),
        (&drill, terminate(Maker::ForeignDrill), Some("drill_stays_inside")),
        (&drill, terminate(Maker::Production), Some("drill_stays_inside")),
        (&real, terminate(Maker::Production), None),
        (&drill, instance("i-bastion", &[], Maker::Production), None),
        (&drill, instance("i-2", &[("Role", "dns")], Maker::Production), None),
        (&drill, instance("i-2", &[("Role", "db")], Maker::Production), Some("drill_stays_inside")),
        (&drill, instance("i-denied", &[], Maker::Production), Some("denied")),
        (&drill, document("Shop-CutOver"), None),
        (&drill, document("Shop-DropAll"), Some("drill_stays_inside")),
        (&real, document("Shop-DropAll"), None),
        // Where it acts.
        (&real, elsewhere, Some("declared_region")),
        (&real, stranger, Some("declared_account")),
        (&real, no_account, Some("declared_account")),
    ];
    for (rules, what, expected) in cases {
        let judged = rule(rules.judge(&call(), &what, &given_up));
        assert_eq!(judged.as_deref(), expected, "{:?} {what:?}", rules.mode);
    }
}

#[test]
fn the_operator_can_deny_an_operation_a_service_and_everything_outside() {
    let rules = rules(Mode::Recovery);
    assert_eq!(rule(rules.judge_operation("ec2.describe_instances")), None);
    assert_eq!(rule(rules.judge_operation("ec2.reboot_instances")).as_deref(), Some("denied"));
    assert_eq!(rule(rules.judge_operation("ssm.send_command")).as_deref(), Some("denied"));
    let rules = Rules { denied: vec![OUTSIDE.into()], mode: Mode::Drill, ..rules };
    let judged = rules.judge(&call(), &document("Shop-CutOver"), &given_up);
    assert_eq!(rule(judged).as_deref(), Some("denied"));
}

#[test]
fn the_name_of_a_document_means_its_arn_in_the_account_and_region_of_the_call_and_no_other() {
    let judged =
        |rules: &Rules, given: &str| rule(rules.judge(&call(), &document(given), &given_up));
    let open = Rules { denied: vec![], ..rules(Mode::Drill) };
    let own = "arn:aws:ssm:us-west-2:111122223333:document/Shop-CutOver";
    let definition = "arn:aws:ssm:us-west-2:111122223333:automation-definition/Shop-CutOver";
    for given in ["Shop-CutOver", own, definition] {
        assert_eq!(judged(&open, given), None, "{given}");
    }
    for given in [
        "arn:aws:ssm:us-west-2:111122223333:document/Shop-DropAll",
        "arn:aws:ssm:us-west-2:999999999999:document/Shop-CutOver",
        "arn:aws:ssm:us-east-1:111122223333:document/Shop-CutOver",
        "arn:aws:ssm:us-west-2::document/Shop-CutOver",
        "arn:aws:s3:us-west-2:111122223333:document/Shop-CutOver",
        "arn:aws:ssm:us-west-2:111122223333:automation-definition/Shop-CutOver:1",
    ] {
        assert_eq!(judged(&open, given).as_deref(), Some("drill_stays_inside"), "{given}");
    }
    let nowhere = Consequences { account: None, place: Place::Nowhere, ..document(own) };
    let hidden = rule(open.judge(&call(), &nowhere, &given_up));
    assert_eq!(hidden.as_deref(), Some("drill_stays_inside"), "whose it is cannot be told");

    for denied in ["Shop-CutOver", own] {
        let denying = Rules { denied: vec![format!("{OUTSIDE}:{denied}")], ..rules(Mode::Drill) };
        for given in ["Shop-CutOver", own, definition] {
            assert_eq!(judged(&denying, given).as_deref(), Some("denied"), "{denied}: {given}");
        }
    }
}

#[test]
fn a_denial_of_a_document_counts_in_whatever_may_be_its_arn_though_outside_names_just_that() {
    let judged = |denied: &str, given: &str| {
        let mut rules = Rules { denied: vec![format!("{OUTSIDE}:{denied}")], ..rules(Mode::Drill) };
        rules.outside.documents = vec![given.to_owned()];
        rule(rules.judge(&call(), &document(given), &given_up))
    };
    for given in [
        "Shop-CutOver",
        "Shop-CutOver:$DEFAULT",
        "arn:aws:ssm:us-west-2:111122223333:document/Shop-CutOver",
        "arn:aws:ssm:us-west-2::document/Shop-CutOver",
        "arn:aws-cn:ssm:us-west-2:111122223333:document/Shop-CutOver",
        "arn:aws:ssm::111122223333:document/Shop-CutOver",
        "arn:aws:ssm:us-west-2:111122223333:document/Shop-CutOver:2",
        "arn:aws:ssm:us-west-2:111122223333:automation-definition/Shop-CutOver:$LATEST",
    ] {
        for denied in ["Shop-CutOver", "arn:aws:ssm:us-west-2:111122223333:document/Shop-CutOver"] {
            assert_eq!(judged(denied, given).as_deref(), Some("denied"), "{denied}: {given}");
        }
        assert_eq!(judged("Shop-DropAll", given), None, "{given}");
    }
    for other in [
        "Shop-CutOver2",
        "arn:aws:ssm:us-west-2:999999999999:document/Shop-CutOver",
        "arn:aws:ssm:us-east-1:111122223333:document/Shop-CutOver",
        "arn:aws:s3:us-west-2:111122223333:document/Shop-CutOver",
    ] {
        assert_eq!(judged("Shop-CutOver", other), None, "{other}");
        assert_eq!(judged(other, other).as_deref(), Some("denied"), "{other}");
    }
}

#[test]
fn a_refusal_names_every_server_its_instance_and_its_owner() {
    let launched = |server: &str, replaced| {
        let launch = Launch { drill: true, name: None, replaces: vec![replaced] };
        Touch::launch(server, launch)
    };
    let what = here(vec![
        launched("s-1", replaced("i-1", true, origin("x", "db"))),
        launched("s-2", replaced("i-2", true, origin("y", "web"))),
        launched("s-3", replaced("", true, origin("y", "web"))),
        launched("s-4", replaced("i-4", true, None)),
    ]);
    let error = rules(Mode::Drill).judge(&call(), &what, &given_up).unwrap_err();
    assert_eq!(
        error.message,
        "`drs.start_recovery` is refused by `owned_launch`: this launch would delete what is there: s-1 has \
         the drill instance i-1, which the wave `db` of this execution has launched; s-2 has the drill \
         instance i-2, which the wave `web` of the execution `y` has launched; s-3 is being launched by the \
         wave `web` of the execution `y`, in the job drsjob-1; and 1 more"
    );
    let servers = error.details["servers"].as_array().unwrap();
    assert_eq!(servers.len(), 4);
    assert_eq!(
        servers[1],
        json!({
            "server": "s-2", "rule": "owned_launch", "drill": true, "instance_id": "i-2",
            "job_id": "drsjob-1", "execution": "y", "wave": "web",
        })
    );
    assert_eq!(servers[3]["rule"], "foreign_drill");
}
