//! What happened in an execution, a row each.

use super::facts::{bare, met};
use super::{Cell, Section, known, length, moment, said, styled, text};
use crate::report::decisions::Voice;
use crate::report::gantt::RowKind;
use crate::report::not_run::Thing;
use crate::report::troubles::TroubleKind;
use crate::report::{Known, Report};
use crate::words;

/// A part with these rows, or the sentence that there are none.
fn table(
    (id, title): (&'static str, &'static str),
    caption: &'static str,
    columns: &[&'static str],
    (rows, none): (Vec<Vec<Cell>>, &str),
) -> Section {
    let notes = if rows.is_empty() { vec![none.to_owned()] } else { Vec::new() };
    Section { notes, caption, columns: columns.to_vec(), rows, ..bare(id, title) }
}

pub(super) fn timeline(report: &Report) -> Section {
    let begin = report.recovery.from;
    let rows = report.timeline.iter().map(|row| {
        let name = match row.kind {
            RowKind::Question => format!("question {}", row.name),
            RowKind::Wave => row.name.clone(),
        };
        let attempt = if row.attempt == 0 { String::new() } else { row.attempt.to_string() };
        let phases = row.phases.iter().map(|phase| {
            format!("{} {}", phase.name, words::duration(words::between(phase.from, phase.to)))
        });
        let class = match (row.kind, row.end.as_str()) {
            (RowKind::Wave, "completed") => "good",
            (RowKind::Wave, "failed") => "bad",
            _ => "",
        };
        vec![
            text(name),
            text(attempt),
            moment(begin, row.from),
            match &row.to {
                Known::Known(to) => moment(begin, *to),
                unknown @ Known::Unknown { .. } => known(unknown, |at| words::time(*at)),
            },
            text(said(&row.to, |to| words::duration(words::between(row.from, *to)))),
            styled(&row.end, class),
            text(phases.collect::<Vec<_>>().join(", ")),
        ]
    });
    let mut section = table(
        ("timeline", "Timeline"),
        "The attempts of waves and the questions to people, in the order in which they began",
        &["What", "Attempt", "From", "To", "Took", "End", "Phases"],
        (rows.collect(), "Nothing has begun."),
    );
    section.notes.extend(report.evidence.gone.as_ref().map(|gone| super::shown(gone)));
    section
}

pub(super) fn servers(report: &Report) -> Section {
    let rows = report.servers.iter().map(|it| {
        let class = match it.verdict.as_str() {
            "launched" => "good",
            "failed" => "bad",
            _ => "doubt",
        };
        let mut remarks = Vec::new();
        remarks.extend(it.optional.then(|| "optional".to_owned()));
        remarks.extend((it.launches > 1).then(|| format!("launched {} times", it.launches)));
        remarks.extend(it.reason.clone());
        remarks.extend(it.warning.as_ref().map(|it| format!("warning: {it}")));
        remarks.extend(it.decided.clone());
        vec![
            text(format!("{} ({})", it.name, it.server)),
            text(&it.wave),
            styled(&it.verdict, class),
            known(&it.instance, Clone::clone),
            known(&it.job, Clone::clone),
            known(&it.ready_after_seconds, length),
            met(&it.rto_met, None),
            known(&it.data_age_seconds, length),
            met(&it.rpo_met, None),
            text(remarks.join("; ")),
        ]
    });
    let mut section = table(
        ("servers", "Servers"),
        "The verdict on each server, how long it took and how old its data was",
        &[
            "Server",
            "Wave",
            "Verdict",
            "Instance",
            "Job",
            "Ready after",
            "RTO",
            "Data age",
            "RPO",
            "Remarks",
        ],
        (rows.collect(), "There is no verdict on any server."),
    );
    if !section.rows.is_empty() {
        section.notes.push(
            "The instances of a wave are looked at together: a server is ready when the last of its wave was, at the \
             latest."
                .to_owned(),
        );
    }
    section
}

pub(super) fn checks(report: &Report) -> Section {
    let begin = report.recovery.from;
    if let Some(why) = &report.checks_unknown {
        let notes = vec![super::shown(&format!("unknown: {why}"))];
        return Section { notes, ..bare("checks", "Checks") };
    }
    let rows = report.checks.iter().map(|it| {
        vec![
            text(&it.subject),
            text(&it.wave),
            moment(begin, it.at),
            match &it.passed {
                Known::Known(true) => styled("passed", "good"),
                Known::Known(false) => styled("failed", "bad"),
                Known::Unknown { unknown } => styled(format!("unknown: {unknown}"), "doubt"),
            },
            text(&it.what),
            text(&it.said),
        ]
    });
    table(
        ("checks", "Checks"),
        "What was checked, and what the checks said",
        &["Server", "Wave", "When", "Result", "Check", "It said"],
        (rows.collect(), "Nothing was checked."),
    )
}

pub(super) fn decisions(report: &Report) -> Section {
    let begin = report.recovery.from;
    let rows = report.decisions.iter().map(|it| {
        let asked = match (it.approvers.as_slice(), it.needed) {
            ([], 0 | 1) => "all people".to_owned(),
            ([], more) => format!("{more} people"),
            (some, 0 | 1) => some.join(", "),
            (some, more) => format!("{more} of {}", some.join(", ")),
        };
        vec![
            text(&it.prompt),
            text(&it.message),
            text(asked),
            moment(begin, it.asked_at),
            known(&it.waited_seconds, length),
            text(&it.how),
            text(it.voices.iter().map(voice).collect::<Vec<_>>().join("; ")),
        ]
    });
    table(
        ("answers", "Answers"),
        "What people were asked, what they said, and why",
        &["Question", "It asked", "Whom", "When", "Waited", "Outcome", "Who said what, and why"],
        (rows.collect(), "No person was asked."),
    )
}

fn voice(it: &Voice) -> String {
    let why = said(&it.comment, |comment| format!("\u{201c}{comment}\u{201d}"));
    format!("{}: {} by {}, {why}", words::time(it.at), it.choice, named(&it.by, &it.sender))
}

fn named(by: &str, sender: &str) -> String {
    if sender.is_empty() { by.to_owned() } else { format!("{by} (sent by {sender})") }
}

pub(super) fn interventions(report: &Report) -> Section {
    let begin = report.recovery.from;
    let rows = report.interventions.iter().map(|it| {
        vec![
            text(&it.what),
            text(named(&it.by, &it.sender)),
            moment(begin, it.at),
            known(&it.comment, Clone::clone),
            match &it.refused {
                Some(why) => styled(format!("refused: {why}"), "bad"),
                None => text("taken"),
            },
        ]
    });
    table(
        ("wishes", "What operators wanted besides"),
        "Pauses, cancels, retries, skips and notes, and answers that were refused",
        &["Wish", "Who", "When", "Why", "What became of it"],
        (rows.collect(), "Nothing."),
    )
}

pub(super) fn troubles(report: &Report) -> Section {
    let begin = report.recovery.from;
    let rows = report.troubles.iter().map(|it| {
        let (word, class) = match it.kind {
            TroubleKind::Refused => ("refused", "bad"),
            TroubleKind::Failed => ("failed", "bad"),
            TroubleKind::SentAgain => ("sent again", "doubt"),
            TroubleKind::Adopted => ("adopted", "doubt"),
            TroubleKind::Unknown => ("unknown", "doubt"),
        };
        vec![
            text(match it.attempt {
                0 if it.wave.is_empty() => "all of it".to_owned(),
                0 => it.wave.clone(),
                attempt => format!("{} attempt {attempt}", it.wave),
            }),
            styled(word, class),
            moment(begin, it.at),
            text(&it.what),
            known(&it.decided, Clone::clone),
        ]
    });
    table(
        ("troubles", "What did not go as it should"),
        "Refusals, failures, retries and what could not be told, and who decided",
        &["Where", "What", "When", "In a sentence", "Decided by"],
        (rows.collect(), nothing(report)),
    )
}

/// The sentence that nothing went wrong, as far as the journal tells.
fn nothing(report: &Report) -> &'static str {
    match report.evidence.gone {
        None => "Nothing.",
        Some(_) => "Nothing, as far as what is left of the journal tells.",
    }
}

