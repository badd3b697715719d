//! Following an execution from another process, with the real binary: what is seen, when it ends, and how long a line
//! takes from the store to the other terminal.
//!
//! The delay of a thousand lines on each store takes some minutes:
//!
//! ```sh
//! AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test \
//!     cargo test -p moontide --test follow -- --ignored --nocapture delay
//! ```

#![cfg(target_os = "linux")]

#[path = "support/dynamo/mod.rs"]
mod dynamo;
mod support;

#[path = "follow/delay.rs"]
mod delay;
#[path = "follow/given.rs"]
mod given;
#[path = "follow/lists.rs"]
mod lists;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dynamo::Dynamo;
use dynamo::proxy::{Action, Phase};
use given::{Follower, Shop};
use insta::assert_snapshot;
use rustix::process::Signal;

const TWO: &str = "{ name = 'first', pause = 'Begin?', run = function()
        moontide.phase('busy now')
        moontide.log.info('hello')
        moontide.sleep('3s')
    end },
    { name = 'second', depends_on = { 'first' }, run = function() moontide.sleep('1s') end },";

#[test]
fn a_follower_from_before_the_middle_or_after_the_end_sees_what_comes() {
    let shop = Shop::of(TWO);
    shop.run().expect(4);
    let mut before = Follower::of(shop.command(&["status", "drill", "--follow"]));
    before.until("? first | Begin?");
    shop.look(&["answer", "drill", "first", "continue"]).expect(0);
    let resumed = shop.start(&["resume", "drill"]);
    before.until("first  running");
    let middle = Follower::of(shop.command(&["status", "drill", "--follow"]));
    let (before, middle) = (before.end(), middle.end());
    assert_eq!(resumed.end().code, Some(0));
    assert_eq!((before.code, middle.code), (Some(0), Some(0)), "{before:?} {middle:?}");
    assert_snapshot!(given::timeless(&before.stdout), @"
    drill  shop  drill  paused
      first  paused
      second  pending
    ? first | Begin?
      answers: continue, skip, abort
    next: moontide answer drill first continue
          moontide resume drill
    driven by …
    first: continue by root
    first  running
    first  | busy now
    first  | hello
    first  completed
    second  running
    second  completed
    completed
    drill  shop  drill  completed
      first  completed
      second  completed
    ");
    let end = "second  completed\ncompleted\n";
    assert!(given::timeless(&middle.stdout).contains(end), "{}", middle.stdout);
    assert_eq!((before.stderr.as_str(), middle.stderr.as_str()), ("", ""));
    let after = Follower::of(shop.command(&["status", "drill", "--follow"])).end();
    assert_eq!(after.stdout, shop.look(&["status", "drill"]).stdout);
    assert_eq!(after.code, Some(0));
}

#[test]
fn a_line_of_json_says_what_kind_it_is() {
    let shop = Shop::of(TWO);
    shop.run().expect(4);
    let mut follower =
        Follower::of(shop.command(&["status", "drill", "--follow", "--output=json"]));
    follower.until("\"status\":\"paused\"");
    shop.look(&["answer", "drill", "first", "continue"]).expect(0);
    assert_eq!(shop.start(&["resume", "drill"]).end().code, Some(0));
    let ran = follower.end();
    let lines: Vec<serde_json::Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let kinds: Vec<&str> =
        lines.iter().map(|line| line["notice"].as_str().unwrap_or("status")).collect();
    assert_eq!(kinds[..6], ["status", "driven", "signalled", "wave", "closed", "phase"]);
    assert_eq!(kinds[kinds.len() - 2..], ["execution", "status"], "{kinds:?}");
    let is_ours = |line: &serde_json::Value| line["execution"] == "drill" && line["version"] == 1;
    assert!(lines.iter().all(is_ours), "{lines:?}");
}

#[test]
fn an_execution_that_another_runner_goes_on_with_is_followed_further() {
    let shop = Shop::of("{ name = 'long', run = function() moontide.sleep('2s') end },");
    let mut first = shop.begin("long  running");
    let mut follower = Follower::of(shop.command(&["status", "drill", "--follow"]));
    follower.until("long  running");
    first.send(Signal::KILL);
    first.end();
    let resumed = shop.start(&["resume", "drill"]);
    follower.until("driven by root@");
    follower.until("long  completed");
    assert_eq!(resumed.end().code, Some(0));
    assert_eq!(follower.end().code, Some(0));
}

/// An operator who follows is told within about the lease's ttl that the runner has died, and which runner goes
/// on. The dead one writes nothing meanwhile, and so the store has no news.
fn a_runner_dies_while_it_is_followed(shop: Shop, how: &str) {
    let shop = shop.with("MOONTIDE_LEASE_TTL", "3s");
    let mut runner = shop.begin("long  running");
    let mut status = Follower::of(shop.command(&["status", "drill", "--follow"]));
    let mut told = Follower::of(shop.command(&["status", "drill", "--follow", "--output=json"]));
    let mut list = Follower::of(shop.command(&["list", "--follow"]));
    status.until("driven by root@");
    told.until("\"status\":\"running\"");
    list.until(" pid ");
    runner.send(Signal::KILL);
    runner.end();
    status.until(how);
    told.until("\"notice\":\"left\"");
    list.until("no runner drives it");
    let resumed = shop.start(&["resume", "drill"]);
    status.until("driven by root@");
    told.until("\"notice\":\"driven\"");
    list.until(" pid ");
    assert_eq!(resumed.end().code, Some(0));
    let (status, told) = (status.end(), told.end());
    assert_eq!((status.code, told.code), (Some(0), Some(0)));
    // Each is said once.
    assert_eq!(status.stdout.matches("no runner drives it").count(), 1, "{}", status.stdout);
    assert_eq!(status.stdout.matches("driven by").count(), 2, "{}", status.stdout);
    assert!(status.stdout.contains("; to go on: moontide resume drill\n"), "{}", status.stdout);
}

const LONG: &str = "{ name = 'long', run = function() moontide.sleep('12s') end },";

#[test]
fn a_runner_that_dies_while_it_is_followed_is_missed_and_the_next_one_named() {
    a_runner_dies_while_it_is_followed(Shop::of(LONG), " was stopped; to go on: ");
}

#[test]
fn a_runner_that_dies_while_it_is_followed_in_a_table_is_missed_and_the_next_one_named() {
    let how = " has given no sign of life for 3s; to go on: ";
    a_runner_dies_while_it_is_followed(Shop::in_a_table(LONG), how);
}

#[test]
fn a_store_that_is_locked_is_followed_on() {
    let shop = Shop::of(TWO);
    shop.run().expect(4);
    let mut follower = Follower::of(shop.command(&["status", "drill", "--follow"]));
    follower.until("? first | Begin?");
    let path = shop.home.path().join("moontide/moontide.db");
    let busy = rusqlite::Connection::open(path).expect("it opens");
    busy.execute_batch("BEGIN EXCLUSIVE").expect("it is locked");
    support::wait(std::time::Duration::from_secs(1));
    busy.execute_batch("ROLLBACK").expect("it is free");
    shop.look(&["answer", "drill", "first", "continue"]).expect(0);
    assert_eq!(shop.start(&["resume", "drill"]).end().code, Some(0));
    let ran = follower.end();
    assert!(ran.stdout.contains("second  completed"), "{ran:?}");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_table_that_is_away_for_a_while_is_said_once_and_waited_for() {
    let away = Arc::new(AtomicBool::new(false));
    let hook = Arc::clone(&away);
    let proxy = Dynamo::shared().proxied(move |_, phase| {
        let is_away = phase == Phase::Before && hook.load(Ordering::Relaxed);
        if is_away { Action::Throttle("ExpiredTokenException") } else { Action::Pass }
    });
    let shop = Shop::in_a_table(TWO);
    shop.run().expect(4);
    let mut command = shop.command(&["status", "drill", "--follow"]);
    command.env("AWS_ENDPOINT_URL_DYNAMODB", proxy.endpoint());
    let mut follower = Follower::of(command);
    follower.until("? first | Begin?");
    away.store(true, Ordering::Relaxed);
    follower.until_said("the store does not answer");
    // It is asked again meanwhile.
    support::wait(std::time::Duration::from_secs(5));
    away.store(false, Ordering::Relaxed);
    follower.until_said("the store answers again after");
    shop.look(&["answer", "drill", "first", "continue"]).expect(0);
    assert_eq!(shop.start(&["resume", "drill"]).end().code, Some(0));
    let ran = follower.end();
    assert!(ran.stdout.contains("hello") && ran.stdout.contains("second  completed"), "{ran:?}");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "nothing is said twice");
}

#[test]
fn ctrl_c_ends_it_and_so_does_a_reader_who_is_gone() {
    let shop = Shop::of(TWO);
    shop.run().expect(4);
    let status = ["status", "drill", "--follow"];
    let mut stopped = Follower::of(support::hearing::hearing(shop.command(&status)));
    let mut left = Follower::of(shop.command(&status));
    stopped.until("? first | Begin?");
    left.until("? first | Begin?");
    stopped.send(Signal::INT);
    let ran = stopped.end();
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(130), ""));
    left.close();
    shop.look(&["answer", "drill", "first", "continue"]).expect(0);
    let resumed = shop.start(&["resume", "drill"]);
    let ran = left.end();
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(resumed.end().code, Some(0));
}

