//! What happened in an execution, a row each.

use jiff::Timestamp;
use moontide_control::report::checks::Check;
use moontide_control::report::decisions::{Decision, Intervention, Voice};
use moontide_control::report::gantt::{Row, RowKind};
use moontide_control::report::servers::Server;
use moontide_control::report::troubles::{Trouble, TroubleKind};
use moontide_control::report::{Known, Report};
use moontide_control::words;

use super::words::{known, known_span, length, section};
use crate::output::style::{attention, bad, faint, good, plain, said, strong, verdict};
use crate::output::{Page, Span};

/// All tables.
pub(super) fn write(report: &Report, page: &mut Page) {
    let begin = report.recovery.from;
    listed(page, "timeline", &report.timeline, |row| timeline(row, begin));
    listed(page, "servers", &report.servers, server);
    match &report.checks_unknown {
        None => listed(page, "checks", &report.checks, |it| check(it, begin)),
        Some(why) => section(page, "checks", |page| {
            page.line([attention(format!("unknown: {why}"))]);
        }),
    }
    section(page, "answers", |page| {
        if report.decisions.is_empty() {
            page.line([faint("no person was asked")]);
        }
        for decision in &report.decisions {
            write_decision(decision, begin, page);
        }
    });
    if !report.interventions.is_empty() {
        section(page, "what operators wanted besides", |page| {
            for wish in &report.interventions {
                write_intervention(wish, begin, page);
            }
        });
    }
    section(page, "what did not go as it should", |page| {
        if report.troubles.is_empty() {
            page.line([faint(match report.evidence.gone {
                None => "nothing",
                Some(_) => "nothing, as far as what is left of the journal tells",
            })]);
        }
        for trouble in &report.troubles {
            write_trouble(trouble, begin, page);
        }
    });
    listed(page, "what did not run", &report.not_run, |it| {
        let word = match it.what {
            moontide_control::report::not_run::Thing::Wave => "wave",
            moontide_control::report::not_run::Thing::Hook => "hook",
            moontide_control::report::not_run::Thing::Server => "server",
        };
        let of = it.wave.as_ref().map(|wave| format!("of {wave}")).unwrap_or_default();
        vec![faint(word), strong(it.name.as_str()), plain(of), plain(it.why.as_str())]
    });
    section(page, "what is left", |page| {
        let it = &report.leftovers;
        page.line([plain(it.sentence.as_str())]);
        let rows = it.instances.iter().map(|it| {
            let server = plain(it.server.as_str());
            vec![
                strong(it.instance.as_str()),
                plain(it.name.as_str()),
                server,
                plain(it.why.as_str()),
            ]
        });
        page.table(&rows.collect::<Vec<_>>());
        for cleanup in &it.cleanups {
            page.line([
                faint("cleanup "),
                plain(cleanup.execution.as_str()),
                plain(" "),
                crate::output::style::execution_status(cleanup.status),
                plain(format!(" of {} by {}", words::time(cleanup.at), cleanup.by)),
            ]);
        }
        for cleanup in &it.unreadable {
            page.line([attention("cannot be read: "), plain(cleanup.as_str())]);
        }
        if let Some(obligation) = &it.obligation {
            page.line([plain(obligation.as_str())]);
        }
    });
}

/// A section with a table, or the word that there is nothing in it.
fn listed<'r, T>(page: &mut Page, head: &str, all: &'r [T], row: impl Fn(&'r T) -> Vec<Span<'r>>) {
    section(page, head, |page| {
        if all.is_empty() {
            page.line([faint("nothing")]);
        }
        page.table(&all.iter().map(row).collect::<Vec<_>>());
    });
}

/// How long after the beginning; before it, the moment itself.
fn offset(begin: Timestamp, at: Timestamp) -> Span<'static> {
    faint(if at < begin { words::time(at) } else { words::offset(words::between(begin, at)) })
}

fn timeline(row: &Row, begin: Timestamp) -> Vec<Span<'_>> {
    let took = known(&row.to, |to| words::duration(words::between(row.from, *to)));
    let name = match row.kind {
        RowKind::Wave if row.attempt > 1 => format!("{} attempt {}", row.name, row.attempt),
        RowKind::Wave => row.name.clone(),
        RowKind::Question => format!("? {}", row.name),
    };
    let phases = row.phases.iter().map(|phase| {
        format!("{} {}", phase.name, words::duration(words::between(phase.from, phase.to)))
    });
    let phases: Vec<String> = phases.collect();
    vec![
        offset(begin, row.from),
        strong(name),
        plain(took),
        plain(row.end.as_str()),
        faint(phases.join(", ")),
    ]
}