pub(super) fn not_run(report: &Report) -> Section {
    let rows = report.not_run.iter().map(|it| {
        let word = match it.what {
            Thing::Wave => "wave",
            Thing::Hook => "hook",
            Thing::Server => "server",
        };
        let wave = it.wave.as_deref().unwrap_or_default();
        vec![text(&it.name), text(word), text(wave), text(&it.why)]
    });
    table(
        ("not-run", "What did not run, and why"),
        "Waves, hooks and servers that were left out or cut off",
        &["Name", "Kind", "Wave", "Why"],
        (rows.collect(), "Everything ran."),
    )
}

pub(super) fn leftovers(report: &Report) -> Section {
    let it = &report.leftovers;
    let rows = it.instances.iter().map(|it| {
        vec![text(&it.instance), text(format!("{} ({})", it.name, it.server)), text(&it.why)]
    });
    let mut section = table(
        ("leftovers", "What is left"),
        "Instances that no cleanup is known to have terminated",
        &["Instance", "Server", "Why"],
        (rows.collect(), ""),
    );
    section.notes = vec![super::shown(&it.sentence)];
    for cleanup in &it.cleanups {
        section.notes.push(super::shown(&format!(
            "Cleanup {} of {} by {}: {}.",
            cleanup.execution,
            words::time(cleanup.at),
            cleanup.by,
            words::word(&cleanup.status)
        )));
    }
    for cleanup in &it.unreadable {
        section.notes.push(super::shown(&format!("A cleanup cannot be read: {cleanup}.")));
    }
    section.notes.extend(it.obligation.as_ref().map(|it| super::shown(it)));
    section
}
