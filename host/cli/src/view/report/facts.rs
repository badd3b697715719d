//! Which execution a report is about, what it achieved, what it has cost, and what proves it.

use moontide_control::report::{Known, Report};
use moontide_control::words;

use super::words::{known, known_span, length, section};
use crate::output::style::{bad, faint, good, plain, said, strong};
use crate::output::{Page, Span};

/// What stands at its head.
pub(super) fn write(report: &Report, page: &mut Page) {
    section(page, "execution", |page| {
        let facts = facts(report);
        let row = |(name, fact): &(&'static str, String)| vec![faint(*name), plain(fact.clone())];
        page.table(&facts.iter().map(row).collect::<Vec<_>>());
    });
    section(page, "objectives", |page| {
        page.table(&objectives(report));
        page.table(&counted(report));
    });
}

fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let it = &report.identity;
    let moment = |moment: &moontide_control::report::identity::Moment| {
        let utc = words::time(moment.utc);
        if report.made.zone == "UTC" { utc } else { format!("{utc}  {}", moment.local) }
    };
    let pairs = |pairs: Vec<String>| pairs.join(", ");
    let mut facts = vec![
        ("id", it.execution.clone()),
        ("runbook", it.runbook.clone()),
        ("description", it.description.clone()),
        ("mode", words::mode(it.mode).to_owned()),
        ("created", format!("{} by {}", moment(&it.created), it.created_by)),
        ("reason", known(&it.reason, Clone::clone)),
        ("started by", known(&it.source, |source| source.word().to_owned())),
        ("began", known(&it.began, moment)),
        ("ended", known(&it.ended, moment)),
        ("lasted", known(&it.seconds, length)),
        ("runners", it.runners.to_string()),
        ("account", known(&it.account, Clone::clone)),
        ("regions", it.regions.join(", ")),
        ("source region", known(&it.source_region, Clone::clone)),
        ("params", pairs(it.params.iter().map(|(key, value)| format!("{key}={value}")).collect())),
        ("labels", pairs(it.labels.iter().map(|(key, value)| format!("{key}={value}")).collect())),
        ("sources", it.sources.clone()),
    ];
    facts.extend(it.files.iter().map(|(file, digest)| ("file", format!("{digest}  {file}"))));
    facts.push(("moontide", format!("{}, {}", it.moontide, it.luau)));
    facts.retain(|(_, fact)| !fact.is_empty());
    facts
}

fn objectives(report: &Report) -> Vec<Vec<Span<'_>>> {
    let it = &report.recovery;
    let head = ["", "wanted", "got", ""].map(faint).to_vec();
    vec![
        head,
        vec![
            strong("RTO"),
            known_span(&it.rto_seconds, length),
            known_span(&it.took_seconds, length),
            met(&it.rto_met, it.rto_missed_by_seconds),
        ],
        vec![
            strong("RPO"),
            known_span(&it.rpo_seconds, length),
            known_span(&it.data_age_seconds, length),
            met(&it.rpo_met, it.rpo_missed_by_seconds),
        ],
    ]
}

/// From when until when it counts, and the servers that the worst of it is about.
fn counted(report: &Report) -> Vec<Vec<Span<'_>>> {
    let it = &report.recovery;
    let worst = |worst: &moontide_control::report::recovery::Worst| match worst.seconds {
        Some(seconds) => format!("{} after {}", worst.name, length(&seconds)),
        None => format!("{} did not come up", worst.name),
    };
    let oldest = |worst: &moontide_control::report::recovery::Worst| worst.name.clone();
    let counted = format!(
        "from {}, when {}, to {}, which was {}",
        words::time(it.from),
        it.from_is,
        it.until_is,
        known(&it.until, |at| words::time(*at))
    );
    let mut rows = vec![vec![faint("counted"), plain(counted)]];
    let waits = known(&it.waited_seconds, |waited| {
        let worked = match &it.worked_seconds {
            Known::Known(worked) => format!("{} without", length(worked)),
            Known::Unknown { unknown } => format!("how long it took without is unknown: {unknown}"),
        };
        format!("{} in which nothing ran and a person was waited for; {worked}", length(waited))
    });
    rows.push(vec![faint("waits"), plain(waits)]);
    rows.push(vec![faint("last server"), plain(known(&it.slowest, worst))]);
    rows.push(vec![faint("oldest data"), plain(known(&it.oldest, oldest))]);
    rows
}

/// Whether it is met, in a word.
fn met(met: &Known<bool>, missed: Option<u64>) -> Span<'static> {
    match (met, missed) {
        (Known::Known(true), _) => good("met"),
        (Known::Known(false), Some(by)) => bad(format!("missed by {}", length(&by))),
        (Known::Known(false), None) => bad("missed"),
        (Known::Unknown { unknown }, _) => faint(format!("unknown: {unknown}")),
    }
}

/// What stands at its end.
pub(super) fn write_end(report: &Report, page: &mut Page) {
    section(page, "cost", |page| match &report.cost {
        Known::Known(cost) => {
            page.line([
                strong(format!("{} {}", cost.amount, cost.currency)),
                plain(format!(
                    " for {}, {} in all",
                    words::count(cost.instances, "instance"),
                    length(&cost.instance_seconds)
                )),
            ]);
            if cost.still_there > 0 {
                let still = words::count(cost.still_there, "instance");
                page.line([plain(format!("{still} not known to be gone: counted until now"))]);
            }
            page.line([faint(cost.note.as_str())]);
        }
        Known::Unknown { unknown } => page.line([faint(format!("unknown: {unknown}"))]),
    });
    section(page, "since the last drill", |page| match &report.before {
        Known::Known(before) => {
            page.line([
                strong(before.execution.as_str()),
                plain(format!(" of {}", words::time(before.created_at))),
            ]);
            if before.changes.is_empty() {
                page.line([plain("nothing has changed")]);
            }
            for change in &before.changes {
                page.line([faint("- "), plain(change.as_str())]);
            }
        }
        Known::Unknown { unknown } => page.line([faint(format!("unknown: {unknown}"))]),
    });
    section(page, "evidence", |page| {
        let it = &report.evidence;
        let mut rows = vec![
            vec![
                faint("journal"),
                plain(format!("{} entries, format {}", it.entries, it.format.0)),
            ],
            vec![faint("head"), known_span(&it.head, Clone::clone)],
            vec![faint("report"), plain(report.digest.as_str())],
        ];
        rows.extend(it.pruned.as_ref().map(|pruned| vec![faint("pruned"), plain(pruned.as_str())]));
        rows.extend(it.gone.as_ref().map(|gone| vec![faint("not told"), plain(gone.as_str())]));
        let made = &report.made;
        let by = format!("{} by moontide {}", words::time(made.at), made.moontide);
        rows.push(vec![faint("made"), plain(by)]);
        page.table(&rows);
        for step in &it.verify {
            page.line([faint("verify:")].into_iter().chain(said(step)));
        }
    });
}
