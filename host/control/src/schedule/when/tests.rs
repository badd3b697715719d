//! The vectors of `EventBridge`, what is refused, and another implementation as a judge.

use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use croner::{CivilDateTime, CronDateTime, Resolution, Weekday};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::Value;

use super::When;

fn vectors() -> Value {
    serde_json::from_str(include_str!("tests/cron-vectors.json")).unwrap()
}

fn text<'v>(vector: &'v Value, field: &str) -> &'v str {
    vector[field].as_str().unwrap()
}

fn moments(vector: &Value, when: &When, start: Timestamp, from: Timestamp) -> Vec<String> {
    let zone = TimeZone::get(text(vector, "zone")).unwrap();
    when.moments(&zone, start, from).take(3).map(|at| at.to_string()).collect()
}

/// What is no grammar of AWS, although other implementations read it.
const NO_GRAMMAR: &str = "L-3";

#[test]
fn every_vector_of_eventbridge_runs_at_its_times() {
    let (mut right, mut refused) = (0, 0);
    for vector in vectors()["next"].as_array().unwrap() {
        let expression = text(vector, "expression");
        if expression.contains(NO_GRAMMAR) {
            let mistake = expression.parse::<When>().unwrap_err();
            assert_eq!(mistake.field, Some("day of month"));
            refused += 1;
            continue;
        }
        let when: When = expression.parse().unwrap();
        let from: Timestamp = text(vector, "from").parse().unwrap();
        let expected: Vec<&str> =
            vector["next"].as_array().unwrap().iter().map(|at| at.as_str().unwrap()).collect();
        assert_eq!(moments(vector, &when, from, from), expected, "{vector}");
        assert_eq!(when.to_string(), expression);
        right += 1;
    }
    assert_eq!((right, refused), (39, 1));
}

