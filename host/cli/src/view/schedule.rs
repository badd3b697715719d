//! Schedules, their times, and what became of them.

use jiff::Timestamp;
use moontide_control::schedule::acts::Acted;
use moontide_control::schedule::declared::Answers;
use moontide_control::schedule::history::Outcome;
use moontide_control::schedule::import::Imported;
use moontide_control::schedule::kept::Terms;
use moontide_control::schedule::listing::{History, List, Row, Stand};
use moontide_control::schedule::progress::Waiting;
use moontide_control::schedule::serve::Told;
use moontide_control::schedule::status::Status;
use moontide_control::schedule::upcoming::{Coming, Upcoming};
use moontide_control::words::{time, word};
use serde::Serialize;
use serde_json::Value;

use crate::commands::schedule::Ran;
use crate::context::Context;
use crate::output::style::{attention, bad, faint, good, plain, said, strong};
use crate::output::{Document, Page, Span};
use crate::view::worded::{self, Steps};

impl Steps for Imported {
    fn word(&self, context: &Context, json: &mut Value) {
        worded::put(json, "next", worded::commands(context, &self.next));
    }

    fn write(&self, context: &Context, page: &mut Page) {
        for done in &self.schedules {
            page.line([strong(done.name.as_str()), plain(format!(": {}", done.change))]);
            page.indented(|page| {
                for warning in &done.warnings {
                    page.line([attention("warning: "), plain(warning.as_str())]);
                }
            });
        }
        for other in &self.others {
            page.line([strong(other.as_str()), faint(": not in the file, and stays")]);
        }
        worded::write_next(context, &self.next, page);
    }
}

impl Steps for Acted {
    fn word(&self, context: &Context, json: &mut Value) {
        worded::put(json, "next", worded::commands(context, &self.next));
    }

    fn write(&self, context: &Context, page: &mut Page) {
        page.line([strong(self.schedule.as_str()), plain(format!(": {}", self.meaning))]);
        worded::write_next(context, &self.next, page);
    }
}

impl Steps for List {
    fn word(&self, context: &Context, json: &mut Value) {
        worded::put(json, "next", worded::commands(context, &self.next));
    }

    fn write(&self, context: &Context, page: &mut Page) {
        if self.schedules.is_empty() && self.unreadable.is_empty() {
            page.line([plain(format!("there is no schedule in {}", self.store))]);
        }
        page.table(&self.schedules.iter().map(cells).collect::<Vec<_>>());
        for error in &self.unreadable {
            page.line([attention("cannot be read"), plain(": "), plain(error.as_str())]);
        }
        worded::write_next(context, &self.next, page);
    }
}

fn cells(row: &Row) -> Vec<Span<'_>> {
    let state = match row.state {
        Stand::Ready => plain(row.state.word()),
        Stand::Waits | Stand::Paused => attention(row.state.word()),
        Stand::Ended => faint(row.state.word()),
    };
    let next = row.next.as_ref().filter(|_| row.state != Stand::Paused);
    let next = next.map(|it| format!("next {}", time(it.time))).unwrap_or_default();
    let last = row.last.as_ref().map(|it| format!("last {}: {}", time(it.time), it.status));
    let mut cells = vec![
        strong(row.name.as_str()),
        plain(row.kind),
        state,
        plain(format!("{} {}", row.when, row.zone)),
        plain(next),
        plain(last.unwrap_or_default()),
    ];
    match (&row.waiting, &row.paused) {
        (Some(waiting), None) => cells.push(attention(waiting.why.as_str())),
        (_, Some(paused)) => {
            cells.push(plain(format!("by {}{}", paused.by, reason(&paused.reason))));
        }
        (None, None) => {}
    }
    cells
}

impl Document for Upcoming {
    fn write(&self, page: &mut Page) {
        page.table(&self.times.iter().map(coming).collect::<Vec<_>>());
        for name in &self.ended {
            page.line([strong(name.as_str()), attention(": no time of it is to come")]);
        }
        for name in &self.paused {
            page.line([strong(name.as_str()), attention(": paused, and starts nothing")]);
        }
    }
}

