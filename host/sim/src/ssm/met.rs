//! What of the scenario's scripts was met so far, and what was sent that nothing scripts.

use std::collections::{BTreeMap, BTreeSet};

use super::unsaid::Unsaid;
use super::wording::is_unsimulated;

/// What was met so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Met {
    /// The `[[commands]]` and `[[automations]]` that answered, by their places.
    pub(super) commands: BTreeSet<usize>,
    pub(super) automations: BTreeSet<usize>,
    /// What was sent that nothing scripts: document and text, and to how many instances.
    pub(super) silent: BTreeMap<(String, String), usize>,
    /// To how many Linux instances PowerShell was sent, which they have not.
    pub(super) without_powershell: usize,
    /// Entries that answered a command of which another entry knows a part as well, by their places, and on how many
    /// instances.
    pub(super) shared: BTreeMap<(usize, usize), usize>,
    /// What entries answered for without a word of it.
    pub(super) unsaid: Unsaid,
    /// Documents of AWS's own that were started and that nothing scripts.
    pub(super) started: BTreeSet<String>,
}

impl Met {
    /// Adds what was met in another Region.
    pub(crate) fn add(&mut self, other: &Met) {
        self.commands.extend(&other.commands);
        self.automations.extend(&other.automations);
        self.started.extend(other.started.iter().cloned());
        self.unsaid.add(&other.unsaid);
        self.without_powershell += other.without_powershell;
        for (places, count) in &other.shared {
            *self.shared.entry(*places).or_default() += count;
        }
        for (what, count) in &other.silent {
            *self.silent.entry(what.clone()).or_default() += count;
        }
    }

    /// A command went to an instance, and this entry answered, or none.
    pub(super) fn command(&mut self, document: &str, values: &[&str], script: Option<usize>) {
        if let Some(place) = script {
            self.commands.insert(place);
            return;
        }
        // What a document of AWS's own was given does not matter: it did nothing.
        let text =
            values.first().filter(|_| !is_unsimulated(document)).copied().unwrap_or_default();
        *self.silent.entry((document.to_owned(), text.to_owned())).or_default() += 1;
    }

    /// One entry answered a command of which others know another part.
    pub(super) fn shared(&mut self, answered: usize, unheard: impl IntoIterator<Item = usize>) {
        for place in unheard {
            *self.shared.entry((answered, place)).or_default() += 1;
        }
    }

    /// An automation was started, and this entry answered, or none.
    pub(super) fn automation(&mut self, document: &str, script: Option<usize>) {
        match script {
            Some(place) => drop(self.automations.insert(place)),
            None => drop(self.started.insert(document.to_owned())),
        }
    }
}