#[test]
fn every_expression_that_eventbridge_refuses_is_refused() {
    let vectors = vectors();
    let refused = vectors["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 24);
    for vector in refused {
        assert!(text(vector, "expression").parse::<When>().is_err(), "{vector}");
    }
}

#[test]
fn what_implementations_read_differently_is_refused_but_a_step_of_years() {
    let vectors = vectors();
    let doubtful = vectors["doubtful"].as_array().unwrap();
    assert_eq!(doubtful.len(), 10);
    for vector in doubtful {
        let is_read = text(vector, "expression").parse::<When>().is_ok();
        assert_eq!(is_read, text(vector, "what") == "year with step", "{vector}");
    }
}

#[test]
fn rates_and_single_times_are_those_of_eventbridge() {
    let mut seen = 0;
    for vector in vectors()["rate_and_at"].as_array().unwrap() {
        for refused in vector["refused"].as_array().into_iter().flatten() {
            assert!(refused.as_str().unwrap().parse::<When>().is_err(), "{refused}");
            seen += 1;
        }
        let Some(expression) = vector["expression"].as_str() else { continue };
        let when: When = expression.parse().unwrap();
        let start =
            vector["start"].as_str().map_or(Timestamp::UNIX_EPOCH, |it| it.parse().unwrap());
        let from = start - std::time::Duration::from_secs(1);
        let expected: Vec<&str> =
            vector["next"].as_array().unwrap().iter().map(|at| at.as_str().unwrap()).collect();
        assert_eq!(moments(vector, &when, start, from), expected, "{vector}");
        seen += 1;
    }
    assert_eq!(seen, 11);
}

#[test]
fn a_mistake_names_its_field_and_what_was_meant() {
    let said = |text: &str| text.parse::<When>().unwrap_err().to_string();
    let all = [
        "cron(0 24 * * ? *)",
        "cron(60 10 * * ? *)",
        "cron(0 10 ? * 0 *)",
        "cron(0 10 ? * mon *)",
        "cron(0 10 1 JNA ? *)",
        "cron(0 10 * * * *)",
        "cron(0 10 ? * ? *)",
        "cron(0 10 1 * MON *)",
        "cron(0 10 * * ?)",
        "cron(0 0 10 * * ? *)",
        "cron(0  10 * * ? *)",
        "cron(0 22-2 * * ? *)",
        "cron(0 22 ? * FRI-MON *)",
        "cron(0/0 10 * * ? *)",
        "cron(0/90 * * * ? *)",
        "cron(0 0 LW * ? *)",
        "cron(0 9 ? * L *)",
        "cron(0 9 ? * 2/2 *)",
        "cron(0 9 ? * 2#6 *)",
        "cron(0 9 ? * 2#1,2#3 *)",
        "cron(0 9 ? * FRIL *)",
        "corn(0 10 * * ? *)",
        "0 10 * * *",
        "every 5 minutes",
        "rate(1 days)",
        "rate(30 seconds)",
        "at(2027-01-16)",
        "at(2027-01-16T02:30:00Z)",
        "at(2027-02-30T02:30:00)",
        "tomorrow",
    ];
    let lines: Vec<String> = all.iter().map(|text| format!("{text}\n    {}", said(text))).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

/// jiff's local time for croner, as if it were UTC.
#[derive(Clone, Debug)]
struct Civil(DateTime);

impl CronDateTime for Civil {
    fn to_civil(&self) -> CivilDateTime {
        use croner::{CivilDate, CivilTime};
        let (date, time) = (self.0.date(), self.0.time());
        let part = |it: i8| u32::try_from(it).unwrap();
        CivilDateTime::new(
            CivilDate::from_ymd_opt(date.year().into(), part(date.month()), part(date.day()))
                .unwrap(),
            CivilTime::from_hms_opt(part(time.hour()), part(time.minute()), part(time.second()))
                .unwrap(),
        )
    }

    fn civil_weekday(&self) -> Weekday {
        let days = self.0.weekday().to_sunday_zero_offset();
        Weekday::from_days_from_sunday(u32::try_from(days).unwrap())
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let part = |it: u32| i8::try_from(it).unwrap();
        let year = i16::try_from(civil.year()).map_err(|_| CronError::InvalidDate)?;
        let (hour, minute) = (part(civil.hour()), part(civil.minute()));
        let local = jiff::civil::date(year, part(civil.month()), part(civil.day())).at(
            hour,
            minute,
            part(civil.second()),
            0,
        );
        Ok(Resolution::Single(Civil(local)))
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        self.0.checked_add(jiff::SignedDuration::from_secs(seconds)).ok().map(Civil)
    }

    fn cmp_instant(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

/// A field with a list, a range or a step.
fn field(least: u16, most: u16) -> impl Strategy<Value = String> {
    let range = move || (least..=most, least..=most).prop_map(|(a, b)| (a.min(b), a.max(b)));
    prop_oneof![
        3 => Just("*".to_owned()),
        4 => (least..=most).prop_map(|it| it.to_string()),
        1 => range().prop_map(|(a, b)| format!("{a}-{b}")),
        1 => (least..=most, 1..=(most - least)).prop_map(|(a, step)| format!("{a}/{step}")),
        1 => (range(), 1..=(most - least)).prop_map(|((a, b), step)| format!("{a}-{b}/{step}")),
        1 => (1..=(most - least)).prop_map(|step| format!("*/{step}")),
        1 => prop::collection::vec(least..=most, 2..5)
            .prop_map(|all| all.iter().map(u16::to_string).collect::<Vec<_>>().join(",")),
    ]
}

fn days() -> impl Strategy<Value = (String, String)> {
    let unsaid = || "?".to_owned();
    // croner moves 29W to 31W into the last days of shorter months: they are left out here, and tested by hand.
    let of_month = prop_oneof![
        6 => field(1, 31),
        1 => Just("L".to_owned()),
        2 => (1..=28_u16).prop_map(|it| format!("{it}W")),
    ];
    let name = prop::sample::select(vec!["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]);
    let of_week = prop_oneof![
        2 => (1..=7_u16).prop_map(|it| it.to_string()),
        2 => name.prop_map(str::to_owned),
        1 => (1..=7_u16, 1..=7_u16).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
        2 => (1..=7_u16, 1..=5_u16).prop_map(|(day, nth)| format!("{day}#{nth}")),
        2 => (1..=7_u16).prop_map(|it| format!("{it}L")),
        1 => prop::collection::vec(1..=7_u16, 2..4)
            .prop_map(|all| all.iter().map(u16::to_string).collect::<Vec<_>>().join(",")),
    ];
    prop_oneof![
        of_month.prop_map(move |day| (day, unsaid())),
        of_week.prop_map(move |day| (unsaid(), day)),
    ]
}

fn years() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just("*".to_owned()),
        1 => (2026..=2040_u16).prop_map(|it| it.to_string()),
        1 => (2026..=2030_u16, 0..=9_u16).prop_map(|(a, more)| format!("{a}-{}", a + more)),
        1 => (2026..=2030_u16, 1..=4_u16).prop_map(|(a, step)| format!("{a}/{step}")),
    ]
}

/// croner reads `N/s` otherwise: it is written out for it.
fn for_croner(field: &str, most: u16) -> String {
    match field.split_once('/') {
        Some((base, step)) if base != "*" && !base.contains('-') => format!("{base}-{most}/{step}"),
        _ => field.to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn croner_finds_the_same_times_in_utc(
        minute in field(0, 59),
        hour in field(0, 23),
        (day, weekday) in days(),
        month in field(1, 12),
        year in years(),
        from in 1_767_225_600_i64..1_900_000_000,
    ) {
        let when: When = format!("cron({minute} {hour} {day} {month} {weekday} {year})").parse().unwrap();
        let from = Timestamp::from_second(from).unwrap();
        let ours: Vec<DateTime> = when
            .moments(&TimeZone::UTC, from, from)
            .take(4)
            .map(|at| TimeZone::UTC.to_datetime(at))
            .take_while(|at| at.year() < 2050)
            .collect();
        // Its search for what never comes again is long: a date that ends is no case for it.
        prop_assume!(ours.len() == 4);
        let pattern = format!(
            "0 {} {} {} {} {weekday} {}",
            for_croner(&minute, 59),
            for_croner(&hour, 23),
            for_croner(&day, 31),
            for_croner(&month, 12),
            for_croner(&year, 2199),
        );
        let parser = CronParser::builder()
            .seconds(Seconds::Required)
            .year(Year::Required)
            .dom_and_dow(true)
            .alternative_weekdays(true)
            .build();
        let croner = parser.parse(&pattern).unwrap();
        let local = TimeZone::UTC.to_datetime(from);
        let theirs: Vec<DateTime> = croner.iter_after(Civil(local)).take(4).map(|it| it.0).collect();
        prop_assert_eq!(ours, theirs, "{} {}", when, pattern);
    }

    #[test]
    fn no_text_makes_the_parser_stumble(text in ".{0,40}") {
        let _ = text.parse::<When>();
        let _ = format!("cron({text})").parse::<When>();
        let _ = format!("rate({text})").parse::<When>();
        let _ = format!("at({text})").parse::<When>();
    }

    #[test]
    fn times_come_in_their_order_and_each_once(
        zone in prop::sample::select(vec![
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia", "UTC",
        ]),
        minute in field(0, 59),
        hour in field(0, 23),
        from in 1_300_000_000_i64..1_900_000_000,
    ) {
        let when: When = format!("cron({minute} {hour} * * ? *)").parse().unwrap();
        let zone = TimeZone::get(zone).unwrap();
        let from = Timestamp::from_second(from).unwrap();
        let mut last = from;
        for at in when.moments(&zone, from, from).take(50) {
            prop_assert!(at > last, "{at} behind {last}");
            // Whether it is asked before or behind the one that came before makes no difference.
            let next = when.moments(&zone, from, last).next();
            prop_assert_eq!(next, Some(at));
            last = at;
        }
    }
}

#[test]
fn a_working_day_near_a_day_that_the_month_lacks_is_none() {
    let when: When = "cron(0 9 31W * ? *)".parse().unwrap();
    let (from, zone) = ("2027-01-31T00:00:00Z".parse().unwrap(), TimeZone::UTC);
    let moments = when.moments(&zone, from, from).take(3).map(|at| at.to_string());
    let expected = ["2027-03-31T09:00:00Z", "2027-05-31T09:00:00Z", "2027-07-30T09:00:00Z"];
    assert_eq!(moments.collect::<Vec<_>>(), expected);
}
