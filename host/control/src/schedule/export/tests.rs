use moontide_runtime::plan::{Mode, Plan};
use std::path::Path;

use jiff::Timestamp;

use super::*;
use crate::schedule::declared::Schedule;
use crate::schedule::written::parse;

fn schedule(when: &str, more: &str) -> Schedule {
    let text =
        format!("[[schedules]]\nname = \"shop\"\nrunbook = \"shop\"\nwhen = \"{when}\"\n{more}");
    let now: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    parse(&text, "schedules.toml", Path::new("."), now).unwrap().remove(0).schedule
}

fn call() -> Call {
    let (binary, store) = ("/usr/local/bin/moontide", "dynamodb:moontide@us-west-2");
    Call { binary: binary.to_owned(), store: store.to_owned(), user: "ann".to_owned() }
}

#[test]
fn a_crontab_runs_at_the_same_times_or_refuses() {
    let line = |when: &str| {
        let written = crontab::write(&schedule(when, ""), &call(), "UTC");
        match written {
            Ok(text) => {
                let line = text.lines().nth(1).unwrap();
                line.split_once(" /usr").unwrap().0.to_owned()
            }
            Err(error) => error.message,
        }
    };
    let lines = [
        "cron(0 10 * * ? *)",
        "cron(0/5 8-17 ? * MON-FRI *)",
        "cron(10-30/10 4 ? * SUN,TUE *)",
        "cron(0 0 1 1/3 ? *)",
        "cron(0 0 L * ? *)",
        "cron(0 9 15W * ? *)",
        "cron(0 9 ? * 2#1 *)",
        "cron(0 9 ? * 6L *)",
        "cron(0 0 1 1 ? 2027)",
        "rate(1 day)",
        "at(2027-02-01T00:00:00)",
    ]
    .map(line);
    insta::assert_snapshot!(lines.join("\n"));
    let berlin = schedule("cron(0 10 * * ? *)", "zone = \"Europe/Berlin\"\n");
    let refused = crontab::write(&berlin, &call(), "UTC").unwrap_err();
    assert_eq!(
        refused.message,
        "`shop` cannot be said in a crontab: it runs on the machine's clocks, in UTC, and the schedule in \
         Europe/Berlin"
    );
    assert!(crontab::write(&berlin, &call(), "Europe/Berlin").is_ok());
    let percent = Call { store: "sqlite:/srv/100%/x y.db".to_owned(), ..call() };
    let text = crontab::write(&schedule("cron(0 10 * * ? *)", ""), &percent, "UTC").unwrap();
    assert!(text.contains("--store 'sqlite:/srv/100\\%/x y.db' schedule run shop"), "{text}");
}

