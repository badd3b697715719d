//! What is said of servers that others have launched since, and what is not.

use moontide_kit::staged::{execution, failed, intent, keep, outcome, second, started, step};
use moontide_kit::{TestOperation, TestWorld};
use moontide_runtime::effect::{
    Class, Consequences, EffectError, Launch, Origin, Outcome, Replaced as There, Touch,
};
use moontide_runtime::journal::execution::Simulator;
use moontide_runtime::journal::{Body, Bundle, Execution};
use moontide_runtime::scheduler::{End, Event};
use moontide_runtime::store::MemoryStore;
use serde_json::json;

use super::super::Record;
use super::*;

const LAUNCH: &str = "drs.start_recovery";

/// A launch of `s-1` by the wave `db`, whose job AWS created then.
fn launch(id: &str, created: i64) -> Vec<Body> {
    let job = json!({ "job": {
        "job_id": format!("drsjob-{id}"), "creation_date_time": second(created),
    }});
    ended(id, Some(Outcome::Ok { value: job }))
}

/// The same, however it ended; `None`: its end was not seen.
fn ended(id: &str, how: Option<Outcome>) -> Vec<Body> {
    let asked = json!({ "source_servers": [{ "source_server_id": "s-1" }], "is_drill": true });
    let step = step(id, "db", 1, LAUNCH, asked);
    let mut bodies = vec![started(), intent(&step)];
    bodies.extend(how.map(|how| outcome(&step, how)));
    bodies
}

fn head(id: &str, created: i64) -> Execution {
    execution(id, created, &["db", "web"])
}

/// A store in which `first` has launched `s-1`.
async fn launched() -> MemoryStore {
    let store = MemoryStore::new();
    let servers =
        json!([{ "server": "s-1", "name": "db-1", "verdict": "failed", "instance_id": "i-1" }]);
    let mut bodies = launch("first", 10);
    bodies.push(failed("db", "WaveFailed", &json!({ "servers": servers })));
    keep(&store, &head("first", 0), bodies).await;
    store
}

async fn seen(store: &MemoryStore) -> Replaced {
    let record = Record::load(store, "first").await.unwrap();
    Replaced::in_store(store, &record).await
}

async fn shown(store: &MemoryStore) -> String {
    text(&seen(store).await)
}

fn text(replaced: &Replaced) -> String {
    let mut page = Page::default();
    replaced.write(&Context::bare(), &mut page);
    page.into_plain()
}

