use std::path::Path;

use super::*;
use crate::schedule::written::parse;

/// A schedule with these lines more.
fn schedule(more: &str) -> Schedule {
    let text = format!("[[schedules]]\nname = \"shop\"\nrunbook = \"shop\"\n{more}");
    let now = at("2027-01-01T00:00:00Z");
    parse(&text, "schedules.toml", Path::new("."), now).unwrap().remove(0).schedule
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn waiting(time: &str, is_queued: bool) -> Waiting {
    let (why, time) = ("the recovery x runs".to_owned(), at(time));
    Waiting { time, why, is_queued, since: time }
}

fn known<'k>(schedule: &'k Schedule, decided: &str) -> Known<'k> {
    let (since, decided) = (at("2026-12-31T23:59:59Z"), Some(at(decided)));
    Known { schedule, since, decided, waiting: None, hold: None, running: None }
}

fn words(decisions: &[Decision]) -> Vec<String> {
    let line = |decision: &Decision| {
        let time = decision.time();
        match decision {
            Decision::Start(_) => format!("{time} start"),
            Decision::Wait { why, is_queued, .. } => {
                format!("{time} {}: {why}", if *is_queued { "queued" } else { "waits" })
            }
            Decision::Skip(_, why) => format!("{time} skipped: {why}"),
            Decision::Miss { why, more, .. } => format!("{time} missed, {more} more: {why}"),
            Decision::Hold(_, why) => format!("{time} held: {why}"),
        }
    };
    decisions.iter().map(line).collect()
}

#[test]
fn nothing_is_decided_before_its_time_and_before_its_place_in_the_spread() {
    let daily = schedule("when = \"cron(0 2 * * ? *)\"\nwithin = \"15m\"\n");
    let time = at("2027-01-02T02:00:00Z");
    let due = daily.due(time);
    assert!(due > time && due < at("2027-01-02T02:15:00Z"));
    let known = known(&daily, "2027-01-01T02:00:00Z");
    assert_eq!(decide(&known, at("2027-01-02T01:59:59Z")), []);
    assert_eq!(decide(&known, due - std::time::Duration::from_secs(1)), []);
    assert_eq!(decide(&known, due), [Decision::Start(time)]);
}

#[test]
fn what_was_missed_is_made_up_for_once_as_long_as_it_is_not_too_late() {
    let daily = schedule("when = \"cron(0 2 * * ? *)\"\n");
    let behind = known(&daily, "2027-01-01T02:00:00Z");
    let decided = |now: &str| words(&decide(&behind, at(now)));
    assert_eq!(decided("2027-01-02T03:00:00Z"), ["2027-01-02T02:00:00Z start"]);
    let missed = "2027-01-02T02:00:00Z missed, 0 more: nothing started it from 2027-01-02 02:00:00Z to \
                  2027-01-02 03:00:00Z: no scheduler ran, or it reached no store";
    assert_eq!(decided("2027-01-02T03:00:01Z"), [missed]);
    assert_eq!(decided("2027-01-03T02:00:00Z"), [missed, "2027-01-03T02:00:00Z start"]);
    let often = schedule("when = \"cron(0/10 * * * ? *)\"\n");
    let behind = known(&often, "2027-01-02T02:00:00Z");
    assert_eq!(
        words(&decide(&behind, at("2027-01-02T02:30:00Z"))),
        [
            "2027-01-02T02:10:00Z missed, 0 more: nothing started it, and the time of 2027-01-02 02:30:00Z has come",
            "2027-01-02T02:20:00Z missed, 0 more: nothing started it, and the time of 2027-01-02 02:30:00Z has come",
            "2027-01-02T02:30:00Z start",
        ]
    );
}

