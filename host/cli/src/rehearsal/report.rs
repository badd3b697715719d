//! The document at the end of a rehearsal.

use std::time::Duration;

use moontide_control::rehearsal::{Answered, Hook, Report};
use moontide_control::words;
use moontide_control::words::mode;
use moontide_runtime::scheduler::ExecutionStatus;

use crate::output::style::{self, attention, bad, faint, good, plain, said, strong};
use crate::output::{Document, Page};
use crate::view::{objectives, summary};

/// So many notes are read.
const MOST_NOTES: usize = 12;

impl Document for Report {
    fn write(&self, page: &mut Page) {
        page.line([
            strong(self.runbook.as_str()),
            plain(format!("  rehearsed as a {}  ", mode(self.mode))),
            style::execution_status(self.status),
        ]);
        page.gap();
        for wave in &self.waves {
            for answered in self.prompts.iter().filter(|answered| answered.prompt == wave.name) {
                write_answer(answered, page);
            }
            summary::write_wave(wave, page);
            for hook in self.hooks.get(&wave.name).into_iter().flatten() {
                page.indented(|page| write_hook(hook, page));
            }
            let of_wave = format!("{}#", wave.name);
            for answered in self.prompts.iter().filter(|it| it.prompt.starts_with(&of_wave)) {
                page.indented(|page| write_answer(answered, page));
            }
        }
        page.gap();
        write_time(self, page);
        if !self.outside.is_empty() {
            page.line([faint("may touch outside: "), plain(self.outside.join(", "))]);
        }
        for assumed in self.assumed.iter().take(MOST_NOTES) {
            page.line([attention("note: "), plain(assumed.message.as_str())]);
        }
        let more = self.assumed.len().saturating_sub(MOST_NOTES);
        if more > 0 {
            page.line([
                attention("note: "),
                plain(format!("and {more} more; `--output json` has all")),
            ]);
        }
        for (service, operations) in &self.calls {
            let counts = operations.iter().map(|(operation, count)| format!("{operation} {count}"));
            let counts: Vec<String> = counts.collect();
            page.line([faint(format!("{service} calls: ")), plain(counts.join(", "))]);
        }
    }
}

fn write_time(report: &Report, page: &mut Page) {
    let completed = report.status == ExecutionStatus::Completed;
    let head = if completed { "recovery time: " } else { "not recovered after " };
    let mut line = vec![faint(head), strong(words::duration(report.took))];
    if let Some((rto, met)) = report.rto.zip(report.rto_met) {
        line.push(plain(format!(", the RTO of {} is ", words::duration(rto))));
        line.push(if met { good("met") } else { bad("missed") });
        let missed = report.took.saturating_sub(rto);
        if !missed.is_zero() {
            line.push(plain(format!(" by {}", words::duration(missed))));
        }
    }
    if let (None, Some(rto)) = (report.rto_met, &report.objectives.rto) {
        line.extend(objectives::verdict(rto, "RTO"));
    }
    page.line(line);
    objectives::write_rpo(&report.objectives, page);
}

fn write_hook(hook: &Hook, page: &mut Page) {
    let how = if hook.passed { good("passed") } else { bad("did not pass") };
    page.line([plain(format!("{} ", hook.hook)), how]);
}

fn write_answer(answered: &Answered, page: &mut Page) {
    let mut line = vec![
        attention("? "),
        plain(format!("{}: ", answered.prompt)),
        strong(answered.choice.as_str()),
        plain(format!(" by {}", answered.by)),
        faint(if answered.really.is_empty() {
            String::new()
        } else {
            format!(" ({})", answered.really)
        }),
        faint(format!("  {}", words::offset(Duration::from_secs(answered.after_seconds)))),
    ];
    line.extend(said(&answered.message));
    page.line(line);
}
