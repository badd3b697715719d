//! A process dies before each step and behind each write, one after another; what it has left, the next one takes
//! further, whether a teller was at work between them or not.

use super::*;

const ONE: &str = r#"
[[schedules]]
name = "one"
runbook = "shop"
when = "cron(0 2 * * ? *)"
late = "1h"
"#;

fn at(text: &str) -> Timestamp {
    format!("2027-01-{text}Z").parse().unwrap()
}

/// Lets a process go through a story of moments and die after so many steps of its last one; then another process, and
/// the teller. Returns what was heard of the time, and what became of it.
async fn told_after(
    story: &[Timestamp],
    fuel: u32,
    tells_between: bool,
    recovery_until: Timestamp,
) -> (u32, u32, String, bool) {
    let mut year = Year::new(1, ONE);
    year.recovery_until = recovery_until;
    // The time before is done with.
    year.visit_with(start(), u32::MAX).await;
    let (last, before) = story.split_last().unwrap();
    for now in before {
        year.visit_with(*now, u32::MAX).await;
    }
    year.visit_with(*last, fuel).await;
    let has_died = year.deaths > 0;
    for _ in 0..3 {
        if tells_between {
            year.heard.send(&year.store, *last).await;
        }
        year.visit_with(*last, u32::MAX).await;
    }
    year.heard.send(&year.store, *last).await;
    let time = at("01T02:00:00");
    let entry = Entry::of(&year.store, "one", time).await.unwrap();
    let became = entry.map_or("nothing yet".to_owned(), |it| it.terms.outcome.word().to_owned());
    let heard = |what| year.heard.times(what, "one", time);
    (heard(What::Missed), heard(What::Held), became, has_died)
}

/// Asks for every number of steps until the process lives; returns how many deaths there were.
async fn at_every_step(
    story: &[Timestamp],
    recovery_until: Timestamp,
    (missed, held, outcome): (u32, u32, &str),
) -> u32 {
    for fuel in 0.. {
        let mut lives = true;
        for tells_between in [false, true] {
            let told = told_after(story, fuel, tells_between, recovery_until).await;
            let (is_missed, is_held, became, has_died) = told;
            let said = format!("after {fuel} steps, teller between: {tells_between}");
            assert_eq!((is_missed, is_held, became.as_str()), (missed, held, outcome), "{said}");
            lives &= !has_died;
        }
        if lives {
            return fuel;
        }
    }
    0
}

#[tokio::test]
async fn a_missed_time_is_told_once_wherever_its_process_dies() {
    let deaths = at_every_step(&[at("01T04:00:00")], start(), (1, 0, "missed")).await;
    // A look, then the history, the queue and the progress: each before its write, and behind it.
    assert_eq!(deaths, 7);
}

#[tokio::test]
async fn a_held_time_is_told_once_as_it_begins_to_be_held_wherever_its_process_dies() {
    let recovery = at("02T00:00:00");
    let now = [at("01T02:10:00")];
    let deaths = at_every_step(&now, recovery, (0, 1, "nothing yet")).await;
    // A look, then the progress, the queue, and the progress once more.
    assert_eq!(deaths, 7);
    let story = [at("01T02:10:00"), at("01T02:20:00"), at("01T03:30:00")];
    at_every_step(&story, recovery, (0, 1, "held")).await;
    // It starts in time, and was held for a while all the same.
    let story = [at("01T02:10:00"), at("01T02:40:00")];
    at_every_step(&story, at("01T02:30:00"), (0, 1, "started")).await;
}
