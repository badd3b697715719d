//! Sources that take the place of an execution's own for one wave: a hook that was mended while the execution
//! stood still.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Bundle, Module};

/// How a wave's sources differ from those that the execution began with. The signal that wants the wave again
/// carries it, so it is journaled, and a resume needs no file on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mend {
    /// The module that is the runbook.
    pub entry: String,
    /// The wave's place in that file, counted from 0; `None` for a hook of the whole runbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<usize>,
    /// The modules that differ, by name; `None`: there is none of that name any more.
    pub modules: BTreeMap<String, Option<Module>>,
}

impl Mend {
    /// What makes `new` of `old`, for the wave at this place of the new file.
    pub fn between(old: &Bundle, new: &Bundle, place: Option<usize>) -> Mend {
        let is_new = |(name, module): &(&String, &Module)| {
            old.modules.get(*name).is_none_or(|old| old.source != module.source)
        };
        let taken = new.modules.iter().filter(is_new);
        let taken = taken.map(|(name, module)| (name.clone(), Some(module.clone())));
        let gone = old.modules.keys().filter(|name| !new.modules.contains_key(*name));
        let modules = taken.chain(gone.map(|name| (name.clone(), None))).collect();
        Mend { entry: new.entry.clone(), place, modules }
    }

    /// The sources that the wave runs from.
    pub fn of(&self, execution: &Bundle) -> Bundle {
        let mut modules = execution.modules.clone();
        for (name, module) in &self.modules {
            match module {
                Some(module) => drop(modules.insert(name.clone(), module.clone())),
                None => drop(modules.remove(name)),
            }
        }
        Bundle { entry: self.entry.clone(), modules }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(files: &[(&str, &str)]) -> Bundle {
        let module = |(name, source): &(&str, &str)| {
            let file = format!("shop/{name}.luau");
            ((*name).to_owned(), Module { file, source: (*source).into() })
        };
        Bundle { entry: "runbook".into(), modules: files.iter().map(module).collect() }
    }

    #[test]
    fn it_holds_what_differs_and_makes_the_new_sources_of_the_old() {
        let old = bundle(&[("runbook", "1"), ("checks", "2"), ("gone", "3")]);
        let new = bundle(&[("runbook", "4"), ("checks", "2"), ("more", "5")]);
        let mend = Mend::between(&old, &new, Some(1));
        assert_eq!(mend.modules.keys().collect::<Vec<_>>(), ["gone", "more", "runbook"]);
        assert_eq!(mend.modules["gone"], None);
        assert_eq!(mend.of(&old), new);
    }
}
