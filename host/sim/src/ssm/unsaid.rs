//! What an entry of `[[commands]]` answered for without a word of it: the other lines of a command, or commands that it
//! does not tell apart.

use std::collections::{BTreeMap, BTreeSet};

use super::wording::{described, instances, shown};
use crate::assumption::Assumption;
use crate::scenario::{Command, Scenario};

/// So many lines or commands are named in a note.
const NAMED: usize = 3;

/// Words of a shell that stand alone on a line and run nothing.
const SYNTAX: [&str; 10] = ["then", "else", "fi", "do", "done", "esac", "{", "}", "(", ")"];

/// What was met so far, by the place of the entry that answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unsaid {
    /// Whole commands, with the places of the lines that no entry knows, and on how many instances.
    lines: BTreeMap<(usize, String), (BTreeSet<usize>, usize)>,
    /// The commands that an entry answered that names only their document.
    commands: BTreeMap<usize, BTreeSet<String>>,
}

impl Unsaid {
    /// An entry answered this whole script on an instance; `is_known` says whether any entry knows a line.
    pub(super) fn meet(
        &mut self,
        place: usize,
        entry: &Command,
        script: &str,
        is_known: impl Fn(&str) -> bool,
    ) {
        if entry.contains.is_none() {
            if entry.document().is_some() {
                self.commands.entry(place).or_default().insert(script.to_owned());
            }
            return;
        }
        let lines = script.lines().map(str::trim).enumerate();
        let told: Vec<_> = lines.filter(|(_, line)| runs(line)).collect();
        let unsaid = told.iter().filter(|(_, line)| !is_known(line)).map(|(at, _)| *at);
        let unsaid: BTreeSet<usize> = unsaid.collect();
        if told.len() > 1 && !unsaid.is_empty() {
            let met = self.lines.entry((place, script.to_owned())).or_insert((unsaid, 0));
            met.1 += 1;
        }
    }

    /// Adds what was met in another Region.
    pub(super) fn add(&mut self, other: &Unsaid) {
        for (whole, (unsaid, count)) in &other.lines {
            self.lines.entry(whole.clone()).or_insert_with(|| (unsaid.clone(), 0)).1 += count;
        }
        for (place, commands) in &other.commands {
            self.commands.entry(*place).or_default().extend(commands.iter().cloned());
        }
    }

    /// What is said of it. `hide` takes secrets out of a whole script, before it is cut into lines.
    pub(super) fn told(
        &self,
        scenario: &Scenario,
        hide: &dyn Fn(&str) -> String,
    ) -> Vec<Assumption> {
        let named = |place: usize| {
            format!("[[commands]] {}{}", place + 1, described(&scenario.commands[place]))
        };
        let mut lines: BTreeMap<(usize, String), usize> = BTreeMap::new();
        for ((place, script), (unsaid, count)) in &self.lines {
            *lines.entry((*place, unsaid_of(script, &hide(script), unsaid))).or_default() += count;
        }
        let lines = lines.iter().map(|((place, unsaid), count)| {
            let (entry, on) = (named(*place), instances(*count));
            let message = format!(
                "{entry} answered for a whole command on {on}, and nothing is said of {unsaid}"
            );
            Assumption { kind: "unsaid", message }
        });
        let commands = self.commands.iter().filter_map(|(place, scripts)| {
            let scripts: BTreeSet<String> = scripts.iter().map(|script| hide(script)).collect();
            let different = scripts.len();
            let all = list(scripts.iter().map(String::as_str));
            let message = format!(
                "{} answered {different} different commands alike: {all}; `contains` tells them apart",
                named(*place)
            );
            (different > 1).then_some(Assumption { kind: "shared", message })
        });
        lines.chain(commands).collect()
    }
}

/// Whether a line is more than a comment, syntax or a setting of the shell.
fn runs(line: &str) -> bool {
    let is_setting = line.starts_with("set -");
    !line.is_empty() && !line.starts_with('#') && !is_setting && !SYNTAX.contains(&line)
}

/// Those lines of a script, which are not shown where a secret of several lines was taken out of it.
fn unsaid_of(script: &str, hidden: &str, unsaid: &BTreeSet<usize>) -> String {
    if script.lines().count() != hidden.lines().count() {
        return if unsaid.len() == 1 {
            "one line".into()
        } else {
            format!("{} lines", unsaid.len())
        };
    }
    let lines = hidden.lines().enumerate().filter(|(at, _)| unsaid.contains(at));
    list(lines.map(|(_, line)| line))
}

/// `one`, `two`, `three` and 4 more.
fn list<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<String> = all.map(|text| format!("`{}`", shown(text))).collect();
    let more = all.len().saturating_sub(NAMED);
    let named = all[..all.len().min(NAMED)].join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}
