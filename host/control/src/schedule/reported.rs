//! The report that a schedule makes: the last drill of its runbook as an auditor reads it, in files of the folder that
//! the schedule names, and a sentence for the history, which says that it failed where a drill is overdue.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use moontide_runtime::clock::Clock as _;

use super::declared::Schedule;
use super::kept::Sources;
use super::length::Length;
use crate::clocks::SystemClock;
use crate::compliance::document::{Drilled, Runbook};
use crate::compliance::page::apart;
use crate::compliance::{Asked, Compliance};
use crate::error::{CommandError, Result, code};
use crate::operator::Operator;
use crate::report::identity::World;
use crate::report::{Made, Report, html};
use crate::runbook::Files;
use crate::view::Record;
use crate::words;

mod folder;

/// A drill is overdue after so long, if the schedule does not say otherwise; and drills of so long are looked at: a year.
const OVERDUE: Duration = Duration::from_hours(365 * 24);

/// Makes the report of a time, and says how the drills stand.
pub(super) async fn report(
    operator: &Operator,
    schedule: &Schedule,
    (sources, time): (&Sources, Timestamp),
) -> Result<String> {
    let files = Files::pinned(sources.bundle.clone(), &schedule.runbook);
    let plan = files.plan(operator.face.as_ref(), &operator.settings.limits(), 0)?;
    let now = SystemClock::new().now();
    let longest = schedule.overdue_after.map_or(OVERDUE, |it| it.0);
    let back = SignedDuration::try_from(longest.max(OVERDUE)).unwrap_or(SignedDuration::MAX);
    let asked = Asked {
        since: now.checked_sub(back).unwrap_or(Timestamp::MIN),
        runbook: Some(plan.name.clone()),
        overdue_after: longest,
        now,
    };
    let address = operator.address.text();
    let found = Box::pin(Compliance::of(operator.store.as_ref(), address, &asked)).await?;
    // What happened against a simulator proves nothing about AWS. Where the schedule drills against one, it is told.
    let world = match operator.target.simulator(&operator.environment) {
        Some(_) => World::Simulator,
        None => World::Aws,
    };
    let line = found.runbooks.iter().find(|it| it.runbook == plan.name && it.world == world);
    let mut sentence = said((&plan.name, world), line, (longest, now));
    if let (Some(to), Some(last)) = (&schedule.to, line.and_then(last)) {
        let record = Record::load(operator.store.as_ref(), &last.execution).await?;
        let prices = operator.settings.prices.clone();
        let made = Made { prices, ..Made::now(now, &schedule.zone.0) };
        let report = Box::pin(Report::of(operator.store.as_ref(), &record, made)).await?;
        let page = folder::keep(to, &schedule.id(time), &written(&report)?)?;
        sentence = format!("{sentence}; {}: {page}", report.title);
    }
    Ok(sentence)
}

/// The last drill of which something can be told: a partial one too, whose report says that it is.
fn last(line: &Runbook) -> Option<&Drilled> {
    let all = [line.last.value(), line.last_passed.as_ref(), line.last_partial.as_ref()];
    all.into_iter().flatten().max_by_key(|it| it.at)
}

