//! Verifying a report: what its file, and the journal in a store, prove of it, and what they do not.

use moontide_runtime::journal::chain;
use moontide_runtime::store::Store;
use moontide_runtime::store::{Pruned, Seal};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::anew::{Anew, differences, made_anew};
use super::cleanups::Cleanups;
use super::compare::{Differences, OF_THE_JOURNAL, in_form};
use super::document::FORM;
use super::evidence::head_at;
use super::{Known, Report, digest, html, intoto, others};
use crate::error::{CommandError, Result, code};
use crate::view::Record;
use crate::words;

/// What was found.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Verified {
    /// The execution that the report is about.
    pub execution: String,
    /// The digest that it carries.
    pub digest: String,
    /// What is proved.
    pub proved: Vec<String>,
    /// What is not, and why.
    pub not_proved: Vec<String>,
    /// What the report's maker has chosen, and no journal says: it is not proved either, and cannot be.
    pub claimed: Vec<String>,
    /// What has come later, and says nothing against it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<String>,
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
    /// The statement around it, if it is one: all but what it says.
    statement: Option<Value>,
}

impl Read {
    /// Reads a file: the JSON of a report, its page, or a statement about it.
    pub fn of(text: &str) -> Result<Read> {
        let none = |why: &str| {
            let error = CommandError::new(code::NO_REPORT, why.to_owned());
            error.hint("`moontide report EXECUTION --html FILE`, `--intoto FILE`, or `--output json`, makes one")
        };
        let is_page = text.trim_start().starts_with('<');
        let data: Value = if is_page {
            html::data::read(text)
                .ok_or_else(|| none("the page holds no data of a report, or it was cut off"))?
        } else {
            serde_json::from_str(text)
                .map_err(|error| none(&format!("it is neither JSON nor a page: {error}")))?
        };
        // A statement of in-toto says what its predicate says, about what that names.
        let (statement, data) = intoto::parts(data);
        let form = data["report"].as_u64().ok_or_else(|| none("it is not the data of a report"))?;
        if form > u64::from(FORM) {
            let message =
                format!("it is a report of form {form}, and this release reads up to {FORM}");
            return Err(none(&message));
        }
        let report = serde_json::from_value(data.clone());
        let report =
            report.map_err(|error| none(&format!("a field of it is not right: {error}")))?;
        Ok(Read { data, report, page: is_page.then(|| text.to_owned()), statement })
    }