#[test]
fn a_year_without_a_scheduler_is_a_hundred_entries_and_one_for_the_rest() {
    let often = schedule("when = \"cron(0/10 * * * ? *)\"\n");
    let decisions = decide(&known(&often, "2027-01-02T00:00:00Z"), at("2027-01-09T00:00:00Z"));
    let missed = decisions.iter().filter_map(|it| match it {
        Decision::Miss { more, .. } => Some(1 + more),
        _ => None,
    });
    assert_eq!((decisions.len(), missed.sum::<u64>()), (102, 7 * 144 - 1), "and one starts");
    assert_eq!(decisions[0].time(), at("2027-01-08T07:10:00Z"));
}

#[test]
fn what_does_not_exist_and_what_is_blocked_is_left_out_with_the_reason() {
    let daily = schedule(
        "when = \"cron(30 2 * * ? *)\"\nzone = \"Europe/Berlin\"\nnot_on = [\"2027-03-29..2027-03-30\"]\n",
    );
    let decisions = decide(&known(&daily, "2027-03-27T01:30:00Z"), at("2027-03-31T00:30:00Z"));
    assert_eq!(
        words(&decisions),
        [
            "2027-03-28T01:30:00Z skipped: 2027-03-28T02:30:00 does not exist in Europe/Berlin: the clocks are set \
         forward over it",
            "2027-03-29T00:30:00Z skipped: not on 2027-03-29..2027-03-30",
            "2027-03-30T00:30:00Z skipped: not on 2027-03-29..2027-03-30",
            "2027-03-31T00:30:00Z start",
        ]
    );
}

#[test]
fn a_hold_lets_a_time_wait_and_is_the_reason_when_it_becomes_too_late() {
    let daily = schedule("when = \"cron(0 2 * * ? *)\"\n");
    let held = Known { hold: Some("the recovery x runs"), ..known(&daily, "2027-01-01T02:00:00Z") };
    assert_eq!(
        words(&decide(&held, at("2027-01-02T02:00:00Z"))),
        ["2027-01-02T02:00:00Z waits: the recovery x runs"]
    );
    let before = waiting("2027-01-02T02:00:00Z", false);
    let still = Known { waiting: Some(&before), ..held.clone() };
    assert_eq!(
        words(&decide(&still, at("2027-01-02T03:00:01Z"))),
        ["2027-01-02T02:00:00Z held: the recovery x runs"]
    );
    let freed = Known { hold: None, ..still };
    assert_eq!(words(&decide(&freed, at("2027-01-02T02:59:00Z"))), ["2027-01-02T02:00:00Z start"]);
}

#[test]
fn a_time_at_which_the_one_before_is_not_over_is_left_out_or_waits_for_its_end() {
    let often = |overlap: &str| {
        schedule(&format!(
            "when = \"cron(0 * * * ? *)\"\nlate = \"10m\"\noverlap = \"{overlap}\"\n"
        ))
    };
    let skips = often("skip");
    let running = Known { running: Some("drill-1"), ..known(&skips, "2027-01-02T02:00:00Z") };
    assert_eq!(
        words(&decide(&running, at("2027-01-02T03:00:00Z"))),
        ["2027-01-02T03:00:00Z skipped: drill-1 is not over"]
    );
    let queues = often("queue");
    let running = Known { schedule: &queues, ..running };
    assert_eq!(
        words(&decide(&running, at("2027-01-02T03:00:00Z"))),
        ["2027-01-02T03:00:00Z queued: drill-1 is not over"]
    );
    // It waits for longer than a missed time would be made up for.
    let before = waiting("2027-01-02T03:00:00Z", true);
    let freed = Known { running: None, waiting: Some(&before), ..running.clone() };
    assert_eq!(words(&decide(&freed, at("2027-01-02T03:50:00Z"))), ["2027-01-02T03:00:00Z start"]);
    // One waits: the next time takes its place.
    let both = Known { waiting: Some(&before), ..running };
    assert_eq!(
        words(&decide(&both, at("2027-01-02T04:00:00Z"))),
        [
            "2027-01-02T03:00:00Z skipped: the next time has come: the recovery x runs",
            "2027-01-02T04:00:00Z queued: drill-1 is not over",
        ]
    );
}

