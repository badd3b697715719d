//! What the editor holds: texts that count, and not the files under them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::{TextDocumentContentChangeEvent, Uri};
use moontide_control::runbook::Unsaved;
use moontide_runtime::journal::Source;

use super::text;

/// An open document.
#[derive(Clone, Debug)]
pub(super) struct Document {
    /// What the editor calls it.
    pub(super) uri: Uri,
    /// How often it was edited, as the editor counts.
    pub(super) version: i32,
    /// What is typed.
    pub(super) text: Source,
}

/// All of them, by the paths of their files.
#[derive(Clone, Debug, Default)]
pub(super) struct Documents(BTreeMap<PathBuf, Document>);

impl Documents {
    /// One is opened, or opened again.
    pub(super) fn open(&mut self, path: PathBuf, uri: Uri, version: i32, text: String) {
        self.0.insert(path, Document { uri, version, text: text.into() });
    }

    /// One is edited.
    pub(super) fn change(
        &mut self,
        path: &Path,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) {
        if let Some(document) = self.0.get_mut(path) {
            let mut typed = document.text.to_string();
            text::change(&mut typed, changes);
            (document.version, document.text) = (version, typed.into());
        }
    }

    /// One is closed: its file counts again.
    pub(super) fn close(&mut self, path: &Path) {
        self.0.remove(path);
    }

    /// One of them.
    pub(super) fn get(&self, path: &Path) -> Option<&Document> {
        self.0.get(path)
    }

    /// The paths of all.
    pub(super) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.0.keys()
    }

    /// The texts alone.
    pub(super) fn texts(&self) -> Unsaved {
        self.0.iter().map(|(path, document)| (path.clone(), document.text.clone())).collect()
    }
}