    /// What the file proves by itself.
    pub fn alone(&self) -> Result<Verified> {
        let Read { data, report, page, statement } = self;
        let (execution, digest) = (report.identity.execution.clone(), report.digest.clone());
        let mut found = Verified { execution, digest, ..Verified::default() };
        if digest::of(data) == report.digest {
            found.proved.push("the data has the digest that it carries".to_owned());
        } else {
            found.wrong.push("the data does not have the digest that it carries".to_owned());
        }
        if let Some(statement) = statement {
            if intoto::around(report) == *statement {
                found.proved.push("the statement is about what its report names".to_owned());
            } else {
                found
                    .wrong
                    .push("the statement is about something else than its report".to_owned());
            }
        }
        let Some(text) = page else { return Ok(found) };
        let release = env!("CARGO_PKG_VERSION");
        if html::page(report)? == *text {
            found.proved.push("the page shows that data, and nothing else".to_owned());
        } else if !self.is_of_another() {
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
        if self.data["made"] != serde_json::to_value(&report.made).unwrap_or_default() {
            self.contradicted(&mut found, &["made".to_owned()], "no report has such fields");
        }
        found.claims(report);
        if report.evidence.head.value().is_none() && chain::is_kept(record.execution.format) {
            found.wrong.push("the journal is chained, and the report carries no head of it".into());
        }
        if let Some(Seal::Pruned(pruned)) = &record.seal {
            found.at_pruned(report, pruned);
            found.not_proved.push("what the journal said: it was pruned since".to_owned());
            return Ok(found);
        }
        let count = usize::try_from(report.evidence.entries).unwrap_or(usize::MAX);
        let many = if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") };
        let Some(more) = record.entries.len().checked_sub(count) else {
            found.wrong.push(format!("the journal in the store has fewer than {many}"));
            return Ok(found);
        };
        if let Known::Known(head) = &report.evidence.head {
            match head_at(store, &record, report.evidence.entries).await? {
                Some(own) if own == *head => {
                    let what = format!("the journal in the store has that head, at {many}");
                    found.proved.push(what);
                }
                Some(own) => found.wrong.push(format!(
                    "the journal in the store has another head at {many}: {own}, and not {head}"
                )),
                None => found.wrong.push("the journal in the store is not chained".to_owned()),
            }
        }
        if more == 0 {
            self.compare(store, &record, &mut found).await?;
        } else {
            // What it said when it had no more entries, it says still.
            self.compare(store, &record.at(count), &mut found).await?;
            let more = words::count(more, "entry").replace("entrys", "entries");
            found.proved.push(format!("that was said at {many}"));
            found.later.push(format!("the journal has gone on by {more} since"));
        }
        Ok(found)
    }

    /// Whether another release says that it has made the report, or it is of an earlier form.
    fn is_of_another(&self) -> bool {
        self.report.made.moontide != env!("CARGO_PKG_VERSION") || self.report.report < FORM
    }

    /// Notes fields that are not as they should be: wrong, unless another release may have had reasons for it.
    fn contradicted(&self, found: &mut Verified, fields: &[String], why: &str) {
        let fields = fields.join(", ");
        if self.is_of_another() {
            let (made, own) = (&self.report.made.moontide, env!("CARGO_PKG_VERSION"));
            let form = self.report.report;
            let words = format!(
                "{fields}: moontide {made} made the report, of form {form}, and this is {own}, of form {FORM}"
            );
            found.not_proved.push(words);
        } else {
            found.wrong.push(format!("{why}: {fields}"));
        }
    }

    /// Makes the report anew, and compares what it says.
    async fn compare(
        &self,
        store: &dyn Store,
        record: &Record,
        found: &mut Verified,
    ) -> Result<()> {
        let anew = match made_anew(store, record, (&self.data, &self.report), self.is_of_another())
            .await?
        {
            Anew::Made(anew) => in_form(anew, self.report.report),
            Anew::NoMoment(why) => {
                found.wrong.push(why);
                return Ok(());
            }
        };
        let Differences { wrong, unsure, .. } =
            differences((&self.data, &self.report), &anew, self.is_of_another());
        let list = |paths: &std::collections::BTreeSet<String>| -> Vec<String> {
            paths.iter().cloned().collect()
        };
        if wrong.is_empty() && unsure.is_empty() {
            found.proved.push(format!("the journal says all of {}", OF_THE_JOURNAL.join(", ")));
        }
        if !wrong.is_empty() {
            found.wrong.push(format!("the journal says otherwise of {}", list(&wrong).join(", ")));
        }
        if !unsure.is_empty() {
            self.contradicted(found, &list(&unsure), "the journal says otherwise");
        }
        self.compare_evidence(&anew, found);
        others::compare((&self.data, &self.report), &anew, found);
        let cleanups = Cleanups::of(store, record, None).await?;
        found.later.extend(cleanups.since(&self.report.leftovers));
        Ok(())
    }

    /// Compares what the report says of its evidence, its head left out, and whether it has fields besides.
    fn compare_evidence(&self, anew: &Value, found: &mut Verified) {
        let of = |report: &Value| {
            let mut evidence = report["evidence"].clone();
            if let Some(fields) = evidence.as_object_mut() {
                // The head is compared with the store's; a person in the seal has a pseudonym.
                fields.retain(|name, _| !["entries", "head", "pruned"].contains(&name.as_str()));
            }
            evidence
        };
        if of(anew) != of(&self.data) || self.report.evidence.pruned.is_some() {
            let why = "the evidence is not what belongs to this journal";
            self.contradicted(found, &["evidence".to_owned()], why);
        }
        if self.data["evidence"]["format"] != anew["evidence"]["format"] {
            found.wrong.push("the journal is of another format".to_owned());
        }
        let own = |name: &&String| {
            anew.get(name.as_str()).is_none() && !digest::ENVELOPE.contains(&name.as_str())
        };
        let more = self.data.as_object().into_iter().flat_map(|fields| fields.keys()).filter(own);
        let more: Vec<String> = more.cloned().collect();
        if !more.is_empty() {
            self.contradicted(found, &more, "no report has such fields");
        }
    }
}

impl Verified {
    /// Notes what only the report's maker says.
    fn claims(&mut self, report: &Report) {
        let made = &report.made;
        if let Some(declared) = made.declared_at {
            self.not_proved.push(format!(
                "that the disaster was declared at {}, from when the time counts: its maker says so",
                words::time(declared)
            ));
        }
        if let Some(until) = &made.until {
            self.claimed.push(format!("that the time counts until {until}: its maker says so"));
        }
        if made.prices.is_some() {
            self.claimed.push("the prices: its maker says so".to_owned());
        }
    }

    /// Holds the head to what is left of a journal.
    fn at_pruned(&mut self, report: &Report, pruned: &Pruned) {
        let (entries, link) = (report.evidence.entries, pruned.link.to_string());
        match report.evidence.head.value() {
            _ if entries > pruned.entries => {
                let (more, own) = (entries, pruned.entries);
                self.wrong.push(format!("the journal had {own} entries, and never {more}"));
            }
            Some(_) if entries < pruned.entries => {
                self.not_proved.push("the head: that of an earlier entry was cut off".to_owned());
            }
            Some(head) if *head == link => self
                .proved
                .push(format!("the journal of {entries} entries had that head when it was pruned")),
            Some(head) => self.wrong.push(format!("the journal had another head than {head}")),
            None => {}
        }
    }

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

    /// Whether all is proved that the file and the journal can prove.
    pub fn is_proved(&self) -> bool {
        self.wrong.is_empty() && self.not_proved.is_empty()
    }
}
