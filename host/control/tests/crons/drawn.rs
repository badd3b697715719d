//! Random expressions of our grammar, the same ones for the same seed.

use fastrand::Rng;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use moontide_control::schedule::when::When;

/// An expression that comes more often in the year is drawn again: it would make most of what is compared.
const MOST: usize = 2_500;
const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// An expression, field by field.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    pub(crate) minute: String,
    pub(crate) hour: String,
    pub(crate) day: String,
    pub(crate) month: String,
    pub(crate) weekday: String,
    pub(crate) year: String,
}

impl Drawn {
    /// As it is written.
    pub(crate) fn text(&self) -> String {
        let Drawn { minute, hour, day, month, weekday, year } = self;
        format!("cron({minute} {hour} {day} {month} {weekday} {year})")
    }

    /// What we read in it.
    pub(crate) fn when(&self) -> When {
        self.text().parse().unwrap_or_else(|error| panic!("{}: {error}", self.text()))
    }

    /// The working day that it names: `15W`.
    pub(crate) fn working_day(&self) -> Option<i8> {
        self.day.strip_suffix('W').and_then(|day| day.parse().ok())
    }
}

/// So many, and how many were drawn again.
pub(crate) fn all(
    many: usize,
    seed: u64,
    (from, to): (Timestamp, Timestamp),
) -> (Vec<Drawn>, usize) {
    let (mut random, mut all, mut again) = (Rng::with_seed(seed), Vec::new(), 0);
    while all.len() < many {
        let drawn = one(&mut random);
        let (when, zone) = (drawn.when(), TimeZone::UTC);
        let times = when.moments(&zone, from, from).take_while(|at| *at < to);
        if (1..=MOST).contains(&times.take(MOST + 1).count()) {
            all.push(drawn);
        } else {
            again += 1;
        }
    }
    (all, again)
}

fn one(random: &mut Rng) -> Drawn {
    let unsaid = || "?".to_owned();
    let (day, weekday) =
        if random.bool() { (day(random), unsaid()) } else { (unsaid(), weekday(random)) };
    Drawn {
        minute: field(random, 0, 59),
        // Half of them at the hours in which clocks are set.
        hour: match random.u8(..4) {
            0 => "2".to_owned(),
            1 => field(random, 0, 3),
            _ => field(random, 0, 23),
        },
        day,
        month: month(random),
        weekday,
        year: ["*", "*", "*", "2027", "2026-2029", "2026/1", "2025,2027", "2027/2"]
            [random.usize(..8)]
        .to_owned(),
    }
}

/// A field with a number, a list, a range or a step.
fn field(random: &mut Rng, least: u16, most: u16) -> String {
    let mut number = || random.u16(least..=most);
    let (a, b) = (number(), number());
    let (low, high) = (a.min(b), a.max(b));
    let list: Vec<String> = (0..3).map(|_| number().to_string()).collect();
    let step = random.u16(1..=(most - least));
    match random.u8(..10) {
        0 => "*".to_owned(),
        1 => format!("{low}-{high}"),
        2 => format!("{a}/{step}"),
        3 => format!("{low}-{high}/{step}"),
        4 => format!("*/{step}"),
        5 => list.join(","),
        _ => a.to_string(),
    }
}

fn day(random: &mut Rng) -> String {
    match random.u8(..6) {
        0 => "L".to_owned(),
        1 => format!("{}W", random.u16(1..=28)),
        // Not every month has these.
        2 => format!("{}W", random.u16(29..=31)),
        _ => field(random, 1, 31),
    }
}

fn month(random: &mut Rng) -> String {
    match random.u8(..6) {
        0 => MONTHS[random.usize(..12)].to_owned(),
        1 => {
            let (a, b) = (random.usize(..12), random.usize(..12));
            format!("{}-{}", MONTHS[a.min(b)], MONTHS[a.max(b)])
        }
        2 => field(random, 1, 12),
        // Those in which clocks are set.
        3 => "MAR,APR,OCT,NOV".to_owned(),
        _ => "*".to_owned(),
    }
}

fn weekday(random: &mut Rng) -> String {
    let (a, b) = (random.u16(1..=7), random.u16(1..=7));
    let name = |number: u16| DAYS[usize::from(number - 1)];
    match random.u8(..8) {
        0 => a.to_string(),
        1 => name(a).to_owned(),
        2 => format!("{}-{}", a.min(b), a.max(b)),
        3 => format!("{}-{}", name(a.min(b)), name(a.max(b))),
        4 => format!("{a}#{}", random.u16(1..=5)),
        5 => format!("{a}L"),
        6 => format!("{},{}", name(a), name(b)),
        // Clocks are set on Sundays.
        _ => "SUN".to_owned(),
    }
}
