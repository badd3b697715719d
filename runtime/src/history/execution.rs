//! The head of a journal: everything that a process needs to go on with an execution it never saw.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::canonical::Hash;
use super::{Format, Source};
use crate::plan::{Mode, Plan};

/// An execution as it was created. Never changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    /// The format of this head and of the journal's entries.
    pub format: Format,
    /// Its id: letters, digits, `-`, `_`, `.`; at most 96 characters.
    pub id: String,
    /// What tells it from another execution of the same id, begun in another store: both act in one account.
    /// Empty in those of earlier releases.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub nonce: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// The person who created it.
    pub created_by: String,
    /// Drill or recovery.
    pub mode: Mode,
    /// Every param of the plan with its value, defaults filled in; since format 5 without those that are secret.
    pub params: BTreeMap<String, Value>,
    /// Whence a runner gets the values of the secret params, by name. The host knows what that means; no head
    /// holds a secret that can be read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, String>,
    /// The Regions it may act in; the first is where its calls go.
    pub regions: Vec<String>,
    /// The simulator that it was begun against; `None`: AWS itself. It goes on where it began, or nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simulator: Option<Simulator>,
    /// The account it may act in, where known.
    #[serde(default)]
    pub account: Option<String>,
    /// Servers whose instance the operator gave up by name.
    #[serde(default)]
    pub replaceable: Vec<String>,
    /// Which instances those were when it was created, by server: what is launched later is not given up.
    /// `None`: an earlier release looked at the server only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gives_up: Option<BTreeMap<String, Vec<String>>>,
    /// The executions beside which it goes on, although they have claimed its plan or its servers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<String>,
    /// What started it; `None` in those of earlier releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Channel>,
    /// Why an operator started it, in their words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What its operator has put on it, to find it by: `team=payments`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Where its runbook lay on the machine that started it: an absolute path, to compare it with later.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
    /// The only waves that it runs; empty: all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Source servers that it leaves out, by id or by `Name` tag.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<String>,
    /// The execution on whose behalf it acts, such as the drill that a cleanup cleans up after: what that one
    /// launched counts as its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acts_for: Option<String>,
    /// The jobs that it has launched, as its journal says: AWS may not show them any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<String>,
    /// Operations that were denied when it was created; a later runner may deny more, not less.
    #[serde(default)]
    pub denied: Vec<String>,
    /// Groups of people, by the name under which approvers may mean them.
    #[serde(default)]
    pub approvers: BTreeMap<String, Vec<String>>,
    /// What the operator lets its programs use, as settings; under other limits a replay could take
    /// another turn. The engine does not read them.
    #[serde(default)]
    pub limits: BTreeMap<String, String>,
    /// What its timetable said of it when it was begun: what is imported since changes nothing of it. The engine does
    /// not read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Value>,
    /// How many waves may run side by side, whatever the runbook says; `None`: as many as it lets, in those
    /// of earlier releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waves_at_once: Option<u32>,
    /// The seed of its random numbers.
    pub seed: u64,
    /// The release of Moontide that created it.
    pub moontide: String,
    /// The version of Luau that ran it first.
    pub luau: String,
    /// The checked plan.
    pub plan: Plan,
    /// The digest of its sources when it was created, to which every runner holds them; `None` in those of
    /// earlier releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sources: Option<String>,
    /// The sources it runs from.
    pub bundle: Bundle,
}

impl Execution {
    /// The same execution, held to the sources that it has now.
    #[must_use]
    pub fn pinned(self) -> Execution {
        Execution { sources: Some(self.digest()), ..self }
    }

    /// The hash of its sources: two executions of one format and digest run the same ones.
    pub fn digest(&self) -> String {
        // The hashes of sources are known where they are kept by them.
        if self.format.keeps_sources_apart() {
            self.bundle.digest_of_hashes()
        } else {
            self.bundle.digest()
        }
    }

    /// Whether its sources are those that it was created with. Heads of early formats do not say.
    pub fn is_intact(&self) -> bool {
        match &self.sources {
            Some(sources) => *sources == self.digest(),
            // The first builds that wrote format 5 did not say.
            None => self.format < Format(6),
        }
    }

    /// Whether its journal keeps what operators change about its limits, each attempt those that it began with. Of
    /// earlier formats every runner brings its own.
    pub fn keeps_changes(&self) -> bool {
        self.format >= Format(6)
    }

