//! A schedule, as its store keeps it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::blocked::Blocked;
use super::length::Length;
use super::when::{Time, When};
use super::zone::Zone;

/// What is started, when, and under which conditions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// What it starts.
    pub kind: Kind,
    /// Where its runbook lay when it was imported: the sources are pinned.
    pub runbook: String,
    /// When.
    pub when: When,
    /// On whose clocks.
    pub zone: Zone,
    /// From when on; a rate is counted from here.
    pub start: Timestamp,
    /// The days on which it does not run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_on: Vec<Blocked>,
    /// So long its starts are spread: each time has its place in it, the same on every machine.
    pub within: Length,
    /// A time that was missed is made up for so long.
    pub late: Length,
    /// What happens to a time at which the one before is not over.
    pub overlap: Overlap,
    /// What answers where a person is asked.
    pub answers: Answers,
    /// Which drills are cleaned up.
    pub cleanup: Cleanup,
    /// How long after their end.
    pub cleanup_after: Length,
    /// After so many failures, one after another, it is held until a person lets it go on; 0: never.
    pub pause_after: u32,
    /// The params of the runbook, as text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
    /// The only waves that run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// The source servers that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Why it is run, for every view of what it starts.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What its executions are found by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The Region, where the runbook names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The folder of its reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// A report fails where the last drill that completed is longer ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue_after: Option<Length>,
    /// The profile of the AWS configuration files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
}

/// What a schedule starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A drill in AWS.
    #[default]
    Drill,
    /// A rehearsal against the world that is pinned: no AWS.
    Rehearsal,
    /// A report of the runbook's last drill.
    Report,
}

/// What happens to a time at which the one before is not over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overlap {
    /// It is left out.
    #[default]
    Skip,
    /// It waits for the end of that one; the next time takes its place.
    Queue,
}

/// Which drills are cleaned up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cleanup {
    /// Every one.
    #[default]
    Always,
    /// Those that have completed: what has failed can be looked at.
    Completed,
    /// None.
    Never,
}

/// What answers where a person is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Words", into = "Words")]
pub enum Answers {
    /// The execution is cancelled.
    #[default]
    Fail,
    /// It waits for a person.
    Wait,
    /// These, by prompt; what else is asked cancels it.
    These(BTreeMap<String, String>),
}

/// Answers as a file has them.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Words {
    Word(String),
    These(BTreeMap<String, String>),
    Other(serde_json::Value),
}

impl TryFrom<Words> for Answers {
    type Error = String;

    fn try_from(words: Words) -> Result<Answers, String> {
        match words {
            Words::Word(word) if word == "fail" => Ok(Answers::Fail),
            Words::Word(word) if word == "wait" => Ok(Answers::Wait),
            Words::These(these) => Ok(Answers::These(these)),
            Words::Word(_) | Words::Other(_) => Err(
                "`answers` is \"fail\", \"wait\", or answers by their prompts: { database = \"continue\" }"
                    .to_owned(),
            ),
        }
    }
}

impl From<Answers> for Words {
    fn from(answers: Answers) -> Words {
        match answers {
            Answers::Fail => Words::Word("fail".to_owned()),
            Answers::Wait => Words::Word("wait".to_owned()),
            Answers::These(these) => Words::These(these),
        }
    }
}

impl Kind {
    /// As a word.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Drill => "drill",
            Kind::Rehearsal => "rehearsal",
            Kind::Report => "report",
        }
    }

    /// The id of what a schedule of this kind starts for a time.
    pub fn id(self, schedule: &str, time: Timestamp) -> String {
        format!("{}-{schedule}-{}", self.word(), moment(time))
    }
}

impl Schedule {
    /// The id of what is started for a time: the same on every machine.
    pub fn id(&self, time: Timestamp) -> String {
        self.kind.id(&self.name, time)
    }

    /// When the start for a time is due: the time, and its place in the spread.
    pub fn due(&self, time: Timestamp) -> Timestamp {
        let spread = jitter(&self.name, time, self.within.0);
        time.checked_add(SignedDuration::try_from(spread).unwrap_or_default()).unwrap_or(time)
    }

    /// Until when a start for a time makes sense.
    pub fn latest(&self, time: Timestamp) -> Timestamp {
        let late = SignedDuration::try_from(self.late.0).unwrap_or(SignedDuration::MAX);
        self.due(time).checked_add(late).unwrap_or(Timestamp::MAX)
    }

    /// Its times after this moment, in their order: those before its start are none.
    pub fn times(&self, from: Timestamp) -> impl Iterator<Item = Time> + '_ {
        let before = self.start.checked_sub(SignedDuration::from_secs(1)).unwrap_or(self.start);
        self.when.times(&self.zone.0, self.start, from.max(before))
    }

    /// The blocked days in which a time lies.
    pub fn blocked(&self, time: &Time) -> Option<&Blocked> {
        self.not_on.iter().find(|blocked| blocked.contains(time.local.date()))
    }
}

/// A moment as ids have it: `20270116t013000z`.
pub fn moment(time: Timestamp) -> String {
    time.strftime("%Y%m%dt%H%M%Sz").to_string()
}

/// Reads such a moment.
pub fn read_moment(text: &str) -> Option<Timestamp> {
    let is_digit = |at: usize| text.as_bytes()[at].is_ascii_digit();
    if !text.is_ascii() || text.len() != 16 || !(0..8).chain(9..15).all(is_digit) {
        return None;
    }
    let (date, time) = (&text[..8], &text[9..15]);
    format!(
        "{}-{}-{}T{}:{}:{}Z",
        &date[..4],
        &date[4..6],
        &date[6..],
        &time[..2],
        &time[2..4],
        &time[4..]
    )
    .parse()
    .ok()
}

/// The place of a time in the spread of its schedule's starts, in whole seconds: the same on every machine and in every
/// release. FNV-1a of 64 bits over name and time.
fn jitter(name: &str, time: Timestamp, within: Duration) -> Duration {
    if within.as_secs() == 0 {
        return Duration::ZERO;
    }
    let text = format!("{name}@{}", time.as_second());
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    Duration::from_secs(hash % within.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_in_the_spread_is_the_same_on_every_machine_and_differs_by_name_and_time() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let within = Duration::from_mins(15);
        let place = |name, second| jitter(name, at(second), within).as_secs();
        assert_eq!(place("shop", 1_800_000_000), 898);
        assert_eq!(place("shop", 1_800_086_400), 420);
        assert_eq!(place("bank", 1_800_000_000), 288);
        assert!((0..1_000).all(|it| place("shop", it) < 900));
        assert_eq!(jitter("shop", at(0), Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn a_moment_in_an_id_is_read_as_it_was_written() {
        let time: Timestamp = "2027-01-16T01:30:00Z".parse().unwrap();
        assert_eq!(moment(time), "20270116t013000z");
        assert_eq!(read_moment("20270116t013000z"), Some(time));
        for text in
            ["", "20270116t01300z", "2027-1-16t013000z", "2027x116t013000z", "20271316t013000z"]
        {
            assert_eq!(read_moment(text), None, "{text}");
        }
    }
}
