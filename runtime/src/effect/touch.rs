//! What a call would change outside: each thing by itself, in the words that the policy understands.

use serde::{Deserialize, Serialize};

use crate::plan::Outside;

/// What a call would do. Every operation that needs an intent says it before its intent is journaled.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Consequences {
    /// The AWS account the call acts in, where the world knows it.
    pub account: Option<String>,
    /// Where the call acts.
    pub place: Place,
    /// What it would change.
    pub touches: Vec<Touch>,
}

impl Consequences {
    /// The Region the call acts in, if it acts in one.
    pub fn region(&self) -> Option<&str> {
        match &self.place {
            Place::Region(region) => Some(region),
            Place::Nowhere | Place::Global => None,
        }
    }
}

/// Where a call acts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Nowhere outside: the engine's own operations.
    #[default]
    Nowhere,
    /// In an account as a whole: a global service has no Region.
    Global,
    /// In a Region of an account.
    Region(String),
}

/// One thing that a call would change.
#[derive(Clone, Debug, PartialEq)]
pub struct Touch {
    /// What.
    pub what: Thing,
    /// What would happen to it, as a verb: `launch`, `terminate`, `reboot`, `tag`, `run a command on`.
    pub verb: &'static str,
    /// Its maker. What is launched has not been made yet.
    pub maker: Maker,
    /// Of a launch: what it launches, and what goes away for it.
    pub launch: Option<Launch>,
}

/// Something that can be touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A source server, by its id.
    Server(String),
    /// An instance, by its id, with its tags as far as the world has looked them up.
    Instance {
        /// Its EC2 id.
        id: String,
        /// Its tags, by key.
        tags: Vec<(String, String)>,
    },
    /// An SSM document, by name or ARN: what it does when it runs cannot be told from outside.
    Document(String),
    /// Anything else, by its id.
    Resource(String),
}

impl Thing {
    /// How people know it.
    pub fn id(&self) -> &str {
        match self {
            Thing::Server(id)
            | Thing::Instance { id, .. }
            | Thing::Document(id)
            | Thing::Resource(id) => id,
        }
    }
}

/// The maker of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Maker {
    /// A drill that an execution of Moontide has launched.
    Drill(Origin),
    /// A drill of the console's, or of another tool.
    ForeignDrill,
    /// A drill whose job does not show: it cannot be seen whose it is.
    HiddenDrill {
        /// The job.
        job: String,
    },
    /// No drill, or none that can be seen: production may rely on it.
    Production,
}

/// The wave of an execution that has launched something, as the tags on the job say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The execution.
    pub execution: String,
    /// What tells it from another one of the same id; empty where it was started by an earlier release.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub nonce: String,
    /// The wave.
    pub wave: String,
}

/// What a launch of a server does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Launch {
    /// Whether it is a drill.
    pub drill: bool,
    /// How people call the server, where the world knows it.
    pub name: Option<String>,
    /// The instances of the server that it would delete, and those that are being launched.
    pub replaces: Vec<Replaced>,
}

/// An instance that a launch would delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Its id; empty while it is being launched.
    pub instance: String,
    /// The job that launched it, where the world knows it.
    pub job: String,
    /// Whether it certainly was made by a drill.
    pub drill: bool,
    /// Which wave of which execution launched it; `None`: no execution of Moontide, or it cannot be seen.
    pub origin: Option<Origin>,
    /// Whether its job does not show: it cannot be seen whose it is, or while it is being launched, how far it is.
    pub is_hidden: bool,
}

impl Touch {
    /// Something that happens to a thing that is there.
    pub fn of(verb: &'static str, what: Thing, maker: Maker) -> Touch {
        Touch { what, verb, maker, launch: None }
    }

    /// The launch of a source server.
    pub fn launch(server: impl Into<String>, launch: Launch) -> Touch {
        Touch {
            what: Thing::Server(server.into()),
            verb: "launch",
            maker: Maker::ForeignDrill,
            launch: Some(launch),
        }
    }
}

impl Outside {
    /// Whether it names this thing.
    pub fn names(&self, thing: &Thing) -> bool {
        match thing {
            Thing::Instance { id, tags } => {
                let carries = |(key, value): (&String, &String)| {
                    tags.iter().any(|(name, has)| name == key && has == value)
                };
                self.ids.contains(id) || (!self.tags.is_empty() && self.tags.iter().all(carries))
            }
            Thing::Document(name) => self.documents.contains(name),
            Thing::Server(id) | Thing::Resource(id) => self.ids.contains(id),
        }
    }
}