/// The report as the files of its folder have it, by how their names end.
fn written(report: &Report) -> Result<[(&'static str, Vec<u8>); 2]> {
    let mut data = serde_json::to_vec_pretty(report).map_err(|error| {
        CommandError::new(code::INTERNAL, format!("a report cannot be written: {error}"))
    })?;
    data.push(b'\n');
    // The page is what a person opens: where it is, its data is there already.
    Ok([("json", data), ("html", html::page(report)?.into_bytes())])
}

/// How the drills of a runbook stand in a world. It begins with `failed` where no whole one has completed, or for too
/// long.
fn said(
    (runbook, world): (&str, World),
    line: Option<&Runbook>,
    (longest, now): (Duration, Timestamp),
) -> String {
    let drills = line.map_or(0, |it| it.drills + it.unreadable);
    let all = words::count(drills, "drill");
    let place = if world == World::Aws { "" } else { " against a simulator" };
    let rest = line.map(apart).filter(|it| !it.is_empty());
    let rest = rest.map(|it| format!("; {it}")).unwrap_or_default();
    let Some((line, last)) = line.and_then(|it| Some((it, it.last_passed.as_ref()?))) else {
        return format!(
            "failed: no drill of `{runbook}` has completed{place} with all of its waves and servers, of {all}{rest}"
        );
    };
    let (id, ago) = (&last.execution, words::between(last.at, now));
    let days = usize::try_from(ago.as_secs() / 86_400).unwrap_or_default();
    let days = words::count(days, "day");
    if ago > longest {
        return format!(
            "failed: a drill of `{runbook}` is overdue{place}: the last one that completed with all of its waves and \
             servers was {days} ago, and one is due every {}: {id}{rest}",
            Length(longest)
        );
    }
    let completed = line.completed;
    format!(
        "completed: {completed} of {all} of `{runbook}` have completed{place} with all of their waves and servers, the \
         last one {days} ago: {id}{rest}"
    )
}

#[cfg(test)]
mod tests {
    use moontide_runtime::scheduler::ExecutionStatus;

    use super::*;
    use crate::report::Known;

    fn at(days: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + days * 86_400).unwrap()
    }

    fn drill(status: ExecutionStatus, day: i64, waves_skipped: &[&str]) -> Drilled {
        let none = || Known::unknown("it was not asked");
        Drilled {
            execution: format!("drill-{day}"),
            at: at(day),
            status,
            by_schedule: false,
            waves_skipped: waves_skipped.iter().map(|it| (*it).to_owned()).collect(),
            servers_missing: Vec::new(),
            took_seconds: Known::Known(5),
            rto_seconds: Known::unknown("none"),
            rto_met: Known::unknown("none"),
            data_age_seconds: none(),
            rpo_met: Known::unknown("none"),
        }
    }

    /// The newest first.
    fn line(drills: &[Drilled]) -> Runbook {
        let mut line = Runbook::new("shop", World::Aws);
        for drill in drills {
            line.count(drill);
            line.note(drill, true, 0);
        }
        line
    }

    fn says(drills: &[Drilled], day: i64) -> String {
        let quarter = Length::try_from("92d".to_owned()).expect("a length").0;
        said(("shop", World::Aws), Some(&line(drills)), (quarter, at(day)))
    }

    #[test]
    fn a_report_fails_where_no_drill_has_completed_or_the_last_one_is_too_long_ago() {
        let failed = drill(ExecutionStatus::Failed, 90, &[]);
        let completed = drill(ExecutionStatus::Completed, 10, &[]);
        let none = says(std::slice::from_ref(&failed), 100);
        assert!(none.starts_with("failed: no drill of `shop` has completed"), "{none}");
        assert!(none.ends_with("of 1 drill"), "{none}");
        let both = [failed, completed];
        let good = says(&both, 102);
        assert!(good.starts_with("completed: 1 of 2 drills of `shop` have completed"), "{good}");
        assert!(good.ends_with("the last one 92 days ago: drill-10"), "{good}");
        let overdue = says(&both, 103);
        assert!(overdue.starts_with("failed: a drill of `shop` is overdue"), "{overdue}");
        assert!(overdue.ends_with("every 92d: drill-10"), "{overdue}");
        let never = said(("shop", World::Aws), None, (OVERDUE, at(1)));
        assert!(never.starts_with("failed: ") && never.ends_with("of 0 drills"), "{never}");
    }

    #[test]
    fn a_partial_drill_makes_no_drill_less_overdue() {
        let partial = drill(ExecutionStatus::Completed, 100, &["web"]);
        let alone = says(std::slice::from_ref(&partial), 101);
        assert!(alone.starts_with("failed: no drill of `shop`"), "{alone}");
        assert!(alone.contains("of 1 drill; 1 partial"), "{alone}");
        let with = says(&[partial, drill(ExecutionStatus::Completed, 1, &[])], 101);
        assert!(with.starts_with("failed: a drill of `shop` is overdue"), "{with}");
        assert!(with.contains("100 days ago") && with.contains("drill-1;"), "{with}");
    }

    #[test]
    fn the_last_drill_is_reported_of_also_where_it_is_partial() {
        let partial = drill(ExecutionStatus::Completed, 100, &["web"]);
        let all = line(&[partial.clone(), drill(ExecutionStatus::Completed, 1, &[])]);
        assert_eq!(last(&all), Some(&partial));
        assert_eq!(last(&Runbook::new("shop", World::Aws)), None);
        let simulated = said(("shop", World::Simulator), Some(&all), (OVERDUE, at(101)));
        assert!(simulated.contains("have completed against a simulator"), "{simulated}");
    }
}
