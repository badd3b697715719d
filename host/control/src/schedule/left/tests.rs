use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn line(lease: Option<LeaseRecord>) -> Line {
    Line {
        execution: "drill-shop-20270101t020000z".to_owned(),
        runbook: "shop".to_owned(),
        mode: None,
        status: Some(ExecutionStatus::Running),
        unreadable: None,
        labels: BTreeMap::new(),
        source: Some(Channel::Schedule),
        created_at: at("2027-01-01T02:00:00Z"),
        runner: None,
        lease: None,
        pending: 0,
        moved_to: None,
    }
    .driven_under(lease)
}

#[test]
fn nothing_begins_late_that_has_sent_nothing_or_whose_time_counts_as_over() {
    let text = "[[schedules]]\nname = \"shop\"\nrunbook = \"shop\"\nwhen = \"cron(0 2 * * ? *)\"\n";
    let (time, start) = (at("2027-01-01T02:00:00Z"), at("2026-01-01T00:00:00Z"));
    let read = crate::schedule::written::parse(text, "x.toml", std::path::Path::new("."), start);
    let shop = read.unwrap().remove(0).schedule;
    let entry = |outcome, written: &str| Entry {
        schedule: "shop".to_owned(),
        time,
        version: 1,
        terms: crate::schedule::history::Terms { outcome, at: at(written), by: "a".to_owned() },
    };
    let started = || Outcome::Started { execution: "drill".to_owned(), ended: String::new() };
    let missed = Outcome::Missed { why: "nothing ran".to_owned(), more: 0 };
    let judged = |entry: Option<&Entry>, now: &str| judge(&shop, time, (entry, at(now)));
    let begun = entry(started(), "2027-01-01T02:00:05Z");
    assert_eq!(judged(Some(&begun), "2027-01-01T03:00:00Z"), Ok(()));
    let late = judged(Some(&begun), "2027-01-01T03:00:06Z").unwrap_err().unwrap();
    assert!(late.contains("too late"), "{late}");
    // It waited for the end of the one before.
    let queued = entry(started(), "2027-01-01T09:00:00Z");
    assert_eq!(judged(Some(&queued), "2027-01-01T09:59:00Z"), Ok(()));
    assert!(judged(Some(&queued), "2027-01-01T10:00:01Z").is_err());
    let claim = entry(Outcome::Starting, "2027-01-01T02:00:00Z");
    assert_eq!(judged(Some(&claim), "2027-01-01T09:00:00Z"), Err(None));
    assert_eq!(judged(None, "2027-01-01T02:00:00Z"), Err(None));
    let over = judged(Some(&entry(missed, "2027-01-01T03:00:01Z")), "2027-01-01T03:00:02Z");
    assert_eq!(over, Err(Some("its time counts as missed: nothing ran".to_owned())));
}

#[tokio::test]
async fn a_schedule_that_cannot_be_read_is_not_one_that_was_removed() {
    let store = moontide_runtime::store::MemoryStore::new();
    let mut pending = Line { status: Some(ExecutionStatus::Pending), ..line(None) };
    pending.labels.insert(LABEL.to_owned(), "shop".to_owned());
    let now = at("2027-01-01T02:00:10Z");
    let all = [("shop".to_owned(), None)];
    let unreadable = verdict(&store, &pending, Of::line(&pending, &all), now).await.unwrap();
    assert_eq!(unreadable, Verdict::NotYet);
    let removed = verdict(&store, &pending, Of::line(&pending, &[]), now).await.unwrap();
    assert!(matches!(removed, Verdict::GivenUp(it) if it.why.contains("removed")));
}

#[test]
fn what_waits_for_a_person_is_left_alone_and_what_was_answered_goes_on() {
    let waits = Line { status: Some(ExecutionStatus::Waiting), ..line(None) };
    assert!(goes_on(&line(None)) && !goes_on(&waits));
    assert!(goes_on(&Line { pending: 1, ..waits }));
}

#[test]
fn a_runner_is_dead_once_its_beat_stands_still_by_the_watching_clock() {
    let second = Duration::from_secs;
    let lease = |beat| Some(LeaseRecord { holder: "a".to_owned(), epoch: 1, beat });
    let mut beats = Beats::default();
    let mut free = |lease, at| beats.is_free(&line(lease), second(at), second(60));
    assert!(free(None, 0));
    assert!(!free(lease(1), 10), "it is seen for the first time");
    assert!(!free(lease(1), 69));
    assert!(!free(lease(2), 75), "it lives");
    assert!(!free(lease(2), 134));
    assert!(free(lease(2), 135));
}
