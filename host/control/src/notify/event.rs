//! What is told.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::journal::Execution;
use moontide_runtime::plan::Mode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::engine;
use crate::schedule::declared::{self as schedule, Schedule};
use crate::words;

/// How the keys of schedules begin: no id of an execution has a full stop in it.
const OF_SCHEDULE: &str = "schedule.";

/// What has happened.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An execution has begun.
    Started,
    /// It waits for a person.
    Waits,
    /// A person has answered, or silence has.
    Answered,
    /// A wave has failed for good, unless a person says otherwise.
    WaveFailed,
    /// It cannot be told whether an effect has happened: a person decides.
    Unknown,
    /// Every wave is completed or skipped.
    Completed,
    /// A wave failed, and it is over.
    Failed,
    /// A person has stopped it.
    Cancelled,
    /// A drill is over, and what it launched is still there.
    Leftovers,
    /// A scheduled time has passed without a start.
    Missed,
    /// A schedule does not start, for a reason.
    Held,
    /// Nothing: a test of the receiver.
    Test,
}

impl What {
    /// All that can be subscribed to.
    pub const ALL: [What; 11] = [
        What::Started,
        What::Waits,
        What::Answered,
        What::WaveFailed,
        What::Unknown,
        What::Completed,
        What::Failed,
        What::Cancelled,
        What::Leftovers,
        What::Missed,
        What::Held,
    ];

    /// As settings and keys write it.
    pub fn word(self) -> &'static str {
        match self {
            What::Started => "started",
            What::Waits => "waits",
            What::Answered => "answered",
            What::WaveFailed => "wave_failed",
            What::Unknown => "unknown",
            What::Completed => "completed",
            What::Failed => "failed",
            What::Cancelled => "cancelled",
            What::Leftovers => "leftovers",
            What::Missed => "missed",
            What::Held => "held",
            What::Test => "test",
        }
    }

    /// Whether an execution is over by it.
    pub fn is_end(self) -> bool {
        matches!(self, What::Completed | What::Failed | What::Cancelled)
    }

    /// The event of this name.
    pub fn named(word: &str) -> Option<What> {
        What::ALL.into_iter().chain([What::Test]).find(|it| it.word() == word)
    }
}

/// Something worth telling, as it is told: to templates, to the webhook, and as the queue keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema, Deserialize)]
pub struct Event {
    /// Its name for ever: a receiver that is told twice knows it by this.
    pub key: String,
    /// What has happened.
    pub event: What,
    /// When, by the journal.
    pub at: Timestamp,
    /// `drill` or `recovery`.
    #[schemars(with = "engine::Mode")]
    pub mode: Mode,
    /// Whether all of it is against a simulator.
    #[serde(default)]
    pub simulated: bool,
    /// The execution's id; of a schedule its name.
    pub execution: String,
    /// The runbook's name.
    pub runbook: String,
    /// One sentence, the mode first.
    pub sentence: String,
    /// The command to type.
    pub command: String,
    /// The wave that it is about; empty: all of it.
    #[serde(default)]
    pub wave: String,
    /// The prompt that it is about; empty: none.
    #[serde(default)]
    pub prompt: String,
    /// The answers that the prompt takes.
    #[serde(default)]
    pub choices: Vec<String>,
    /// The AWS account; empty: not known.
    #[serde(default)]
    pub account: String,
    /// The Regions.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Why an operator started it.
    #[serde(default)]
    pub reason: String,
    /// What its operator has put on it.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The number of the journal's entry that says it; 0: none does.
    #[serde(default)]
    pub sequence: u64,
    /// The hash of that entry as the store has it, which proves all entries before it; empty: it is not known.
    #[serde(default)]
    pub head: String,
}

impl Event {
    /// The mode as it stands in front: `DRILL`, `RECOVERY`, `SIMULATED DRILL`.
    pub fn marked(mode: Mode, simulated: bool) -> String {
        let word = words::mode(mode).to_uppercase();
        if simulated { format!("SIMULATED {word}") } else { word }
    }

    /// The mode of this one, as it stands in front.
    pub fn mark(&self) -> String {
        match self.event {
            What::Test => "TEST".to_owned(),
            _ => Event::marked(self.mode, self.simulated),
        }
    }

    /// An event of an execution that says nothing yet.
    pub(super) fn of(execution: &Execution, event: What, at: Timestamp) -> Event {
        Event {
            key: String::new(),
            event,
            at,
            mode: execution.mode,
            simulated: execution.simulator.is_some(),
            execution: execution.id.clone(),
            runbook: execution.plan.name.clone(),
            sentence: String::new(),
            command: String::new(),
            wave: String::new(),
            prompt: String::new(),
            choices: Vec::new(),
            account: execution.account.clone().unwrap_or_default(),
            regions: execution.regions.clone(),
            reason: execution.reason.clone(),
            labels: execution.labels.clone(),
            sequence: 0,
            head: String::new(),
        }
    }

    /// Whether it is one of a schedule.
    pub fn is_of_schedule(&self) -> bool {
        self.key.starts_with(OF_SCHEDULE)
    }

