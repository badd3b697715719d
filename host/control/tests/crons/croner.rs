//! croner, in Rust: it knows zones by itself.

use croner::parser::{CronParser, Seconds, Year};
use jiff::{SignedDuration, Timestamp, Zoned};

use super::drawn::Drawn;
use super::{Answers, Question};

/// What it answers.
pub(crate) fn answers(questions: &[Question], (from, to): (Timestamp, Timestamp)) -> Answers {
    let parser = CronParser::builder()
        .seconds(Seconds::Required)
        .year(Year::Required)
        .dom_and_dow(true)
        .alternative_weekdays(true)
        .build();
    let answer = |(at, question): (usize, &Question)| {
        let pattern = pattern(&question.drawn);
        let cron = parser.parse(&pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        let before = Zoned::new(from - SignedDuration::from_secs(1), question.zone.clone());
        let times = cron.iter_after(before).map(|it| it.timestamp()).take_while(|it| *it < to);
        ("croner", at, Some(times.map(Timestamp::as_second).collect()))
    };
    questions.iter().enumerate().map(answer).collect()
}

/// The expression as croner has it: seconds first, and `N/s` written out.
fn pattern(drawn: &Drawn) -> String {
    let Drawn { minute, hour, day, month, weekday, year } = drawn;
    format!(
        "0 {} {} {} {} {weekday} {}",
        to_the_end(minute, 59),
        to_the_end(hour, 23),
        to_the_end(day, 31),
        to_the_end(month, 12),
        to_the_end(year, 2199)
    )
}

fn to_the_end(field: &str, most: u16) -> String {
    match field.split_once('/') {
        Some((base, step)) if base != "*" && !base.contains('-') => format!("{base}-{most}/{step}"),
        _ => field.to_owned(),
    }
}
