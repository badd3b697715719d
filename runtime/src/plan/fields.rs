//! A table with fields of fixed names: finds the unknown ones.

use super::Node;
use super::declared::{Declared, listed};
use super::path::quoted;
use super::suggest::nearest;

/// A table whose unknown fields were complained about already.
pub(super) struct Fields<'a> {
    table: Declared<'a>,
    record: &'a [(String, Node)],
    /// The known names that unknown fields look like: an author who misspells `name` has not forgotten it.
    misspelled: Vec<&'static str>,
    known: &'static [&'static str],
}

impl<'a> Declared<'a> {
    /// The fields of a table that is `what` (`a wave`) and has no others than `known`.
    pub(super) fn fields(&self, what: &str, known: &'static [&'static str]) -> Option<Fields<'a>> {
        let record = self.record()?;
        let mut misspelled = Vec::new();
        for (name, _) in record.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            let look = !self.complaints.is_full();
            let suggestion = nearest(name, known.iter().copied().filter(|_| look));
            misspelled.extend(suggestion);
            let mut message = format!("unknown field {}", quoted(name));
            if suggestion.is_none() {
                let names: Vec<_> = known.iter().map(|name| quoted(name)).collect();
                message = format!("{message}; {what} has {}", listed(&names, "and"));
            }
            let suggestion = suggestion.map(str::to_owned);
            self.complaints.add_with(&self.path.field(name), message, suggestion);
        }
        Some(Fields { table: self.clone(), record, misspelled, known })
    }
}

impl<'a> Fields<'a> {
    /// The table.
    pub(super) fn table(&self) -> &Declared<'a> {
        &self.table
    }

    /// The field `name`, if it is there.
    pub(super) fn get(&self, name: &'static str) -> Option<Declared<'a>> {
        debug_assert!(self.known.contains(&name), "`{name}` is read, so it must be known");
        let (_, node) = self.record.iter().find(|(field, _)| field == name)?;
        let path = self.table.path.field(name);
        let field = Declared { path, node, complaints: self.table.complaints };
        (*node != Node::Nil).then_some(field)
    }

    /// The field `name`; complains that `what` needs it if it is not there.
    pub(super) fn required(&self, what: &str, name: &'static str) -> Option<Declared<'a>> {
        let field = self.get(name);
        if field.is_none() && !self.misspelled.contains(&name) {
            self.table.complain(format!("{what} needs {}", quoted(name)));
        }
        field
    }

    /// Whether the author gave the field, or meant to.
    pub(super) fn has(&self, name: &'static str) -> bool {
        self.misspelled.contains(&name) || self.get(name).is_some()
    }
}