/// The reason of a pause, behind the person.
fn reason(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

fn coming(it: &Coming) -> Vec<Span<'_>> {
    let local = it.local.strftime("%a %Y-%m-%d %H:%M").to_string();
    let mut cells = vec![strong(it.schedule.as_str()), plain(local), plain(it.zone.as_str())];
    match (&it.skipped, it.starts_at) {
        (Some(why), _) => cells.push(attention(format!("skipped: {why}"))),
        (None, starts) => {
            cells.push(plain(time(it.time)));
            let spread = starts.filter(|at| *at != it.time);
            let spread =
                spread.map(|at| format!("starts {}", at.strftime("%H:%M:%S"))).unwrap_or_default();
            let note = it.note.as_deref().unwrap_or_default();
            let between = if spread.is_empty() || note.is_empty() { "" } else { "; " };
            cells.push(faint(format!("{spread}{between}{note}")));
        }
    }
    cells
}

impl Document for History {
    fn write(&self, page: &mut Page) {
        if self.times.is_empty() {
            page.line([plain("no time has come yet")]);
        }
        let rows = self.times.iter().map(|it| {
            let status = it.status.as_deref().unwrap_or_default();
            let what = match &it.execution {
                Some(execution) if it.why.is_empty() => format!("{execution} {status}"),
                _ => it.why.clone(),
            };
            vec![
                strong(it.schedule.as_str()),
                plain(time(it.time)),
                outcome(it.outcome),
                plain(what),
            ]
        });
        page.table(&rows.collect::<Vec<_>>());
    }
}

