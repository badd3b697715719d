//! The report that a schedule makes: the last drill of its runbook as an auditor reads it, in files of the folder that
//! the schedule names, and a sentence for the history, which says that it failed where a drill is overdue.

use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::clock::Clock as _;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::Wanted;

use super::declared::Schedule;
use super::kept::Sources;
use super::length::Length;
use crate::clocks::SystemClock;
use crate::error::{CommandError, Result, code};
use crate::list::Line;
use crate::operator::Operator;
use crate::report::{Made, Report, html};
use crate::runbook::Files;
use crate::view::Record;
use crate::words;

mod folder;

/// So many executions are looked at.
const LOOKED_AT: usize = 100;
/// A drill is overdue after so long, if the schedule does not say otherwise: a year.
const OVERDUE: Duration = Duration::from_hours(365 * 24);
/// Statuses of drills that are over.
const OVER: [ExecutionStatus; 3] =
    [ExecutionStatus::Completed, ExecutionStatus::Failed, ExecutionStatus::Cancelled];

/// Makes the report of a time, and says how the drills stand.
pub(super) async fn report(
    operator: &Operator,
    schedule: &Schedule,
    (sources, time): (&Sources, Timestamp),
) -> Result<String> {
    let files = Files::pinned(sources.bundle.clone(), &schedule.runbook);
    let plan = files.plan(operator.face.as_ref(), &operator.settings.limits(), 0)?;
    let wanted = Wanted {
        runbook: Some(plan.name.clone()),
        without_cleanups: true,
        limit: Some(LOOKED_AT),
        ..Wanted::default()
    };
    let lines = Line::all(operator.store.as_ref(), &wanted).await?;
    let drills: Vec<&Line> = lines.iter().filter(|line| line.mode == Some(Mode::Drill)).collect();
    let now = SystemClock::new().now();
    let mut sentence = said(&plan.name, &drills, (schedule.overdue_after, now));
    let last = drills.iter().find(|line| line.status.is_some_and(|it| OVER.contains(&it)));
    if let (Some(to), Some(last)) = (&schedule.to, last) {
        let record = Record::load(operator.store.as_ref(), &last.execution).await?;
        let prices = operator.settings.prices.clone();
        let made = Made { prices, ..Made::now(now, &schedule.zone.0) };
        let report = Report::of(operator.store.as_ref(), &record, made).await?;
        let page = folder::keep(to, &schedule.id(time), &written(&report)?)?;
        sentence = format!("{sentence}; {}: {page}", report.title);
    }
    Ok(sentence)
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

/// How the drills stand, the newest first. It begins with `failed` where none has completed, or for too long.
fn said(runbook: &str, drills: &[&Line], (overdue, now): (Option<Length>, Timestamp)) -> String {
    let is_completed = |line: &&&Line| line.status == Some(ExecutionStatus::Completed);
    let (completed, all) = (drills.iter().filter(is_completed).count(), drills.len());
    let all = words::count(all, "drill");
    let Some(last) = drills.iter().find(is_completed) else {
        return format!("failed: no drill of `{runbook}` has completed, of {all}");
    };
    let (id, ago) = (&last.execution, words::between(last.created_at, now));
    let days = usize::try_from(ago.as_secs() / 86_400).unwrap_or_default();
    let days = words::count(days, "day");
    let longest = overdue.map_or(OVERDUE, |it| it.0);
    if ago > longest {
        return format!(
            "failed: a drill of `{runbook}` is overdue: the last one that completed was {days} ago, and one is due \
             every {}: {id}",
            Length(longest)
        );
    }
    format!(
        "completed: {completed} of {all} of `{runbook}` have completed, the last one {days} ago: {id}"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn at(days: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + days * 86_400).unwrap()
    }

    fn drill(status: ExecutionStatus, day: i64) -> Line {
        Line {
            execution: format!("drill-{day}"),
            runbook: "shop".to_owned(),
            mode: Some(Mode::Drill),
            status: Some(status),
            unreadable: None,
            labels: BTreeMap::new(),
            source: None,
            created_at: at(day),
            runner: None,
            lease: None,
            pending: 0,
            moved_to: None,
        }
    }

    #[test]
    fn a_report_fails_where_no_drill_has_completed_or_the_last_one_is_too_long_ago() {
        let (failed, completed) =
            (drill(ExecutionStatus::Failed, 90), drill(ExecutionStatus::Completed, 10));
        let quarter = Length::try_from("92d".to_owned()).ok();
        let says = |drills: &[&Line], day| said("shop", drills, (quarter, at(day)));
        assert_eq!(says(&[&failed], 100), "failed: no drill of `shop` has completed, of 1 drill");
        assert_eq!(
            says(&[&failed, &completed], 102),
            "completed: 1 of 2 drills of `shop` have completed, the last one 92 days ago: drill-10"
        );
        let overdue = says(&[&failed, &completed], 103);
        assert!(overdue.starts_with("failed: a drill of `shop` is overdue"), "{overdue}");
        assert!(overdue.ends_with("every 92d: drill-10"), "{overdue}");
        let unsaid = said("shop", &[&completed], (None, at(376)));
        assert!(unsaid.starts_with("failed: a drill"), "{unsaid}");
    }
}