    /// Whether it was written anew from the tags on its jobs, after its store was lost. It has no sources, is over,
    /// and goes on nowhere.
    pub fn is_adopted(&self) -> bool {
        self.bundle.entry == ADOPTED
    }

    /// Whether it is a session: what an operator types, line by line.
    pub fn is_session(&self) -> bool {
        self.bundle.entry == moontide_stdlib::SESSION.0
    }

    /// What the keys of its effects derive from.
    pub fn identity(&self) -> String {
        if self.nonce.is_empty() { self.id.clone() } else { format!("{}@{}", self.id, self.nonce) }
    }

    /// The execution on whose behalf it acts. A cleanup that was begun under format 1 names it only among its
    /// params.
    pub fn client(&self) -> Option<String> {
        let is_old_cleanup = self.format == Format(1) && self.bundle.entry == OLD_CLEANUP;
        let named = || self.params.get("execution")?.as_str().map(str::to_owned);
        self.acts_for.clone().or_else(|| named().filter(|_| is_old_cleanup))
    }
}

/// What an execution was started by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A command that a person has typed.
    Cli,
    /// A document of Systems Manager.
    Ssm,
    /// A timetable.
    Schedule,
    /// A request over HTTP.
    Api,
    /// A rehearsal.
    Rehearsal,
}

impl Channel {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Channel::Cli => "cli",
            Channel::Ssm => "ssm",
            Channel::Schedule => "schedule",
            Channel::Api => "api",
            Channel::Rehearsal => "rehearsal",
        }
    }
}

/// A simulator that stands for AWS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Simulator {
    /// Its address on the machine that began the execution.
    pub endpoint_url: String,
    /// How many times as fast as life it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
}

/// What stands for the sources of an execution that was adopted: there is no such module.
pub const ADOPTED: &str = "@moontide/adopted";

/// What a cleanup runs from.
const OLD_CLEANUP: &str = "@moontide/cleanup";

/// The pinned sources of an execution: resuming needs no file on disk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    /// The module that is the runbook, such as `runbook`.
    pub entry: String,
    /// Module name to its file's display name and source. `@moontide/…` for the standard library, the
    /// path without `.luau` for the runbook's own folder.
    pub modules: BTreeMap<String, Module>,
}

/// One pinned module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// How errors name its file, such as `three_tier/runbook.luau`.
    pub file: String,
    /// Its Luau source.
    pub source: Source,
}

impl Bundle {
    /// The hash of everything in it: two runs of one digest run the same sources.
    pub fn digest(&self) -> String {
        // Its fields are written in the order of their names, so this is its canonical text.
        let text = serde_json::to_vec(self).unwrap_or_default();
        Hash::of(&text).to_string()
    }

    /// The same by the hashes of the sources: each is found once for all copies of its text.
    fn digest_of_hashes(&self) -> String {
        let named = |(name, module): (&'_ String, &'_ Module)| {
            (name.clone(), (module.file.clone(), module.source.hash()))
        };
        let modules: BTreeMap<String, (String, Hash)> = self.modules.iter().map(named).collect();
        // What is in memory can always be written.
        let text = serde_json::to_vec(&(&self.entry, modules)).unwrap_or_default();
        Hash::of(&text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::canonical;

    #[test]
    fn the_digest_is_that_of_the_canonical_text() {
        let module = |file: &str| Module { file: file.into(), source: "return \"ä\"\n".into() };
        let modules = ["runbook", "@moontide/drs", "dns"].map(|it| (it.to_owned(), module(it)));
        let bundle = Bundle { entry: "runbook".into(), modules: modules.into() };
        let value = serde_json::to_value(&bundle).unwrap();
        assert_eq!(bundle.digest(), canonical::hash(&value).to_string());
    }

    #[test]
    fn whatever_changes_in_a_bundle_changes_its_digest() {
        let module = |file: &str, source: &str| Module { file: file.into(), source: source.into() };
        let bundle = |entry: &str, name: &str, file: &str, source: &str| Bundle {
            entry: entry.into(),
            modules: [(name.to_owned(), module(file, source))].into(),
        };
        let all = [
            bundle("a", "b", "c", "d"),
            bundle("x", "b", "c", "d"),
            bundle("a", "x", "c", "d"),
            bundle("a", "b", "x", "d"),
            bundle("a", "b", "c", "x"),
        ];
        for digest in [Bundle::digest, Bundle::digest_of_hashes] {
            let digests: std::collections::BTreeSet<String> = all.iter().map(digest).collect();
            assert_eq!(digests.len(), all.len());
        }
    }
}
