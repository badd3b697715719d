//! What an answer left out: lines of a script and parts of a command that it says nothing of, for the notes.

use std::collections::BTreeSet;

use super::command::CommandOrder;
use super::state::Ssm;
use crate::documents;
use crate::estate::Estate;

impl Ssm {
    /// Notes the lines of a script of which no entry says anything.
    pub(super) fn note_unsaid(
        &mut self,
        estate: &Estate,
        answer: Option<usize>,
        order: &CommandOrder,
        name: &str,
    ) {
        let commands = order.parameters.get("commands");
        let commands = commands.filter(|_| documents::SCRIPTS.contains(&order.name.as_str()));
        let (Some(place), Some(commands)) = (answer, commands) else { return };
        let region = estate.scenario.region.as_str();
        let entries = estate.scenario.commands.iter().filter(|it| it.is_of(region));
        let parts = entries.filter(|it| it.is_for(&order.name, name));
        let parts = parts.filter_map(|it| it.contains.as_deref()).flat_map(str::lines);
        let parts: Vec<&str> = parts.map(str::trim).filter(|part| !part.is_empty()).collect();
        let is_known = |line: &str| parts.iter().any(|part| line.contains(part));
        let entry = &estate.scenario.commands[place];
        self.met.unsaid.meet(place, entry, &commands.join("\n"), is_known);
    }

    /// Notes the entries that know another part of the command than the one that answered.
    pub(super) fn note_shared(
        &mut self,
        estate: &Estate,
        answer: Option<usize>,
        answered: &BTreeSet<usize>,
        order: &CommandOrder,
        values: &[&str],
        name: &str,
    ) {
        let Some(place) = answer else { return };
        let scripts = &estate.scenario.commands;
        let unheard = scripts.iter().enumerate().filter(|(other, command)| {
            !answered.contains(other)
                && command.is_of(&estate.scenario.region)
                && command.is_about_another_part(&scripts[place])
                && command.matches(&order.name, values, name)
        });
        let unheard: Vec<usize> = unheard.map(|(other, _)| other).collect();
        self.met.shared(place, unheard);
    }
}