#[test]
fn nothing_is_decided_over_the_head_of_a_time_that_waits() {
    let daily =
        schedule("when = \"cron(0 2 * * ? *)\"\nlate = \"3d\"\nnot_on = [\"2027-01-03\"]\n");
    let held = Known { hold: Some("it is paused"), ..known(&daily, "2027-01-01T02:00:00Z") };
    assert_eq!(
        words(&decide(&held, at("2027-01-03T12:00:00Z"))),
        ["2027-01-02T02:00:00Z waits: it is paused"]
    );
}

#[test]
fn what_does_not_exist_takes_no_moment_from_a_time_that_does() {
    let hourly = schedule("when = \"cron(0 * * * ? *)\"\nzone = \"Europe/Berlin\"\n");
    let known = known(&hourly, "2027-03-28T00:00:00Z");
    let decisions = decide(&known, at("2027-03-28T01:00:00Z"));
    assert_eq!(words(&decisions), ["2027-03-28T01:00:00Z start"], "03:00 on the clocks of Berlin");
}

#[test]
fn a_time_behind_the_gap_is_found_before_what_does_not_exist_has_come() {
    let halves = schedule("when = \"cron(0/30 2,3 * * ? *)\"\nzone = \"Europe/Berlin\"\n");
    let known = known(&halves, "2027-03-28T00:30:00Z");
    let decisions = decide(&known, at("2027-03-28T01:10:00Z"));
    assert_eq!(words(&decisions), ["2027-03-28T01:00:00Z start"]);
    // The clocks of Lord Howe skip half an hour: 02:10 would have been five minutes behind 02:35.
    let when = "when = \"cron(10,35 2 * * ? *)\"\nzone = \"Australia/Lord_Howe\"\n";
    let howe = schedule(when);
    let known = self::known(&howe, "2027-10-02T00:00:00Z");
    let decisions = decide(&known, at("2027-10-02T15:35:00Z"));
    assert_eq!(words(&decisions), ["2027-10-02T15:35:00Z start"]);
}

#[test]
fn a_time_before_the_import_was_never_one() {
    let daily = schedule("when = \"cron(0 2 * * ? *)\"\nstart = 2020-01-01T00:00:00Z\n");
    let known = Known {
        since: at("2027-01-02T02:30:00Z"),
        decided: None,
        ..known(&daily, "2027-01-01T02:00:00Z")
    };
    assert_eq!(decide(&known, at("2027-01-02T02:45:00Z")), [], "it would not be too late for it");
    assert_eq!(words(&decide(&known, at("2027-01-03T02:00:00Z"))), ["2027-01-03T02:00:00Z start"]);
}

#[test]
fn what_waits_and_is_no_time_any_more_is_left_out_with_the_reason() {
    let daily = schedule("when = \"cron(0 4 * * ? *)\"\n");
    let waits = waiting("2027-01-02T02:00:00Z", false);
    let changed = Known {
        since: at("2027-01-02T02:30:00Z"),
        waiting: Some(&waits),
        ..known(&daily, "2027-01-01T02:00:00Z")
    };
    let skipped = "2027-01-02T02:00:00Z skipped: the schedule was changed while it waited: the recovery x runs";
    assert_eq!(words(&decide(&changed, at("2027-01-02T03:00:00Z"))), [skipped]);
    let later = words(&decide(&changed, at("2027-01-02T04:00:00Z")));
    assert_eq!(later, [skipped, "2027-01-02T04:00:00Z start"]);
    let same = schedule("when = \"cron(0 2 * * ? *)\"\n");
    let is_one = Known { since: at("2026-12-31T23:59:59Z"), schedule: &same, ..changed };
    let held = words(&decide(&is_one, at("2027-01-02T02:30:00Z")));
    assert_eq!(held, ["2027-01-02T02:00:00Z start"]);
}
