//! What the reference consists of: chapters, and what is in them.

use schemars::JsonSchema;
use serde::Serialize;

use super::whole::capital;

/// A chapter of the reference.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Topic {
    /// What it is called: `wave`, `ssm`, `world`.
    pub name: String,
    /// Where it belongs.
    pub part: Part,
    /// What it is about, as Markdown.
    pub about: String,
    /// The guide that says more, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guide: Option<&'static str>,
    /// What is in it.
    pub entries: Vec<Entry>,
}

/// A part of the reference: chapters that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// What a runbook declares, and what its functions get.
    Runbook,
    /// The modules that a runbook may require.
    Library,
    /// Files beside a runbook.
    Files,
}

/// A field, a function or a type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Entry {
    /// Its whole name: `wave.pause`, `ssm.run_command`, `world.timing.latency`.
    pub name: String,
    /// What it takes and gives; of a field, what it may be.
    pub signature: String,
    /// Of a field, whether it has to be there.
    #[serde(skip_serializing_if = "Presence::is_unsaid")]
    pub presence: Presence,
    /// What it is, as Markdown.
    pub about: String,
    /// What it throws.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub throws: String,
    /// How it is used.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub example: String,
    /// What it asks for outside the sandbox.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
    /// The fields of a type.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Entry>,
}

/// Whether a field has to be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It is no field, or always there.
    #[default]
    Unsaid,
    /// An author has to write it.
    Needed,
    /// An author may leave it out.
    Optional,
    /// It may be nil.
    Nil,
}

/// An operation, and what a crash in the middle of it means.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Effect {
    /// Its name: `ssm.send_command`.
    pub operation: String,
    /// Its class: `read`, `once`.
    pub class: String,
    /// Whether it changes something outside.
    pub changes: bool,
}

impl Part {
    /// All of them, in the order in which a newcomer reads.
    pub const ALL: [Part; 3] = [Part::Runbook, Part::Library, Part::Files];

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Part::Runbook => "A runbook",
            Part::Library => "The library",
            Part::Files => "Files",
        }
    }
}

impl Presence {
    /// The same as a word; empty if there is nothing to say.
    pub fn word(self) -> &'static str {
        match self {
            Presence::Unsaid => "",
            Presence::Needed => "needed",
            Presence::Optional => "optional",
            Presence::Nil => "may be nil",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
    fn is_unsaid(&self) -> bool {
        *self == Presence::Unsaid
    }
}

impl Entry {
    /// The last word of its name.
    pub fn short(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }
}

impl Topic {
    /// What it is about, in a sentence.
    pub fn sentence(&self) -> String {
        let first = self.about.split("\n\n").find(|it| !it.starts_with("`local"));
        let first = first.unwrap_or_default().replace('\n', " ");
        // A module says its name first.
        let bare = first.split_once("`: ").filter(|(name, _)| name.starts_with("`@"));
        let sentence = bare.map_or(first.as_str(), |(_, rest)| rest);
        let end = sentence.find(". ").map_or(sentence.len(), |at| at + 1);
        capital(&sentence[..end])
    }
}
