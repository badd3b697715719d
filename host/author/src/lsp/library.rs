//! What the binary holds and an editor can only open as a file: the library's modules, and the pages of errors. They
//! are written where `moontide types` writes the modules.

use std::path::{Path, PathBuf};

use crate::typings;

/// Where they lie.
#[derive(Clone, Debug)]
pub(super) struct Library {
    /// The folder of what can be made again; without one, nothing can be opened.
    pub(super) data: Option<PathBuf>,
    /// The page of an error's code.
    pub(super) page: fn(&str) -> Option<String>,
}

impl Library {
    /// Whether a file is one of those that are written for editors.
    pub(super) fn holds(&self, path: &Path) -> bool {
        let written = self.data.as_ref().map(|data| typings::folder(data));
        let beside = path.ancestors().any(|folder| folder.ends_with(typings::write::HERE));
        beside || written.is_some_and(|folder| path.starts_with(folder))
    }

    /// The file of one of the library's modules.
    pub(super) fn module(&self, name: &str) -> Option<PathBuf> {
        let types = typings::folder(self.data.as_ref()?);
        typings::write_modules(&types).ok()?;
        let path = types.join(typings::layout::path(name));
        path.is_file().then_some(path)
    }

    /// The file of an error's page.
    pub(super) fn page(&self, code: &str) -> Option<PathBuf> {
        let text = (self.page)(code)?;
        let path = typings::folder(self.data.as_ref()?).join("errors").join(format!("{code}.md"));
        typings::write_if_stale(&path, &text).ok()?;
        Some(path)
    }
}