fn check(it: &Check, begin: Timestamp) -> Vec<Span<'_>> {
    vec![
        offset(begin, it.at),
        strong(it.wave.as_str()),
        plain(it.subject.as_str()),
        match &it.passed {
            Known::Known(true) => good("passed"),
            Known::Known(false) => bad("failed"),
            Known::Unknown { unknown } => attention(format!("unknown: {unknown}")),
        },
        plain(it.what.as_str()),
        plain(it.said.as_str()),
    ]
}

fn server(it: &Server) -> Vec<Span<'_>> {
    let mut remarks = Vec::new();
    remarks.extend(it.optional.then(|| "optional".to_owned()));
    remarks.extend((it.launches > 1).then(|| format!("launched {} times", it.launches)));
    remarks.extend(it.reason.clone());
    remarks.extend(it.warning.as_ref().map(|warning| format!("warning: {warning}")));
    remarks.extend(it.decided.clone());
    let misses = |met: &Known<bool>, what: &str| {
        (met.value() == Some(&false) && it.verdict == "launched").then(|| format!("{what} missed"))
    };
    remarks.extend(misses(&it.rto_met, "RTO"));
    remarks.extend(misses(&it.rpo_met, "RPO"));
    vec![
        plain(it.wave.as_str()),
        strong(it.name.as_str()),
        faint(it.server.as_str()),
        verdict(it.verdict.as_str()),
        known_span(&it.instance, Clone::clone),
        known_span(&it.job, Clone::clone),
        plain(format!(
            "ready {}",
            known(&it.ready_after_seconds, |it| format!("after {}", length(it)))
        )),
        plain(format!("data {}", known(&it.data_age_seconds, |it| format!("{} old", length(it))))),
        plain(remarks.join("; ")),
    ]
}

fn write_decision(it: &Decision, begin: Timestamp, page: &mut Page) {
    let needed = match it.needed {
        0 | 1 => String::new(),
        more => format!(", {more} people have to agree"),
    };
    let approvers = match it.approvers.as_slice() {
        [] => "all people may answer".to_owned(),
        some => format!("asked {}", some.join(", ")),
    };
    page.line([
        offset(begin, it.asked_at),
        plain("  "),
        strong(it.prompt.as_str()),
        plain(format!("  {}", it.how)),
        faint(format!(", waited {}", known(&it.waited_seconds, length))),
    ]);
    page.indented(|page| {
        page.line([faint(format!("{approvers}{needed}"))].into_iter().chain(said(&it.message)));
        for voice in &it.voices {
            write_voice(voice, begin, page);
        }
    });
}

fn write_voice(it: &Voice, begin: Timestamp, page: &mut Page) {
    let mut line = vec![offset(begin, it.at), plain("  ")];
    line.push(strong(it.choice.as_str()));
    line.push(plain(format!(" by {}", named(&it.by, &it.sender))));
    line.extend(comment(&it.comment));
    page.line(line);
}

fn write_intervention(it: &Intervention, begin: Timestamp, page: &mut Page) {
    let mut line = vec![offset(begin, it.at), plain("  "), strong(it.what.as_str())];
    line.push(plain(format!(" by {}", named(&it.by, &it.sender))));
    line.extend(it.refused.as_ref().map(|why| bad(format!(" refused: {why}"))));
    line.extend(comment(&it.comment));
    page.line(line);
}

fn comment(comment: &Known<String>) -> Vec<Span<'_>> {
    match comment {
        Known::Known(text) => said(text).to_vec(),
        Known::Unknown { unknown } => vec![faint(format!(" ({unknown})"))],
    }
}

fn named(by: &str, sender: &str) -> String {
    if sender.is_empty() { by.to_owned() } else { format!("{by} (sent by {sender})") }
}

fn write_trouble(it: &Trouble, begin: Timestamp, page: &mut Page) {
    let word = match it.kind {
        TroubleKind::Refused => bad("refused"),
        TroubleKind::Failed => bad("failed"),
        TroubleKind::SentAgain => attention("sent again"),
        TroubleKind::Adopted => attention("adopted"),
        TroubleKind::Unknown => attention("unknown"),
    };
    let place = match it.attempt {
        0 if it.wave.is_empty() => "  all of it".to_owned(),
        0 => format!("  {}", it.wave),
        attempt => format!("  {} attempt {attempt}", it.wave),
    };
    let line = vec![offset(begin, it.at), plain("  "), word, strong(place)];
    page.line(line.into_iter().chain(said(&it.what)));
    let decided = known(&it.decided, Clone::clone);
    page.indented(|page| page.line([faint("decided: "), plain(decided)]));
}
