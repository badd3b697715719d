//! Which execution a report is about, what it achieved, what it has cost, and what proves it.

use super::{Cell, Section, known, length, said, styled, text};
use crate::report::identity::Moment;
use crate::report::recovery::Worst;
use crate::report::{Known, Report};
use crate::words;

pub(super) fn objectives(report: &Report) -> Section {
    let it = &report.recovery;
    let waits = said(&it.waited_seconds, |waited| {
        let worked = match &it.worked_seconds {
            Known::Known(worked) => format!("without that it took {}", length(worked)),
            Known::Unknown { unknown } => format!("how long it took without is unknown: {unknown}"),
        };
        let waited = length(waited);
        format!("In {waited} of the time nothing ran and a person was waited for; {worked}.")
    });
    let counted = format!(
        "The time counts from {}, when {}, to {}: {}.",
        words::time(it.from),
        it.from_is,
        it.until_is,
        said(&it.until, |at| words::time(*at))
    );
    let slowest = |worst: &Worst| match worst.seconds {
        Some(seconds) => format!("{} was ready last, after {}", worst.name, length(&seconds)),
        None => format!("{} did not come up", worst.name),
    };
    let oldest = |worst: &Worst| format!("{} has the oldest data", worst.name);
    let row = |name, wanted: &_, got: &_, met: Cell, worst: Cell| {
        vec![text(name), known(wanted, length), known(got, length), met, worst]
    };
    Section {
        id: "objectives",
        title: "Objectives",
        notes: vec![super::shown(&counted), waits],
        caption: "What the runbook wants, and what was achieved",
        columns: vec!["Objective", "Wanted", "Got", "Met", "Worst server"],
        rows: vec![
            row(
                "RTO",
                &it.rto_seconds,
                &it.took_seconds,
                met(&it.rto_met, it.rto_missed_by_seconds),
                known(&it.slowest, slowest),
            ),
            row(
                "RPO",
                &it.rpo_seconds,
                &it.data_age_seconds,
                met(&it.rpo_met, it.rpo_missed_by_seconds),
                known(&it.oldest, oldest),
            ),
        ],
    }
}

/// Whether an objective is met, in a word.
pub(super) fn met(met: &Known<bool>, missed: Option<u64>) -> Cell {
    match (met, missed) {
        (Known::Known(true), _) => styled("met", "good"),
        (Known::Known(false), Some(by)) => styled(format!("missed by {}", length(&by)), "bad"),
        (Known::Known(false), None) => styled("missed", "bad"),
        (Known::Unknown { unknown }, _) => styled(format!("unknown: {unknown}"), "unknown"),
    }
}

pub(super) fn identity(report: &Report) -> Section {
    let it = &report.identity;
    let at = |moment: &Moment| format!("{} ({})", words::time(moment.utc), moment.local);
    let pairs = |pairs: Vec<String>| text(pairs.join(", "));
    let mut rows = vec![
        ("Execution", text(&it.execution)),
        ("Runbook", text(&it.runbook)),
        ("Description", text(&it.description)),
        ("Mode", text(words::mode(it.mode))),
        ("Created", text(format!("{} by {}", at(&it.created), it.created_by))),
        ("Reason", known(&it.reason, Clone::clone)),
        ("Started by", known(&it.source, |source| source.word().to_owned())),
        ("Began", known(&it.began, at)),
        ("Ended", known(&it.ended, at)),
        ("Lasted", known(&it.seconds, length)),
        ("Runners", text(it.runners.to_string())),
        ("Account", known(&it.account, Clone::clone)),
        ("Regions", text(it.regions.join(", "))),
        ("Source Region", known(&it.source_region, Clone::clone)),
        ("Params", pairs(it.params.iter().map(|(key, value)| format!("{key}={value}")).collect())),
        ("Labels", pairs(it.labels.iter().map(|(key, value)| format!("{key}={value}")).collect())),
        ("Sources", styled(&it.sources, "code")),
    ];
    for (file, digest) in &it.files {
        rows.push(("File", styled(format!("{file}: {digest}"), "code")));
    }
    rows.push(("Tool", text(format!("moontide {}, {}", it.moontide, it.luau))));
    rows.retain(|(_, cell)| !cell.text.is_empty());
    Section {
        id: "execution",
        title: "Who, when, where",
        notes: Vec::new(),
        caption: "The execution that this report is about",
        columns: vec!["What", "Value"],
        rows: rows.into_iter().map(|(name, cell)| vec![text(name), cell]).collect(),
    }
}

pub(super) fn cost(report: &Report) -> Section {
    let notes = match &report.cost {
        Known::Known(cost) => {
            let mut notes = vec![super::shown(&format!(
                "{} {} for {}, {} in all.",
                cost.amount,
                cost.currency,
                words::count(cost.instances, "instance"),
                length(&cost.instance_seconds)
            ))];
            if cost.still_there > 0 {
                let still = words::count(cost.still_there, "instance");
                notes.push(format!("{still} not known to be gone: counted until this report."));
            }
            notes.push(super::shown(&cost.note));
            notes
        }
        Known::Unknown { unknown } => vec![super::shown(&format!("unknown: {unknown}"))],
    };
    Section { notes, ..bare("cost", "Cost") }
}

pub(super) fn before(report: &Report) -> Section {
    let base = bare("before", "Since the last drill");
    match &report.before {
        Known::Unknown { unknown } => {
            Section { notes: vec![super::shown(&format!("unknown: {unknown}"))], ..base }
        }
        Known::Known(before) => {
            let then = format!(
                "The last drill of this runbook was {}, of {}.",
                before.execution,
                words::time(before.created_at)
            );
            let mut notes = vec![super::shown(&then)];
            if before.changes.is_empty() {
                notes.push("Nothing has changed.".to_owned());
            }
            let rows = before.changes.iter().enumerate();
            Section {
                notes,
                caption: "What is different",
                columns: vec!["No.", "Change"],
                rows: rows.map(|(at, it)| vec![text((at + 1).to_string()), text(it)]).collect(),
                ..base
            }
        }
    }
}

pub(super) fn evidence(report: &Report) -> Section {
    let it = &report.evidence;
    let made = &report.made;
    let mut rows = vec![
        vec![text("Journal"), text(format!("{} entries, format {}", it.entries, it.format.0))],
        vec![
            text("Head"),
            match &it.head {
                Known::Known(head) => styled(head, "code"),
                Known::Unknown { .. } => known(&it.head, Clone::clone),
            },
        ],
        vec![text("This report"), styled(&report.digest, "code")],
        vec![text("Made"), text(format!("{} by moontide {}", words::time(made.at), made.moontide))],
    ];
    rows.extend(it.pruned.as_ref().map(|pruned| vec![text("Pruned"), text(pruned)]));
    rows.extend(it.gone.as_ref().map(|gone| vec![text("Not told"), text(gone)]));
    rows.extend(it.verify.iter().map(|step| vec![text("To verify"), styled(step, "code")]));
    Section {
        notes: vec![
            "The head is the SHA-256 of the last entry of the journal, which holds that of the entry before it, and so \
             on. It proves something only where it is kept elsewhere too."
                .to_owned(),
        ],
        caption: "What holds this report to its journal",
        columns: vec!["What", "Value"],
        rows,
        ..bare("evidence", "Evidence")
    }
}

/// A part without a table.
pub(super) fn bare(id: &'static str, title: &'static str) -> Section {
    Section { id, title, notes: Vec::new(), caption: "", columns: Vec::new(), rows: Vec::new() }
}
