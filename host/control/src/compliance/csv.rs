//! The findings as rows for a table: one kind of row after another, the same columns in all.
//!
//! What strangers have named may begin like a formula: an apostrophe before it makes it a text in every program that
//! shows tables.

use jiff::Timestamp;

use super::Compliance;
use crate::report::Known;
use crate::report::identity::World;
use crate::words::word;

/// The columns.
const COLUMNS: [&str; 17] = [
    "kind",
    "name",
    "runbook",
    "world",
    "execution",
    "at",
    "status",
    "drills",
    "pass_percent",
    "seconds",
    "rto_met",
    "rpo_met",
    "partial",
    "cancelled_by_schedule",
    "unreadable",
    "last_partial",
    "detail",
];

/// The rows, as RFC 4180 writes them.
pub fn written(found: &Compliance) -> String {
    let mut text = String::new();
    let mut row = |cells: [String; 17]| {
        let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    };
    row(COLUMNS.map(str::to_owned));
    for it in &found.runbooks {
        let last = it.last.value();
        row([
            "runbook".to_owned(),
            it.runbook.clone(),
            it.runbook.clone(),
            world(it.world),
            last.map(|it| it.execution.clone()).unwrap_or_default(),
            last.map(|it| time(it.at)).unwrap_or_default(),
            last.map_or_else(|| "unknown".to_owned(), |it| word(&it.status)),
            it.drills.to_string(),
            known(&it.pass_percent),
            last.map_or_else(|| "unknown".to_owned(), |it| known(&it.took_seconds)),
            last.map_or_else(|| "unknown".to_owned(), |it| known(&it.rto_met)),
            last.map_or_else(|| "unknown".to_owned(), |it| known(&it.rpo_met)),
            it.partial.to_string(),
            it.cancelled_by_schedule.to_string(),
            it.unreadable.to_string(),
            it.last_partial.as_ref().map(|it| it.execution.clone()).unwrap_or_default(),
            format!("{} RTO and {} RPO missed, {} not over", it.rto_missed, it.rpo_missed, it.open),
        ]);
    }
    for it in &found.servers {
        row([
            "server".to_owned(),
            it.name.clone(),
            it.runbook.clone(),
            world(it.world),
            it.execution.clone(),
            time(it.at),
            it.verdict.clone(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            known(&it.rpo_met),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            it.server.clone(),
        ]);
    }
    for it in &found.awaited {
        let status = if it.overdue { "overdue" } else { "awaited" };
        row([
            "answer".to_owned(),
            it.prompt.clone(),
            it.runbook.clone(),
            it.world.map(world).unwrap_or_default(),
            it.execution.clone(),
            time(it.since),
            status.to_owned(),
            String::new(),
            String::new(),
            it.waited_seconds.to_string(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            it.message.clone(),
        ]);
    }
    for it in &found.leftovers {
        row([
            "leftover".to_owned(),
            it.execution.clone(),
            it.runbook.clone(),
            it.world.map(world).unwrap_or_default(),
            it.execution.clone(),
            time(it.at),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            it.sentence.clone(),
        ]);
    }
    for it in &found.unread {
        row(apart("unreadable", (&it.execution, &it.runbook, it.at), &it.why));
    }
    for it in &found.moved {
        row(apart("moved", (&it.execution, &it.runbook, it.at), &it.to));
    }
    text
}

/// The row of an execution of which nothing is known here.
fn apart(
    kind: &str,
    (execution, runbook, at): (&str, &str, Timestamp),
    detail: &str,
) -> [String; 17] {
    let mut cells: [String; 17] = Default::default();
    let head = [kind, execution, runbook, "", execution, &time(at), kind];
    cells[..7].clone_from_slice(&head.map(str::to_owned));
    detail.clone_into(&mut cells[16]);
    cells
}

fn time(at: Timestamp) -> String {
    crate::words::time(at)
}

fn world(world: World) -> String {
    word(&world)
}

fn known<T: ToString>(known: &Known<T>) -> String {
    known.value().map_or_else(|| "unknown".to_owned(), T::to_string)
}

/// A cell between quotes, as text: no formula, and nothing that hides or turns text.
fn escaped(text: &str) -> String {
    let text = moontide_runtime::text::plain(text, 4_000);
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '|', '%']);
    let mark = if is_formula { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_none_ends_early() {
        assert_eq!(escaped("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
        assert_eq!(escaped(" +1"), "\"' +1\"");
        assert_eq!(escaped("@SUM(A1)"), "\"'@SUM(A1)\"");
        assert_eq!(escaped("a\",b\r\n=1"), "\"a\"\",b\\r\\n=1\"");
        assert_eq!(escaped("\u{202e}web"), "\"\\u{202e}web\"");
        assert_eq!(escaped("db-1"), "\"db-1\"");
    }
}
