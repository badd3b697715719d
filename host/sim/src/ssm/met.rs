//! What a story took for granted: answers that nothing in the world file scripts, and scripts and faults that
//! nothing met. A rehearsal is worth no more than what it was told of the world.

use std::collections::{BTreeMap, BTreeSet};

use super::unsaid::Unsaid;
use crate::assumption::Assumption;
use crate::documents::{self, Kind, POWERSHELL};
use crate::scenario::{Command, Scenario};

/// The longest part of a command that is shown.
const SHOWN: usize = 60;

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

impl Met {
    /// What was assumed so far of a world's scripts, and what nothing met of them. `hide` takes secrets out of
    /// what was sent, before it is cut.
    pub(crate) fn assumptions(
        &self,
        scenario: &Scenario,
        hide: &dyn Fn(&str) -> String,
    ) -> Vec<Assumption> {
        let mut all = Vec::new();
        let mut add = |kind, message| all.push(Assumption { kind, message });
        let mut silent: BTreeMap<(String, String), usize> = BTreeMap::new();
        for ((document, text), count) in &self.silent {
            *silent.entry((hide(document), shown(&hide(text)))).or_default() += count;
        }
        for ((document, text), count) in &silent {
            let on = instances(*count);
            if is_unsimulated(document) {
                let on = format!(" on {on}");
                add("unsimulated", unsimulated(document, &on, "commands"));
                continue;
            }
            add(
                "unscripted",
                format!("no [[commands]] answers `{text}` of {document}: it succeeded on {on}"),
            );
        }
        for ((answered, unheard), count) in &self.shared {
            let named = |place: usize| {
                format!("[[commands]] {}{}", place + 1, described(&scenario.commands[place]))
            };
            let (answered, unheard, on) = (named(*answered), named(*unheard), instances(*count));
            let message = format!(
                "{answered} answered for a whole command on {on}, and {unheard} knows a part of it too: one command has \
                 one result"
            );
            add("shared", message);
        }
        for Assumption { kind, message } in self.unsaid.told(scenario, hide) {
            add(kind, message);
        }
        for document in self.started.iter().map(|document| hide(document)) {
            add("unsimulated", unsimulated(&document, "", "automations"));
        }
        if self.without_powershell > 0 {
            let on = instances(self.without_powershell);
            add(
                "platform",
                format!(
                    "{POWERSHELL} failed on {on} with Linux and no PowerShell: AWS-RunShellScript is for Linux; \
                     `powershell = true` of a server says that it is installed"
                ),
            );
        }
        for message in self.unknown(scenario) {
            add("unknown", message);
        }
        for (place, command) in scenario.commands.iter().enumerate() {
            if !self.commands.contains(&place) {
                let number = place + 1;
                let what = described(command);
                add("unused", format!("[[commands]] {number}{what} was never used"));
            }
        }
        for (place, automation) in scenario.automations.iter().enumerate() {
            if !self.automations.contains(&place) {
                let number = place + 1;
                let what = automation.document().map(|it| format!(" ({it})"));
                let what = what.unwrap_or_default();
                add("unused", format!("[[automations]] {number}{what} was never used"));
            }
        }
        all
    }
}

impl Met {
    /// What is said of documents that answered, that only AWS could have made, and that are not known here.
    fn unknown(&self, scenario: &Scenario) -> Vec<String> {
        let commands =
            self.commands.iter().filter_map(|place| scenario.commands[*place].document());
        let automations =
            self.automations.iter().filter_map(|place| scenario.automations[*place].document());
        let commands = commands.map(|name| (Kind::Command, name));
        let all = commands.chain(automations.map(|name| (Kind::Automation, name)));
        let unknown = all.filter(|(kind, name)| documents::is_unknown(*kind, name));
        let names: BTreeSet<&str> = unknown.map(|(_, name)| name).collect();
        let told = names.iter().map(|name| {
            format!(
                "{name} is not known here to be a document of AWS's own, and only AWS names one so: it exists because \
                 the world scripts it"
            )
        });
        told.collect()
    }
}

/// Whether a command document that nothing scripted is one of AWS's own that does more than run what it is given.
fn is_unsimulated(document: &str) -> bool {
    documents::is_owned(Kind::Command, document) && !documents::SCRIPTS.contains(&document)
}

pub(super) fn instances(count: usize) -> String {
    if count == 1 { "1 instance".to_owned() } else { format!("{count} instances") }
}

/// What is said of a document of AWS's own that nothing scripted.
fn unsimulated(document: &str, on: &str, list: &str) -> String {
    format!(
        "{document} is AWS's own and is not simulated: it did nothing and succeeded{on}; [[{list}]] with this \
         `document` would say how it ends"
    )
}

/// The beginning of a command.
pub(super) fn shown(text: &str) -> String {
    let first = text.trim().lines().next().unwrap_or_default();
    first.chars().take(SHOWN).collect()
}

/// What a script answers to.
pub(super) fn described(command: &Command) -> String {
    let server = command.server.as_ref().map(|it| it.get_ref().as_str());
    let conditions = [
        ("document", command.document()),
        ("contains", command.contains.as_deref()),
        ("server", server),
    ];
    let told = conditions.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let told: Vec<String> = told.map(|(name, value)| format!("{name} = \"{value}\"")).collect();
    if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) }
}