    /// An event of a schedule: what it starts of `runbook`, and was to start at `due`, was missed, or is held, and why.
    /// What is told of one due time is told once.
    pub fn of_schedule(
        event: What,
        (schedule, runbook): (&Schedule, &str),
        (due, at): (Timestamp, Timestamp),
        why: &str,
        command: String,
    ) -> Event {
        let mode = Mode::Drill;
        let verb = if event == What::Held { "is held" } else { "was missed" };
        let due_at = words::time(due);
        let simulated = schedule.kind == schedule::Kind::Rehearsal;
        let mark = Event::marked(mode, simulated);
        let what = match schedule.kind {
            schedule::Kind::Report => "the report of schedule",
            schedule::Kind::Drill | schedule::Kind::Rehearsal => "schedule",
        };
        let (name, labels) = (&schedule.name, schedule.labels.clone());
        Event {
            key: format!("{OF_SCHEDULE}{name}:{}:{}", event.word(), due.as_second()),
            event,
            at,
            mode,
            simulated,
            execution: format!("{OF_SCHEDULE}{name}"),
            runbook: runbook.to_owned(),
            sentence: format!("{mark} {runbook}: {what} {name} of {due_at} {verb}: {why}"),
            command,
            wave: String::new(),
            prompt: String::new(),
            choices: Vec::new(),
            account: String::new(),
            regions: schedule.region.iter().cloned().collect(),
            reason: schedule.reason.clone(),
            labels,
            sequence: 0,
            head: String::new(),
        }
    }

    /// One of each kind, for previews, and for templates: what a template makes of them is known before they happen.
    pub fn example(event: What, at: Timestamp) -> Event {
        let execution = "shop-20261129t0230-x7k2";
        let (sentence, command) = example(event, execution);
        let is_prompt = matches!(event, What::Waits | What::Unknown);
        let mark = if event == What::Test { "TEST" } else { "DRILL" };
        let has_wave = is_prompt || matches!(event, What::Answered | What::WaveFailed);
        Event {
            key: format!("{execution}:{}:1", event.word()),
            event,
            at,
            mode: Mode::Drill,
            simulated: false,
            execution: execution.to_owned(),
            runbook: "shop".to_owned(),
            sentence: format!("{mark} shop: {sentence}"),
            command,
            wave: if has_wave { "web".to_owned() } else { String::new() },
            prompt: if is_prompt { "web".to_owned() } else { String::new() },
            choices: if is_prompt {
                ["continue", "skip", "abort"].map(str::to_owned).to_vec()
            } else {
                Vec::new()
            },
            account: "111122223333".to_owned(),
            regions: vec!["us-west-2".to_owned()],
            reason: "quarterly drill".to_owned(),
            labels: [("team".to_owned(), "payments".to_owned())].into(),
            sequence: 42,
            head: String::new(),
        }
    }
}

/// What an example says, and the command.
fn example(event: What, execution: &str) -> (&'static str, String) {
    let status = format!("moontide status {execution}");
    match event {
        What::Started => ("started by ann", format!("moontide status {execution} --follow")),
        What::Waits => (
            "wave web waits for a person: Is the data good?",
            format!("moontide answer {execution} web continue"),
        ),
        What::Answered => ("ann: continue (wave web)", status),
        What::WaveFailed => ("wave web has failed: no capacity", status),
        What::Unknown => (
            "whether an effect of wave web happened is not known",
            format!("moontide answer {execution} web happened"),
        ),
        What::Completed => ("completed in 31m 04s", format!("moontide show {execution}")),
        What::Failed => ("failed: wave web", status),
        What::Cancelled => ("cancelled by ann", status),
        What::Leftovers => {
            ("what it launched is still there", format!("moontide cleanup {execution}"))
        }
        What::Missed => (
            "schedule nightly of 2026-11-29 02:30:00Z was missed: no scheduler ran",
            "moontide schedule history nightly".to_owned(),
        ),
        What::Held => (
            "schedule nightly of 2026-11-29 02:30:00Z is held: it is paused by ann",
            "moontide schedule history nightly".to_owned(),
        ),
        What::Test => (
            "this is a test of the receiver; nothing has happened, and nothing is to be done",
            "moontide notify list".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::schedule::written::parse;

    #[test]
    fn each_event_has_its_word_in_settings_keys_and_json() {
        for what in What::ALL.into_iter().chain([What::Test]) {
            assert_eq!(serde_json::to_value(what).unwrap(), what.word());
            assert_eq!(What::named(what.word()), Some(what));
            let example = Event::example(what, Timestamp::UNIX_EPOCH);
            assert!(example.sentence.starts_with(&example.mark()), "the mode first");
            assert!(example.command.starts_with("moontide "));
        }
    }

    #[test]
    fn a_due_time_of_a_schedule_is_told_once() {
        let due: Timestamp = "2026-12-01T02:30:00Z".parse().unwrap();
        let text =
            "[[schedules]]\nname = \"nightly\"\nrunbook = \"shop\"\nwhen = \"rate(1 day)\"\n";
        let read = parse(text, "schedules.toml", Path::new("."), due).unwrap().remove(0);
        let told = |event, at| {
            let command = "moontide x".to_owned();
            Event::of_schedule(event, (&read.schedule, "shop"), (due, at), "no lease", command)
        };
        let missed = told(What::Missed, due);
        assert_eq!(missed.key, told(What::Missed, Timestamp::MAX).key);
        assert_ne!(missed.key, told(What::Held, due).key);
        assert_eq!(
            missed.sentence,
            "DRILL shop: schedule nightly of 2026-12-01 02:30:00Z was missed: no lease"
        );
    }
}