#[test]
fn what_is_not_there_is_not_followed() {
    let shop = Shop::of(TWO);
    shop.run().expect(4);
    let ran = shop.look(&["status", "dril", "--follow"]).expect(2);
    assert!(ran.stderr.contains("did you mean `drill`?"), "{}", ran.stderr);
}

/// An operator who follows an execution, or the list, is told when it goes on elsewhere.
fn moved_while_followed(shop: &Shop, store: &str) {
    shop.run().expect(4);
    let mut status = Follower::of(shop.command(&["status", "drill", "--follow"]));
    status.until("? first | Begin?");
    let mut list = Follower::of(shop.command(&["list", "--follow"]));
    list.until("drill");
    let there = format!("sqlite:{}", shop.home.path().join("there.db").display());
    shop.look(&["store", "copy", store, &there, "drill", "--move"]).expect(0);
    list.until(&format!("moved to {there}"));
    let status = status.end();
    let sentence = format!("hint: it was moved to {there} at ");
    assert_eq!(status.code, Some(0));
    assert!(status.stdout.contains(&sentence), "{}", status.stdout);
    // One who comes later is told at once.
    let later = Follower::of(shop.command(&["status", "drill", "--follow"])).end();
    assert!(later.code == Some(0) && later.stdout.contains(&sentence), "{later:?}");
}

#[test]
fn what_moves_away_while_it_is_followed_ends_with_where_it_goes_on() {
    let shop = Shop::of(TWO);
    shop.look(&["list"]).expect(0);
    let listed = shop.look(&["list", "--output=json"]).json();
    let store = listed["store"].as_str().expect("an address").to_owned();
    moved_while_followed(&shop, &store);
}

#[test]
fn what_moves_away_from_a_table_while_it_is_followed_ends_with_where_it_goes_on() {
    let shop = Shop::in_a_table(TWO);
    moved_while_followed(&shop, &format!("dynamodb:{}@us-west-2", shop.table_name()));
}
