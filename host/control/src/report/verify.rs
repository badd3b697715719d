//! Verifying a report: what its file, and the journal in a store, prove of it, and what they do not.

use moontide_runtime::store::Store;
use serde::Serialize;
use serde_json::Value;

use super::document::FORM;
use super::evidence::head_at;
use super::{Known, Report, digest, html, redact};
use crate::error::{CommandError, Result, code};
use crate::view::Record;
use crate::words;

/// What is read off the journal alone: as long as that has not gone on, a report made anew says the same.
const OF_THE_JOURNAL: [&str; 13] = [
    "title",
    "mark",
    "result",
    "status",
    "identity",
    "recovery",
    "timeline",
    "servers",
    "checks",
    "decisions",
    "interventions",
    "troubles",
    "not_run",
];

/// What depends on other executions too, such as cleanups, and on the time.
const OF_OTHERS: [&str; 3] = ["leftovers", "cost", "before"];

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Verified {
    /// The execution that the report is about.
    pub execution: String,
    /// The digest that it carries.
    pub digest: String,
    /// What is proved.
    pub proved: Vec<String>,
    /// What is not, and why.
    pub not_proved: Vec<String>,
    /// What contradicts the report.
    pub wrong: Vec<String>,
}

/// A report as it was read from its file.
pub struct Read {
    /// Its data, as it stands there.
    data: Value,
    /// The same.
    pub report: Report,
    /// The page that shows it, if it is one.
    page: Option<String>,
}

impl Read {
    /// Reads a file: the JSON of a report, or its page.
    pub fn of(text: &str) -> Result<Read> {
        let none = |why: &str| {
            CommandError::new(code::NO_REPORT, why.to_owned())
                .hint("`moontide report EXECUTION --html FILE`, or `--output json`, makes one")
        };
        let is_page = text.trim_start().starts_with('<');
        let data = if is_page {
            html::data::read(text)
                .ok_or_else(|| none("the page holds no data of a report, or it was cut off"))?
        } else {
            serde_json::from_str(text)
                .map_err(|error| none(&format!("it is neither JSON nor a page: {error}")))?
        };
        let form = data["report"].as_u64().ok_or_else(|| none("it is not the data of a report"))?;
        if form > u64::from(FORM) {
            let message =
                format!("it is a report of form {form}, and this release reads up to {FORM}");
            return Err(none(&message));
        }
        let report = serde_json::from_value(data.clone());
        let report =
            report.map_err(|error| none(&format!("a field of it is not right: {error}")))?;
        Ok(Read { data, report, page: is_page.then(|| text.to_owned()) })
    }

    /// What the file proves by itself.
    pub fn alone(&self) -> Result<Verified> {
        let Read { data, report, page } = self;
        let (execution, digest) = (report.identity.execution.clone(), report.digest.clone());
        let mut found = Verified { execution, digest, ..Verified::default() };
        if digest::of(data) == report.digest {
            found.proved.push("the data has the digest that it carries".to_owned());
        } else {
            found.wrong.push("the data does not have the digest that it carries".to_owned());
        }
        let Some(text) = page else { return Ok(found) };
        let release = env!("CARGO_PKG_VERSION");
        if html::page(report)? == *text {
            found.proved.push("the page shows that data, and nothing else".to_owned());
        } else if report.made.moontide == release {
            found.wrong.push("the page does not show its data, or shows more".to_owned());
        } else {
            found.not_proved.push(format!(
                "that the page shows its data: moontide {} made it, and this is {release}",
                report.made.moontide
            ));
        }
        Ok(found)
    }

    /// The same, and what the journal in a store proves.
    pub async fn against(&self, store: &dyn Store) -> Result<Verified> {
        let mut found = self.alone()?;
        let report = &self.report;
        let record = match Record::load(store, &report.identity.execution).await {
            Ok(record) => record,
            Err(error) if error.code == code::NO_EXECUTION => {
                let why = "the store has no such execution";
                return Ok(found.without_journal(why));
            }
            Err(error) if error.code == code::STORE_DAMAGED => {
                found.wrong.push(error.message);
                return Ok(found);
            }
            Err(error) => return Err(error),
        };
        let entries = report.evidence.entries;
        let many = words::count(usize::try_from(entries).unwrap_or(usize::MAX), "entry");
        let many = many.replace("entrys", "entries");
        let Known::Known(head) = &report.evidence.head else {
            return Ok(found.without_journal("the report carries no head of it"));
        };
        let same_length = match &record.seal {
            Some(moontide_runtime::store::Seal::Pruned(pruned)) => {
                if pruned.entries == entries && pruned.link.to_string() == *head {
                    found
                        .proved
                        .push(format!("the journal of {many} had that head when it was pruned"));
                } else {
                    found.wrong.push(format!("the journal had another head than {head}"));
                }
                found.not_proved.push("what the journal said: it was pruned since".to_owned());
                return Ok(found);
            }
            _ => match head_at(store, &record, entries).await? {
                Some(own) if own == *head => {
                    found.proved.push(format!("the journal in the store has that head, at {many}"));
                    record.entries.len() as u64 == entries
                }
                Some(own) => {
                    found.wrong.push(format!(
                        "the journal in the store has another head at {many}: {own}, and not {head}"
                    ));
                    return Ok(found);
                }
                None => {
                    found.wrong.push(format!("the journal in the store has fewer than {many}"));
                    return Ok(found);
                }
            },
        };
        if same_length {
            self.compare(store, &record, &mut found).await?;
        } else {
            let more = record.entries.len() as u64 - entries;
            found.not_proved.push(format!(
                "what the report says of the journal: that has gone on by {more} since"
            ));
        }
        Ok(found)
    }

    /// Makes the report anew, and compares what it says.
    async fn compare(
        &self,
        store: &dyn Store,
        record: &Record,
        found: &mut Verified,
    ) -> Result<()> {
        let made = super::Made { redacted: false, ..self.report.made.clone() };
        if self.report.made.redacted && made.until.is_some() {
            let why = "what the journal says: until when the time counts has a pseudonym";
            found.not_proved.push(why.to_owned());
            return Ok(());
        }
        let anew = Report::of(store, record, made).await?;
        let anew = if self.report.made.redacted { redact::redacted(&anew)? } else { anew };
        let anew = serde_json::to_value(&anew).unwrap_or_default();
        let differs = |field: &&str| anew[*field] != self.data[*field];
        let other: Vec<&str> = OF_THE_JOURNAL.iter().copied().filter(|it| differs(it)).collect();
        let release = env!("CARGO_PKG_VERSION");
        if other.is_empty() {
            found.proved.push(format!("the journal says all of {}", OF_THE_JOURNAL.join(", ")));
        } else if self.report.made.moontide == release {
            found.wrong.push(format!("the journal says otherwise of {}", other.join(", ")));
        } else {
            found.not_proved.push(format!(
                "{}: moontide {} read the journal, and this is {release}",
                other.join(", "),
                self.report.made.moontide
            ));
        }
        let since: Vec<&str> = OF_OTHERS.iter().copied().filter(|it| differs(it)).collect();
        if !since.is_empty() {
            found.not_proved.push(format!(
                "{}: they depend on other executions, and are otherwise by now",
                since.join(", ")
            ));
        }
        Ok(())
    }
}

impl Verified {
    /// The same, where the journal cannot be asked.
    #[must_use]
    pub fn without_journal(mut self, why: &str) -> Verified {
        self.not_proved.push(format!("that the journal says so: {why}"));
        self
    }

    /// Whether nothing contradicts the report.
    pub fn is_right(&self) -> bool {
        self.wrong.is_empty()
    }
}
