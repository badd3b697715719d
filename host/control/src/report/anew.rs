//! A report made anew as the one that is verified says that it was made.

use moontide_runtime::store::Store;
use serde_json::Value;

use super::compare::{Differences, OF_THE_JOURNAL, renumbered};
use super::{Made, Report, redact};
use crate::error::{Result, code};
use crate::view::Record;

/// What came of it.
pub(super) enum Anew {
    /// Its data.
    Made(Value),
    /// The journal does not have the moments that it names, and why.
    NoMoment(String),
}

/// Makes it. A redacted one does not say which server the time counts to: it is the one with which the least differs.
pub(super) async fn made_anew(
    store: &dyn Store,
    record: &Record,
    (data, report): (&Value, &Report),
    is_of_another: bool,
) -> Result<Anew> {
    let is_redacted = report.made.redacted;
    let plain = Made { redacted: false, ..report.made.clone() };
    let mut until = plain.until.clone();
    if let Some(named) = until.clone().filter(|_| is_redacted)
        && record.graph.index(&named).is_none()
    {
        let mut least = None;
        for candidate in servers(store, record, &plain).await? {
            let made = Made { until: Some(candidate.clone()), ..plain.clone() };
            let anew = match Report::across(store, record, made).await {
                Ok(anew) => anew,
                Err(error) if error.code == code::NO_MOMENT => continue,
                Err(error) => return Err(error),
            };
            let anew = written(&redact::redacted(&anew)?);
            let count = differences((data, report), &anew, is_of_another).count();
            if least.as_ref().is_none_or(|(fewest, _)| count < *fewest) {
                least = Some((count, candidate));
            }
            if count == 0 {
                break;
            }
        }
        until = least.map(|(_, candidate)| candidate).or(Some(named));
    }
    match Report::as_found(store, record, Made { until, ..plain }, report).await {
        Ok(anew) if is_redacted => Ok(Anew::Made(written(&redact::redacted(&anew)?))),
        Ok(anew) => Ok(Anew::Made(written(&anew))),
        Err(error) if error.code == code::NO_MOMENT => Ok(Anew::NoMoment(error.message)),
        Err(error) => Err(error),
    }
}

/// How what both say of the journal differs.
pub(super) fn differences(
    (data, report): (&Value, &Report),
    anew: &Value,
    is_of_another: bool,
) -> Differences {
    if !report.made.redacted {
        return Differences::of(data, anew, is_of_another);
    }
    let numbered = |report: &Value| {
        let mut numbered = renumbered(report, &OF_THE_JOURNAL);
        numbered["report"] = report["report"].clone();
        numbered
    };
    Differences::of(&numbered(data), &numbered(anew), is_of_another)
}

/// All that servers are called.
async fn servers(store: &dyn Store, record: &Record, made: &Made) -> Result<Vec<String>> {
    let whole = Made { until: None, declared_at: None, ..made.clone() };
    let report = Report::across(store, record, whole).await?;
    let mut names: Vec<String> =
        report.servers.into_iter().flat_map(|it| [it.name, it.server]).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

fn written(report: &Report) -> Value {
    serde_json::to_value(report).unwrap_or_default()
}
