//! What an editor asks about a place in a file, and what it is told. Plain data, with or without a type checker.

/// A place in a source: the line and the byte in it, both from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The line.
    pub line: u32,
    /// The byte in the line.
    pub byte: u32,
}

/// A stretch of a module's source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The module, by the name that `require` knows it by.
    pub module: String,
    /// Where it begins.
    pub begin: Spot,
    /// Where it ends.
    pub end: Spot,
}

/// What kind of thing could be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfferKind {
    /// A field, of a table or of what is asked for.
    Field,
    /// A function in a table.
    Function,
    /// One of the texts that are allowed.
    Text,
    /// A type.
    Type,
    /// A module.
    Module,
    /// A local or a global.
    Variable,
    /// A word of Luau's.
    Keyword,
}

/// Something that could be written at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What is written.
    pub label: String,
    /// What kind of thing it is.
    pub kind: OfferKind,
    /// Its type, if that is known.
    pub detail: Option<String>,
    /// What the comment above it says, as Markdown.
    pub documentation: Option<String>,
}

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// Its type, in Luau.
    pub ty: Option<String>,
    /// What the comment above it says, as Markdown.
    pub documentation: Option<String>,
    /// Where it is defined, if that is in a file.
    pub origin: Option<Origin>,
}
