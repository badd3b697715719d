//! A year of random cron expressions in zones whose clocks are set, against three implementations of other people. Where
//! one of them differs from ours, a rule says why; what no rule explains fails.
//!
//! - `drawn`: the expressions. `ours`: what we make of one. `croner`, `python`: what others make of it.
//! - `rules`: why they differ.

mod croner;
mod drawn;
#[path = "../../../../tests/support/python.rs"]
mod environments;
mod ours;
mod python;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use drawn::Drawn;
use ours::Ours;
use rules::Case;

/// Berlin and New York set their clocks by an hour on different days, Lord Howe by half of one in the other half of the
/// year, Kolkata is half an hour beside the others, and UTC is set by none.
const ZONES: [&str; 5] =
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"];
/// From and to, the end not included.
const YEAR: [&str; 2] = ["2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"];
/// How many expressions.
const MANY: usize = 200;
/// The same ones every time.
const SEED: u64 = 13;

/// An expression in a zone.
struct Question {
    drawn: Drawn,
    zone: TimeZone,
    zone_name: &'static str,
}

/// What others have answered: the implementation, the question's number, the seconds of its times; `None`: it refuses the
/// expression.
type Answers = Vec<(&'static str, usize, Option<BTreeSet<i64>>)>;

/// What was counted.
#[derive(Default)]
struct Tally {
    /// By implementation: questions, times of ours, times of theirs that are the same.
    compared: BTreeMap<&'static str, (usize, usize, usize)>,
    /// By implementation and rule.
    rules: BTreeMap<(&'static str, &'static str), usize>,
    unexplained: Vec<String>,
}

#[test]
#[ignore = "minutes; it installs what judges from PyPI"]
fn a_year_of_random_expressions_is_that_of_other_implementations() {
    let [from, to] = YEAR.map(|it| it.parse::<Timestamp>().expect("a moment"));
    let (drawn, redrawn) = drawn::all(MANY, SEED, (from, to));
    let question = |drawn: &Drawn, zone_name: &'static str| {
        let zone = TimeZone::get(zone_name).expect("it is known");
        Question { drawn: drawn.clone(), zone, zone_name }
    };
    let questions: Vec<Question> =
        drawn.iter().flat_map(|it| ZONES.map(|zone| question(it, zone))).collect();
    let ours: Vec<Ours> = questions.iter().map(|it| Ours::of(it, (from, to))).collect();
    let mut answers = croner::answers(&questions, (from, to));
    answers.extend(python::answers(&questions, (from, to)));
    let mut tally = Tally::default();
    for (by, at, theirs) in &answers {
        tally.compare(by, (&questions[*at], &ours[*at]), theirs.as_ref());
    }
    let said = tally.said(redrawn);
    std::io::stderr().write_all(said.as_bytes()).expect("stderr takes it");
    assert_eq!(tally.unexplained, Vec::<String>::new());
    assert_eq!(drawn.len(), MANY);
    for (rule, whose, _) in rules::RULES {
        let explains = |by: &&'static str| tally.rules.contains_key(&(*by, rule));
        assert!(whose.iter().all(explains), "it explains nothing: {rule}");
    }
    for by in ["croner", "cronsim", "aws-croniter"] {
        let (questions, times, same) = tally.compared[by];
        assert!(questions >= MANY / 2 && same * 10 >= times * 9, "{by} has judged little: {said}");
    }
}

impl Tally {
    fn compare(
        &mut self,
        by: &'static str,
        (question, ours): (&Question, &Ours),
        theirs: Option<&BTreeSet<i64>>,
    ) {
        let Some(theirs) = theirs else {
            let text = question.drawn.text();
            if by == "aws-croniter" && question.drawn.year.contains('/') {
                *self.rules.entry((by, rules::REFUSED)).or_default() += 1;
            } else {
                self.unexplained.push(format!("{text} is refused by {by}"));
            }
            return;
        };
        let same = ours.seconds.intersection(theirs).count();
        let compared = self.compared.entry(by).or_default();
        compared.0 += 1;
        compared.1 += ours.seconds.len();
        compared.2 += same;
        let case = |second, is_theirs| Case { by, question, ours, second, is_theirs };
        let more = theirs.difference(&ours.seconds).map(|it| case(*it, true));
        let fewer = ours.seconds.difference(theirs).map(|it| case(*it, false));
        for case in more.chain(fewer) {
            match rules::of(&case) {
                Some(rule) => *self.rules.entry((by, rule)).or_default() += 1,
                None => self.unexplained.push(case.said()),
            }
        }
    }

    fn said(&self, redrawn: usize) -> String {
        let mut said = format!(
            "\n{MANY} expressions (seed {SEED}; {redrawn} drawn again: none or too many times in the year), {} zones, \
             {} to {}\n",
            ZONES.len(),
            YEAR[0],
            YEAR[1]
        );
        for (by, (questions, times, same)) in &self.compared {
            let _ = writeln!(
                said,
                "{by}: {questions} expressions in zones, {times} of our times compared, {same} the same"
            );
            for ((_, rule), count) in self.rules.iter().filter(|((whose, _), _)| whose == by) {
                let _ = writeln!(said, "    {count:>6}  {rule}");
            }
        }
        let _ = writeln!(said, "unexplained: {}", self.unexplained.len());
        for line in self.unexplained.iter().take(40) {
            let _ = writeln!(said, "    {line}");
        }
        said
    }
}