fn outcome(word: &'static str) -> Span<'static> {
    match word {
        "started" => good(word),
        "missed" | "failed" => bad(word),
        "held" => attention(word),
        other => plain(other),
    }
}

impl Steps for Status {
    fn word(&self, context: &Context, json: &mut Value) {
        worded::put(json, "next", worded::commands(context, &self.next));
    }

    fn write(&self, context: &Context, page: &mut Page) {
        let state = if self.well { good("well") } else { bad("not well") };
        page.line([state, plain(format!(": {} schedules in {}", self.schedules, self.store))]);
        match &self.server {
            None => page.line([attention("nothing serves them, and nothing has")]),
            Some(server) => {
                let silent = self.silent_seconds.unwrap_or_default();
                page.line([plain(if silent < 0 {
                    let ahead = -silent;
                    format!(
                        "{} served them, {ahead} s ahead of this machine's clock",
                        server.holder
                    )
                } else {
                    format!("{} served them {silent} s ago", server.holder)
                })]);
                if let Some(next) = server.next {
                    page.line([plain(format!("next: {}", time(next)))]);
                }
            }
        }
        for row in &self.missed {
            let head = format!("{} missed: ", time(row.what.time));
            page.line([
                strong(row.schedule.as_str()),
                plain(" "),
                bad(head),
                plain(row.what.why.as_str()),
            ]);
        }
        for id in &self.left {
            page.line([strong(id.as_str()), bad(" is not over, and no runner drives it")]);
        }
        for row in &self.asks {
            let asks = if row.what.holds_up {
                bad(" waits for a person, and later times were left out for it")
            } else {
                attention(" waits for a person")
            };
            page.line([strong(row.what.execution.as_str()), asks]);
        }
        for id in &self.overdue {
            page.line([strong(id.as_str()), bad(" is not cleaned up, and was to be by now")]);
        }
        for row in &self.unseen {
            page.line([strong(row.schedule.as_str()), bad(": "), plain(row.what.why.as_str())]);
        }
        for row in &self.paused {
            let by = format!(" paused by {}{}", row.what.by, reason(&row.what.reason));
            page.line([strong(row.schedule.as_str()), attention(by)]);
        }
        for row in &self.waiting {
            let head = format!("{} waits: ", time(row.what.time));
            page.line([
                strong(row.schedule.as_str()),
                plain(" "),
                attention(head),
                plain(row.what.why.as_str()),
            ]);
        }
        worded::write_next(context, &self.next, page);
    }
}

impl Document for Ran {
    fn write(&self, page: &mut Page) {
        let name = || strong(self.schedule.as_str());
        if self.times.is_empty() && self.waiting.is_none() {
            page.line([name(), plain(": nothing is due")]);
        }
        for (at, became) in &self.times {
            let mut line = vec![name(), plain(format!(" {} ", time(*at))), outcome(became.word())];
            line.push(plain(match became {
                Outcome::Started { execution, ended } if ended.is_empty() => {
                    format!(": {execution}")
                }
                other => format!(": {}", other.why()),
            }));
            page.line(line);
        }
        if let Some(waiting) = &self.waiting {
            page.line([name(), plain(" ")].into_iter().chain(waits(waiting)));
        }
    }
}

fn waits(waiting: &Waiting) -> [Span<'_>; 2] {
    let head = format!("{} waits: ", time(waiting.time));
    [attention(head), plain(waiting.why.as_str())]
}

/// All that a schedule says.
#[derive(Debug, Serialize)]
pub(crate) struct Shown(pub(crate) Terms);

impl Document for Shown {
    fn write(&self, page: &mut Page) {
        let Terms { schedule, imported_by, imported_at, paused, sources, .. } = &self.0;
        page.line([
            strong(schedule.name.as_str()),
            plain(format!(": {} of {}", schedule.kind.word(), schedule.runbook)),
        ]);
        let answers = match &schedule.answers {
            Answers::Fail => "fail".to_owned(),
            Answers::Wait => "wait".to_owned(),
            Answers::These(these) => {
                let each = these.iter().map(|(prompt, choice)| format!("{prompt}={choice}"));
                each.collect::<Vec<_>>().join(", ")
            }
        };
        let not_on: Vec<String> = schedule.not_on.iter().map(ToString::to_string).collect();
        let params = schedule.params.iter().map(|(name, value)| format!("{name}={value}"));
        let mut rows = vec![
            ("when", schedule.when.to_string()),
            ("zone", schedule.zone.to_string()),
            ("start", time(schedule.start)),
            ("not on", not_on.join(", ")),
            ("within", schedule.within.to_string()),
            ("late", schedule.late.to_string()),
            ("overlap", word(&schedule.overlap)),
            ("answers", answers),
            (
                "cleanup",
                format!("{}, {} after the end", word(&schedule.cleanup), schedule.cleanup_after),
            ),
            ("pause after", schedule.pause_after.to_string()),
            ("params", params.collect::<Vec<_>>().join(", ")),
            ("only", schedule.only.join(", ")),
            ("exclude", schedule.exclude.join(", ")),
            ("to", schedule.to.clone().unwrap_or_default()),
            ("overdue after", schedule.overdue_after.map(|it| it.to_string()).unwrap_or_default()),
            ("sources", sources.clone()),
            ("imported", format!("{} by {imported_by}", time(*imported_at))),
        ];
        if let Some(paused) = paused {
            let reason = reason(&paused.reason);
            rows.push(("paused", format!("{} by {}{reason}", time(paused.at), paused.by)));
        }
        let rows = rows.iter().filter(|(_, value)| !value.is_empty());
        let rows: Vec<Vec<Span<'_>>> =
            rows.map(|(name, value)| vec![faint(*name), plain(value.as_str())]).collect();
        page.indented(|page| page.table(&rows));
        if !schedule.reason.is_empty() {
            page.line([plain("  reason")].into_iter().chain(said(&schedule.reason)));
        }
    }
}

/// What a service tells, in a line or two.
pub(crate) fn told(told: &Told, now: Timestamp) -> Page {
    let mut page = Page::default();
    let at = faint(format!("{} ", time(now)));
    let line: Vec<Span<'_>> = match told {
        Told::Serves => vec![plain("this process serves")],
        Told::StandsBy(other) => vec![plain(format!("stands by: {other} serves"))],
        Told::Schedules(count) => vec![plain(format!("{count} schedules"))],
        Told::Became(entry) => {
            let became = &entry.terms.outcome;
            let what = match became {
                Outcome::Started { execution, ended } if ended.is_empty() => {
                    format!(": {execution}")
                }
                other => format!(": {}", other.why()),
            };
            let name = strong(entry.schedule.as_str());
            vec![
                name,
                plain(format!(" {} ", time(entry.time))),
                outcome(became.word()),
                plain(what),
            ]
        }
        Told::Waits(name, waiting) => {
            let [head, why] = waits(waiting);
            vec![strong(name.as_str()), plain(" "), head, why]
        }
        Told::GoesOn(id) => vec![strong(id.as_str()), plain(" goes on")],
        Told::Ended(id, status) => vec![strong(id.as_str()), plain(format!(": {status}"))],
        Told::Failed(what, error) => {
            let text = format!(": {}: {}", error.code.name, error.message);
            vec![strong(what.as_str()), attention(text)]
        }
        Told::Stops(0) => vec![plain("stops")],
        Told::Stops(threads) => {
            vec![plain(format!("stops: {threads} at work are to leave in order first"))]
        }
    };
    page.line(std::iter::once(at).chain(line));
    page
}
