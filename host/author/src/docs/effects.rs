//! Which operations a function asks for: those that it names, and those of the functions that it calls.

use std::collections::{BTreeMap, BTreeSet};

use moontide_control::settings::operations;
use moontide_runtime::effect::Class;

use super::luau::{Function, Module};
use super::{Effect, classes};

/// What is asked for, function by function.
pub(super) struct Effects {
    classes: BTreeMap<String, Class>,
    /// The words of each function, by its name, which has its module before it.
    words: BTreeMap<String, BTreeSet<String>>,
}

impl Effects {
    /// Those of all modules.
    pub(super) fn of(modules: &[Module]) -> Effects {
        let mut words = BTreeMap::new();
        for module in modules {
            for function in &module.functions {
                words.insert(key(module, &function.name), named(module, function));
            }
        }
        Effects { classes: operations::classes(), words }
    }

    /// The operations of a function, in the order of the alphabet.
    pub(super) fn asked(&self, module: &Module, function: &str) -> Vec<Effect> {
        let (mut seen, mut found) = (BTreeSet::new(), BTreeSet::new());
        let mut left = vec![key(module, function)];
        while let Some(next) = left.pop() {
            for word in self.words.get(&next).into_iter().flatten() {
                if self.classes.contains_key(word) {
                    found.insert(word.clone());
                }
                if self.words.contains_key(word) && seen.insert(word.clone()) {
                    left.push(word.clone());
                }
            }
        }
        let effect = |operation: String| {
            let class = *self.classes.get(&operation)?;
            // The time and chance change nothing, and are no news but where they are what is asked for.
            let is_news = class != Class::Pure || operation == function;
            let (changes, class) = (class.needs_intent(), classes::word(class));
            is_news.then_some(Effect { operation, class, changes })
        };
        found.into_iter().filter_map(effect).collect()
    }
}

/// A function's name among those of all modules.
fn key(module: &Module, function: &str) -> String {
    format!("{} {}", module.name, function)
}

/// The operations and functions that stand in a function: operations as text, functions by their keys.
fn named(module: &Module, function: &Function) -> BTreeSet<String> {
    let lines = function.body.lines().map(str::trim_start).filter(|line| !line.starts_with("--"));
    let text = lines.collect::<Vec<_>>().join("\n");
    let is_part = |it: char| it.is_alphanumeric() || it == '_' || it == '.';
    let pieces = text.split(|it: char| !is_part(it)).filter(|piece| !piece.is_empty());
    let mut found = BTreeSet::new();
    for piece in pieces.filter(|piece| *piece != function.name) {
        let owner = piece.split_once('.').and_then(|(local, rest)| {
            Some(format!("{} {}.{rest}", module.required.get(local)?, local))
        });
        found.extend(owner);
        // A module that is one function: `again`, `wait_until`.
        found.extend(
            module
                .required
                .get(piece)
                .map(|it| format!("{it} {}", it.rsplit('/').next().unwrap_or_default())),
        );
        found.insert(key(module, piece));
    }
    // An operation is asked for by its name as a text, or by a constant that holds it.
    let texts = text.split('"').skip(1).step_by(2).map(str::to_owned);
    found.extend(texts);
    found
}
