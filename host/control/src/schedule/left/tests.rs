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
    let (latest, late) = (at("2027-01-01T03:00:00Z"), at("2027-01-01T03:00:01Z"));
    let started = Outcome::Started { execution: "drill".to_owned(), ended: String::new() };
    let missed = Outcome::Missed { why: "nothing ran".to_owned(), more: 0 };
    assert_eq!(judge(Some(&started), Some(latest), latest), Verdict::Goes);
    assert_eq!(judge(Some(&Outcome::Starting), Some(latest), latest), Verdict::NotYet);
    assert_eq!(judge(None, Some(latest), latest), Verdict::NotYet);
    let given_up = |outcome: &Outcome, latest| match judge(Some(outcome), latest, late) {
        Verdict::GivenUp(why) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(given_up(&missed, Some(late)), "its time counts as missed: nothing ran");
    assert!(given_up(&started, Some(latest)).contains("too late"));
    assert!(given_up(&Outcome::Starting, Some(latest)).contains("too late"));
    assert!(given_up(&started, None).contains("removed"));
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
