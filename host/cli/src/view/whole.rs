//! Everything that the store knows about an execution, in lines.

use moontide_control::view::whole::{Attempt, Signalled, Whole};
use moontide_control::words;
use moontide_runtime::journal::Channel;
use serde_json::Value;

use super::worded::Steps;
use super::{server, signal, verified};
use crate::context::Context;
use crate::output::Page;
use crate::output::style::{bad, faint, good, plain, said, strong};

impl Steps for Whole {
    fn word(&self, context: &Context, json: &mut Value) {
        self.summary.word(context, json);
    }

    fn write(&self, context: &Context, page: &mut Page) {
        self.summary.write(context, page);
        page.gap();
        let facts = facts(self);
        let rows: Vec<_> =
            facts.iter().map(|(name, fact)| vec![faint(*name), plain(fact.as_str())]).collect();
        page.table(&rows);
        for attempt in &self.attempts {
            write_attempt(attempt, page);
        }
        if !self.signals.is_empty() {
            page.gap();
            page.line([strong("signals")]);
        }
        for Signalled { at, signal, refused, note } in &self.signals {
            let mut line = vec![faint(words::time(*at)), plain("  ")];
            line.extend(refused.as_ref().map(|_| bad("refused: ")));
            line.extend(signal::noted(signal, note));
            page.line(line);
        }
    }
}

fn facts(whole: &Whole) -> Vec<(&'static str, String)> {
    let list = |items: &[String]| items.join(", ");
    let groups = whole.approvers.iter().map(|(name, who)| format!("{name}: {}", list(who)));
    let params = whole.params.iter().map(|(name, value)| format!("{name}={value}"));
    let simulator = whole.simulator.as_ref().map(|it| it.endpoint_url.clone());
    let mut facts = vec![
        ("created", format!("{} by {}", words::time(whole.summary.created_at), whole.created_by)),
        ("started by", whole.summary.source.map_or("", Channel::word).to_owned()),
        ("account", whole.account.clone().unwrap_or_default()),
        ("regions", list(&whole.regions)),
        ("approvers", groups.collect::<Vec<_>>().join("; ")),
        ("params", params.collect::<Vec<_>>().join(" ")),
        ("simulator", simulator.unwrap_or_default()),
        ("replaces", list(&whole.replaceable)),
        ("beside", list(&whole.beside)),
        ("outside", list(&whole.outside)),
        ("only", list(&whole.only)),
        ("excluded", list(&whole.excluded)),
        ("sources", whole.sources.chars().take(16).collect()),
        ("written by", format!("moontide {}, {}", whole.moontide, whole.luau)),
        ("journal", words::count(whole.journal_entries, "line")),
        ("its head", whole.summary.head.map(verified::head).unwrap_or_default()),
        ("cancelled by", whole.cancelled_by.clone().unwrap_or_default()),
    ];
    facts.retain(|(_, fact)| !fact.is_empty());
    facts
}

fn write_attempt(attempt: &Attempt, page: &mut Page) {
    page.gap();
    let word = if attempt.end == "completed" { good(attempt.end) } else { bad(attempt.end) };
    page.line([
        faint(words::time(attempt.at)),
        plain("  "),
        strong(attempt.wave.as_str()),
        plain(format!(" attempt {} ", attempt.number)),
        word,
    ]);
    page.indented(|page| {
        let rows: Vec<_> = attempt.servers.iter().map(server::row).collect();
        page.table(&rows);
        let Some(failure) = &attempt.failure else { return };
        let message = format!("{}: {}", failure.code, failure.message);
        page.line([bad("failed")].into_iter().chain(said(&message)));
        for line in &failure.trace {
            page.line([faint("at "), plain(line.as_str())]);
        }
        if failure.uncertain {
            page.line([plain(
                "it cannot be told whether one of its calls happened: look before a retry",
            )]);
        }
    });
}
