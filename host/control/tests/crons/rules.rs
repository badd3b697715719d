//! Why an implementation differs: each rule is what it does otherwise, on purpose or not.

use jiff::tz::AmbiguousOffset;
use jiff::{SignedDuration, Timestamp, Zoned};

use moontide_control::schedule::when::Kind;

use super::Question;
use super::ours::Ours;

/// A time that is only theirs, or only ours.
pub(crate) struct Case<'c> {
    pub(crate) by: &'static str,
    pub(crate) question: &'c Question,
    pub(crate) ours: &'c Ours,
    pub(crate) second: i64,
    pub(crate) is_theirs: bool,
}

/// Where aws-croniter refuses an expression that AWS takes.
pub(crate) const REFUSED: &str =
    "it refuses a step of years (`2026/1`), which AWS takes: expressions, not times";

/// A rule, whose it is, and whether it explains a case.
pub(crate) type Rule = (&'static str, &'static [&'static str], fn(&Case<'_>) -> bool);

pub(crate) const RULES: [Rule; 4] = [
    (
        "a time that the clocks are set forward over runs right behind the gap; we skip it",
        &["croner", "cronsim"],
        runs_behind_the_gap,
    ),
    (
        "what is no fixed time runs in both halves of a fold; we run it once, the first time",
        &["croner", "cronsim"],
        runs_in_both_halves,
    ),
    (
        "on a day of which the clocks are set by half an hour it steps by hours, and comes half an hour too late",
        &["cronsim"],
        steps_by_hours,
    ),
    (
        "it knows no years: where the zone is ahead, the year that is named is over before the one that is looked at",
        &["cronsim"],
        knows_no_years,
    ),
];

/// The rule that explains a case.
pub(crate) fn of(case: &Case<'_>) -> Option<&'static str> {
    let explains = |(_, whose, explains): &&Rule| whose.contains(&case.by) && explains(case);
    RULES.iter().find(explains).map(|(rule, ..)| *rule)
}

impl Case<'_> {
    fn at(&self) -> Zoned {
        let at = Timestamp::from_second(self.second).expect("it is in the year");
        at.to_zoned(self.question.zone.clone())
    }

    /// In a line.
    pub(crate) fn said(&self) -> String {
        let whose = if self.is_theirs { self.by } else { "ours" };
        format!(
            "{} against {}: {} is only of {whose}",
            self.question.drawn.text(),
            self.by,
            self.at()
        )
    }
}

fn runs_behind_the_gap(case: &Case<'_>) -> bool {
    let at = case.at();
    let just_before = at.timestamp() - SignedDuration::from_secs(1);
    let is_set_now = at.offset() != case.question.zone.to_offset(just_before);
    let is_missing = case.ours.missing.iter().any(|it| it.date() == at.date());
    case.is_theirs && is_set_now && is_missing
}

fn runs_in_both_halves(case: &Case<'_>) -> bool {
    let at = case.at();
    let AmbiguousOffset::Fold { before, after } =
        case.question.zone.to_ambiguous_timestamp(at.datetime()).offset()
    else {
        return false;
    };
    let first = before.to_timestamp(at.datetime()).expect("it is in the year");
    case.is_theirs && at.offset() == after && case.ours.seconds.contains(&first.as_second())
}

fn knows_no_years(case: &Case<'_>) -> bool {
    let Kind::Cron(cron) = case.question.drawn.when().kind else { return false };
    let year = u16::try_from(case.at().year()).expect("it is beside the year");
    case.is_theirs && !cron.years.contains(year)
}

fn steps_by_hours(case: &Case<'_>) -> bool {
    let (at, drawn) = (case.at(), &case.question.drawn);
    let starts = at.start_of_day().expect("it is in the year");
    let ends = at.end_of_day().expect("it is in the year");
    let is_set_by = (ends.offset().seconds() - starts.offset().seconds()).abs();
    // With a number in both fields it counts in local times, as cron does.
    let steps = drawn.minute.starts_with('*') || drawn.hour.starts_with('*');
    !case.is_theirs && steps && is_set_by == 30 * 60
}
