//! What a story took for granted of commands and automations: answers that nothing in the world file scripts, and
//! scripts that nothing met. A rehearsal is worth no more than what it was told of the world.

use std::collections::{BTreeMap, BTreeSet};

use super::met::Met;
use super::wording::{described, instances, is_unsimulated, shown, unsimulated};
use crate::assumption::Assumption;
use crate::documents::{self, Kind, POWERSHELL};
use crate::scenario::Scenario;

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
