//! The sources of executions, kept once each: a store has them under their hashes, and the heads that it keeps
//! name those. The standard library is most of a head, and the same in thousands of them.
//!
//! A hash is the name of one text only, so nothing that is kept is ever changed, and what is read is held to it.
//! Heads of formats before 7 hold their sources themselves.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::history::canonical::Hash;
use crate::history::{Bundle, Execution, Module, Source};

/// So many texts are remembered at most; with more, all are forgotten.
const REMEMBERED: usize = 1000;

/// A head as a store keeps it.
pub struct Parted {
    /// The head, in JSON.
    pub head: String,
    /// What it names.
    pub sources: Vec<Source>,
}

/// A head that names its sources.
#[derive(Serialize)]
struct Naming<'e> {
    #[serde(flatten)]
    head: Execution,
    modules: BTreeMap<&'e str, Named<String>>,
}

/// A module whose source is kept elsewhere.
#[derive(Debug, Serialize, Deserialize)]
struct Named<T> {
    file: T,
    sha256: Hash,
}

impl Parted {
    /// Parts an execution.
    pub fn of(execution: &Execution) -> Result<Parted, serde_json::Error> {
        if !execution.format.keeps_sources_apart() {
            return Ok(Parted { head: serde_json::to_string(execution)?, sources: Vec::new() });
        }
        let Bundle { entry, modules } = &execution.bundle;
        let named =
            |module: &Module| Named { file: module.file.clone(), sha256: module.source.hash() };
        let naming = Naming {
            head: Execution {
                bundle: Bundle { entry: entry.clone(), modules: BTreeMap::new() },
                ..execution.clone()
            },
            modules: modules.iter().map(|(name, module)| (name.as_str(), named(module))).collect(),
        };
        let sources = modules.values().map(|module| module.source.clone()).collect();
        Ok(Parted { head: serde_json::to_string(&naming)?, sources })
    }
}

/// A head that was read, without its sources.
#[derive(Debug)]
pub struct Apart {
    head: Execution,
    modules: BTreeMap<String, Named<String>>,
}

impl Apart {
    /// Reads a head as a store keeps it.
    pub fn read(json: &str) -> Result<Apart, serde_json::Error> {
        #[derive(Deserialize)]
        struct Modules {
            modules: BTreeMap<String, Named<String>>,
        }
        let head: Execution = serde_json::from_str(json)?;
        let modules = if head.format.keeps_sources_apart() {
            serde_json::from_str::<Modules>(json)?.modules
        } else {
            BTreeMap::new()
        };
        Ok(Apart { head, modules })
    }

    /// What it names.
    pub fn names(&self) -> impl Iterator<Item = Hash> {
        self.modules.values().map(|module| module.sha256)
    }

    /// The whole execution, if all that it names is among these.
    pub fn with(self, sources: &HashMap<Hash, Source>) -> Result<Execution, String> {
        let mut head = self.head;
        for (name, Named { file, sha256 }) in self.modules {
            let source = sources.get(&sha256).filter(|source| source.hash() == sha256);
            let Some(source) = source.cloned() else {
                return Err(format!("the source of its module `{name}` is missing or was changed"));
            };
            head.bundle.modules.insert(name, Module { file, source });
        }
        Ok(head)
    }
}

/// What a process has read or written of a store's sources. Nothing that has a hash changes.
#[derive(Debug, Default)]
pub struct Known(Mutex<HashMap<Hash, Source>>);

impl Known {
    /// Those among them that are known.
    pub fn of(&self, names: impl Iterator<Item = Hash>) -> HashMap<Hash, Source> {
        let known = self.known();
        names.filter_map(|name| Some((name, known.get(&name)?.clone()))).collect()
    }

    /// Remembers texts that a store has.
    pub fn learn<'s>(&self, sources: impl IntoIterator<Item = &'s Source>) {
        let mut known = self.known();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.extend(sources.into_iter().map(|source| (source.hash(), source.clone())));
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Hash, Source>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
