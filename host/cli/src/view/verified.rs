//! What stored journals are worth.

use moontide_control::journal::{All, How, Noted, Trouble, Verdict, Verified};
use moontide_control::words;
use moontide_runtime::journal::chain::ChainHead;

use crate::output::style::{attention, bad, faint, good, plain, strong};
use crate::output::{Document, Page, Span};

impl Document for Verified {
    fn write(&self, page: &mut Page) {
        let mut line = vec![strong(self.execution.as_str()), plain("  "), verdict(self.verdict)];
        line.extend([plain("  "), plain(entries(self))]);
        page.line(line);
        page.indented(|page| {
            if let Some(pruned) = &self.pruned {
                page.line([plain(format!(
                    "{} of its {} entries were cut off at {} by {}",
                    pruned.removed,
                    pruned.entries,
                    words::time(pruned.at),
                    pruned.by
                ))]);
            }
            if let Some(it) = self.head {
                page.line([faint("head "), plain(head(it))]);
            }
            if let Some(broken) = &self.broken {
                page.line(trouble(broken));
                page.line([plain(broken.message.as_str())]);
            }
            if let Some(it) = &self.noted {
                page.line([faint("noted "), plain(noted(it))]);
            }
        });
    }
}

impl Document for All {
    fn write(&self, page: &mut Page) {
        let row = |it: &Verified| {
            let about = match (&it.broken, it.head) {
                (Some(broken), _) => broken.message.clone(),
                (None, Some(it)) => head(it),
                (None, None) => String::new(),
            };
            let (id, entries) = (strong(it.execution.clone()), plain(entries(it)));
            vec![id, verdict(it.verdict), entries, plain(about)]
        };
        let mut rows: Vec<Vec<Span<'_>>> = self.journals.iter().map(row).collect();
        rows.extend(self.unread.iter().map(|it| {
            let id = strong(it.execution.as_str());
            vec![id, attention("not looked at"), plain(""), plain(it.reason.as_str())]
        }));
        page.table(&rows);
        page.gap();
        let counts = format!(
            "{} whole, {} pruned, {} not chained, {} broken",
            self.whole, self.pruned, self.not_chained, self.broken
        );
        page.line([if self.broken > 0 { bad(counts) } else { good(counts) }]);
    }
}

fn verdict(verdict: Verdict) -> Span<'static> {
    let word = verdict.word();
    match verdict {
        Verdict::Whole | Verdict::Pruned => good(word),
        Verdict::NotChained => attention(word),
        Verdict::Broken => bad(word),
    }
}

fn entries(verified: &Verified) -> String {
    match verified.entries {
        1 => "1 entry".to_owned(),
        entries => format!("{entries} entries"),
    }
}

/// The head of a chain, as it is noted.
pub(crate) fn head(head: ChainHead) -> String {
    format!("{} of entry {}", head.hash, head.sequence)
}

fn trouble(trouble: &Trouble) -> Vec<Span<'_>> {
    let how = match trouble.how {
        How::Changed => "changed",
        How::Unreadable => "unreadable",
        How::Missing => "missing",
        How::Added => "put in",
        How::OtherHead => "another head",
    };
    let place = match (trouble.sequence, trouble.kind) {
        (Some(0), _) | (None, Some("head")) => "the execution's head".to_owned(),
        (Some(number), Some(kind)) => format!("entry {number}, {kind}"),
        (Some(number), None) => format!("entry {number}"),
        (None, _) => "the journal".to_owned(),
    };
    let mut line = vec![bad(how), plain("  "), strong(place)];
    if !trouble.about.is_empty() {
        line.push(plain(format!(" {}", trouble.about)));
    }
    line
}

fn noted(noted: &Noted) -> String {
    let Some(sequence) = noted.sequence else { return format!("{}: of no entry", noted.hash) };
    let at = noted.at.map(|at| format!(" of {}", words::time(at))).unwrap_or_default();
    let of = match sequence {
        0 => "of the execution's head".to_owned(),
        sequence => format!("of entry {sequence}{at}"),
    };
    let proof = if noted.proves {
        "nothing up to it was changed"
    } else {
        "what stands before it is not as it was"
    };
    format!("{}: {of}; {proof}", noted.hash)
}