#[tokio::test]
async fn the_execution_that_launched_last_is_named_with_what_to_type() {
    let store = launched().await;
    keep(&store, &head("second", 100), launch("second", 110)).await;
    keep(&store, &head("third", 200), launch("third", 210)).await;
    insta::assert_snapshot!(shown(&store).await, @r"
    replaced: others have launched these since, and DRS deletes the instance that was there:
      |  db-1  s-1  i-1  of wave db: launched again by wave db of execution third (drsjob-third) at 2027-01-15 08:03:30Z
    hint: `moontide status third` shows how far that one is
    hint: once it is over, `moontide cleanup third` terminates what it has launched, and frees the servers
    hint: `moontide retry first db` launches them again once they are free
    hint: `moontide cancel first` stops this one, if it is of no use without them
    ");
}

#[tokio::test]
async fn an_execution_that_may_delete_the_others_instances_is_warned_of_a_retry() {
    let store = MemoryStore::new();
    let replaceable = vec!["s-1".to_owned()];
    let first = Execution { replaceable, ..head("first", 0) };
    keep(&store, &first, launch("first", 10)).await;
    keep(&store, &head("second", 100), launch("second", 110)).await;
    let shown = shown(&store).await;
    assert!(shown.contains("a retry deletes what `second` has launched"), "{shown}");
}

#[tokio::test]
async fn the_clock_of_aws_says_what_came_first() {
    let store = launched().await;
    // By the clocks of the runners it came later.
    keep(&store, &head("before", 100), launch("before", 5)).await;
    assert_eq!(shown(&store).await, "");
}

#[tokio::test]
async fn a_launch_that_was_refused_has_replaced_nothing() {
    let store = launched().await;
    let error = EffectError::new("ConflictException", "no");
    keep(&store, &head("second", 100), ended("second", Some(Outcome::Failed { error }))).await;
    assert_eq!(shown(&store).await, "");
}

#[tokio::test]
async fn a_launch_whose_end_was_not_seen_may_have() {
    let store = launched().await;
    keep(&store, &head("second", 100), ended("second", None)).await;
    let shown = shown(&store).await;
    assert!(shown.contains("of wave db: perhaps launched again by wave db of exec"), "{shown}");
}

#[tokio::test]
async fn other_accounts_and_regions_are_none_of_it() {
    let store = launched().await;
    let account = Some("999988887777".to_owned());
    keep(&store, &Execution { account, ..head("other", 100) }, launch("other", 110)).await;
    let regions = vec!["eu-west-1".to_owned()];
    keep(&store, &Execution { regions, ..head("far", 100) }, launch("far", 110)).await;
    assert_eq!(shown(&store).await, "");
}

#[tokio::test]
async fn what_went_to_another_simulator_is_none_of_it() {
    let at = |url: &str| {
        let simulator = Simulator { endpoint_url: url.to_owned(), speed: None };
        let nonce = "n".to_owned();
        move |head: Execution| Execution { simulator: Some(simulator), nonce, ..head }
    };
    let (here, there) = ("http://127.0.0.1:9400", "http://127.0.0.1:9500");
    for (url, is_shown) in [(there, false), (here, true), ("http://localhost:9400/", true)] {
        let store = MemoryStore::new();
        keep(&store, &at(here)(head("first", 0)), launch("first", 10)).await;
        keep(&store, &at(url)(head("second", 100)), launch("second", 110)).await;
        assert_eq!(!shown(&store).await.is_empty(), is_shown, "{url}");
    }
    let store = MemoryStore::new();
    keep(&store, &at(here)(head("first", 0)), launch("first", 10)).await;
    let in_aws = Execution { nonce: "n".to_owned(), ..head("second", 100) };
    keep(&store, &in_aws, launch("second", 110)).await;
    assert_eq!(shown(&store).await, "");
}

#[tokio::test]
async fn what_was_cleaned_up_is_replaced_by_no_one_also_if_the_drill_goes_on() {
    let store = launched().await;
    keep(&store, &head("second", 100), launch("second", 110)).await;
    assert!(!shown(&store).await.is_empty());
    let cleanup = Execution {
        acts_for: Some("first".to_owned()),
        made: vec!["drsjob-first".to_owned()],
        ..execution("first.cleanup-1", 50, &["cleanup"])
    };
    let bundle = Bundle { entry: "@moontide/cleanup".to_owned(), ..cleanup.bundle.clone() };
    let result = serde_json::json!({});
    let end = Event::Ended { wave: "cleanup".into(), attempt: 1, end: End::Completed { result } };
    let bodies = vec![started(), Body::Event { event: end }];
    keep(&store, &Execution { bundle, ..cleanup }, bodies).await;
    assert_eq!(shown(&store).await, "");
}

#[tokio::test]
async fn an_older_execution_counts_if_it_was_alive_since() {
    const DAY: i64 = 24 * 3600;
    let store = launched().await;
    keep(&store, &head("over", -2 * DAY), launch("over", 110)).await;
    keep(&store, &head("forgotten", -40 * DAY), launch("forgotten", 110)).await;
    assert_eq!(shown(&store).await, "");
    let mut idle: Vec<Body> = vec![started(); usize::try_from(DAY).unwrap()];
    idle.extend(launch("woken", 110).into_iter().skip(1));
    keep(&store, &head("woken", -DAY), idle).await;
    assert!(shown(&store).await.contains("execution woken"));
}

#[tokio::test]
async fn what_a_bound_cuts_off_is_said_and_who_names_our_servers_comes_first() {
    let store = launched().await;
    let replaceable = vec!["s-1".to_owned()];
    keep(&store, &Execution { replaceable, ..head("second", 100) }, launch("second", 110)).await;
    for number in 0..130 {
        keep(&store, &head(&format!("x-{number}"), 50 + number % 50), vec![started()]).await;
    }
    let shown = shown(&store).await;
    assert!(shown.contains("by wave db of execution second"), "{shown}");
    let said =
        "not looked at: 111 more executions of this store, which may have launched its servers";
    assert!(shown.contains(said), "{shown}");
}

/// A world in which `s-1` has these.
fn holding(these: Vec<There>) -> TestWorld {
    let launch = TestOperation::new(LAUNCH, Class::Tagged)
        .touching(move |_| {
            if these.iter().any(|it| it.instance == "i-denied") {
                return Err(EffectError::new("AccessDeniedException", "no"));
            }
            let launch = Launch { replaces: these.clone(), ..Launch::default() };
            Ok(Consequences { touches: vec![Touch::launch("s-1", launch)], ..Default::default() })
        })
        .answering(|_| panic!("a look launches nothing"));
    TestWorld::of([launch])
}

fn there(instance: &str, job: &str, execution: Option<&str>) -> There {
    let origin = execution.map(|it| Origin {
        execution: it.into(),
        nonce: String::new(),
        wave: "db".into(),
    });
    There { instance: instance.into(), job: job.into(), drill: true, origin, is_hidden: false }
}

async fn in_aws(store: &MemoryStore, these: Vec<There>) -> Replaced {
    let world = holding(these);
    let record = Record::load(store, "first").await.unwrap();
    Replaced::in_store_and_aws(store, &world, &record).await
}

#[tokio::test]
async fn aws_names_the_owner_whatever_the_store_knows() {
    let store = launched().await;
    let shown = text(&in_aws(&store, vec![there("i-2", "drsjob-2", Some("far"))]).await);
    insta::assert_snapshot!(shown, @r"
    replaced: others have launched these since, and DRS deletes the instance that was there:
      |  db-1  s-1  i-1  of wave db: launched again as i-2 by wave db of execution far (drsjob-2)
    hint: `far` is not in this store: its operator knows how far it is
    hint: `moontide retry first db` launches them again once they are free
    hint: `moontide cancel first` stops this one, if it is of no use without them
    ");
    let foreign = text(&in_aws(&store, vec![there("i-2", "drsjob-2", None)]).await);
    assert!(foreign.contains("launched again as i-2 by no execution of Moontide"), "{foreign}");
    // All tools may tag a job.
    let forged = text(&in_aws(&store, vec![there("i-2", "drsjob-2", Some("x; rm -rf"))]).await);
    assert!(forged.contains("by no execution of Moontide"), "{forged}");
}

#[tokio::test]
async fn what_aws_shows_counts_more_than_the_journals_and_nothing_shows_nothing() {
    let store = launched().await;
    keep(&store, &head("second", 100), launch("second", 110)).await;
    assert!(in_aws(&store, vec![there("i-1", "drsjob-first", Some("first"))]).await.is_empty());
    // The job of a launch that was given another tag is ours, too.
    assert!(in_aws(&store, vec![there("i-1", "drsjob-first", None)]).await.is_empty());
    assert!(text(&in_aws(&store, Vec::new()).await).contains("by wave db of execution second"));
    let running =
        vec![there("i-1", "drsjob-first", Some("first")), there("", "drsjob-9", Some("ninth"))];
    assert!(text(&in_aws(&store, running).await).contains("by wave db of execution ninth"));
}

#[tokio::test]
async fn a_look_that_aws_refuses_is_said_and_stops_nothing() {
    let store = launched().await;
    let shown = text(&in_aws(&store, vec![there("i-denied", "", None)]).await);
    assert!(shown.starts_with("not looked at: who has its servers now in AWS: "), "{shown}");
}