#[test]
fn a_timer_of_systemd_runs_at_the_same_times_or_refuses() {
    let line =
        |when: &str| match systemd::write(&schedule(when, "zone = \"Europe/Berlin\"\n"), &call()) {
            Ok([timer, _]) => {
                timer.text.lines().find(|line| line.starts_with("OnCalendar")).unwrap().to_owned()
            }
            Err(error) => error.message,
        };
    let lines = [
        "cron(0 10 * * ? *)",
        "cron(0/5 8-17 ? * MON-FRI *)",
        "cron(30 2 ? JAN,APR,JUL,OCT SAT#1 *)",
        "cron(0 3 ? * 1#5 *)",
        "cron(0 9 ? * 6L *)",
        "cron(0 0 L * ? *)",
        "cron(5 1/6 ? * SUN *)",
        "cron(0 0 1 1 ? 2027-2029)",
        "cron(0 0 31 12 ? 2027/2)",
        "cron(0 9 15W * ? *)",
        "at(2027-02-01T02:30:00)",
        "rate(1 day)",
    ]
    .map(line);
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_service_may_write_the_store_that_it_names() {
    let text = |store: &str| {
        let call = Call { store: store.to_owned(), ..call() };
        systemd::service(&call).text
    };
    let own = ["dynamodb:moontide@us-west-2", "sqlite:/var/lib/moontide/moontide.db"].map(text);
    assert!(own.iter().all(|it| it.contains("DynamicUser=yes") && !it.contains("ReadWritePaths")));
    let home = text("sqlite:/home/ann/.local/share/moontide/moontide.db");
    assert!(
        home.contains("User=ann\nReadWritePaths=\"/home/ann/.local/share/moontide\"\n"),
        "{home}"
    );
    assert!(!home.contains("DynamicUser") && home.contains("PrivateTmp=yes"));
    assert!(!text("sqlite:/tmp/x/moontide.db").contains("PrivateTmp"), "it would not be seen");
}

#[test]
fn eventbridge_says_it_in_its_own_words_and_names_the_time_that_is_meant() {
    let sender = eventbridge::Sender {
        role_arn: "arn:aws:iam::111122223333:role/moontide-scheduler".to_owned(),
        target: ("tag:Role".to_owned(), "dr-console".to_owned()),
        dead_letters: None,
    };
    let weekly =
        schedule("rate(7 days)", "within = \"15m\"\nzone = \"Europe/Berlin\"\nlate = \"2d\"\n");
    let created = eventbridge::schedule(&weekly, &call(), &sender).unwrap();
    let input: serde_json::Value =
        serde_json::from_str(created["Target"]["Input"].as_str().unwrap()).unwrap();
    assert_eq!(
        input["Parameters"]["commands"][0],
        "/usr/local/bin/moontide --store dynamodb:moontide@us-west-2 schedule run shop --at \
         <aws.scheduler.scheduled-time>"
    );
    assert_eq!(created["FlexibleTimeWindow"]["MaximumWindowInMinutes"], 15);
    assert_eq!(created["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"], 86_400);
    assert_eq!(created["StartDate"], "2027-01-08T00:00:00Z", "an import starts nothing");
    let wide = schedule("cron(0 0 1 * ? *)", "within = \"2d\"\n");
    assert!(eventbridge::schedule(&wide, &call(), &sender).is_err());
}

#[test]
fn whatever_an_event_is_called_it_stays_within_its_parameter_and_the_document_refuses_it() {
    let sender = eventbridge::Sender {
        role_arn: "arn:aws:iam::111122223333:role/moontide-events".to_owned(),
        target: ("tag:Role".to_owned(), "dr-console".to_owned()),
        dead_letters: None,
    };
    let event = eventbridge::OnEvent {
        pattern: serde_json::json!({ "source": ["aws.health"] }),
        mode: Mode::Recovery,
        runbook: "three_tier".to_owned(),
        region: "us-west-2".to_owned(),
        account: "111122223333".to_owned(),
        document: "Moontide-Run".to_owned(),
    };
    let asks = "start = { message = \"Begin?\", approvers = { \"lead\" } },";
    let asking = plan(asks);
    let rule = |event: &eventbridge::OnEvent| {
        eventbridge::on_event(&schedule("rate(1 day)", ""), &asking, (&call(), &sender, event))
    };
    let target = rule(&event).unwrap().targets["Targets"][0].clone();
    assert_eq!(target["Arn"], "arn:aws:ssm:us-west-2:111122223333:document/Moontide-Run");
    let template = target["InputTransformer"]["InputTemplate"].as_str().unwrap();
    let known = crate::ssm::parameters::named("Execution").unwrap();
    let parameters = |id: &str| -> serde_json::Value {
        let quoted = serde_json::Value::from(id).to_string();
        serde_json::from_str(&template.replace("<id>", &quoted)).unwrap()
    };
    let id = "7bf73129-1428-4cd3-a780-95db273d1602";
    assert!(known.check(id).is_ok());
    let usual = parameters(id);
    assert_eq!((&usual["Execution"][0], &usual["Mode"][0]), (&id.into(), &"recovery".into()));
    for hostile in [
        "a\"],\"Mode\":[\"x",
        "$(id)",
        "`id`",
        "a b",
        "'; id; '",
        "{{ssm:x}}",
        "<id>",
        "a\nb",
        "\\",
        "",
    ] {
        let mut given = parameters(hostile);
        assert_eq!(given["Execution"][0], hostile);
        assert!(known.check(hostile).is_err(), "{hostile}");
        given["Execution"][0] = id.into();
        assert_eq!(given, usual, "{hostile} has changed what is beside it");
    }
    for runbook in ["/srv/x", "a b", "$(id)", "../x"] {
        let refused = rule(&eventbridge::OnEvent { runbook: runbook.to_owned(), ..event.clone() });
        assert!(refused.is_err(), "{runbook}");
    }
    let unasked = self::plan("");
    let begun =
        eventbridge::on_event(&schedule("rate(1 day)", ""), &unasked, (&call(), &sender, &event));
    assert!(begun.unwrap_err().message.contains("unasked"));
}

/// The plan of a runbook that has this, too.
fn plan(more: &str) -> Plan {
    let text = format!(
        "return require(\"@moontide\").runbook {{ name = \"shop\", region = \"us-west-2\", {more} waves = {{ \
         {{ name = \"web\", run = function() end }} }} }}"
    );
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("runbook.luau"), text).unwrap();
    let files = crate::runbook::Files::read(home.path()).unwrap();
    files.plan(&crate::listener::Silent, &moontide_runtime::sandbox::Limits::default(), 0).unwrap()
}
