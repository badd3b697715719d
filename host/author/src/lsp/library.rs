//! What the binary holds and an editor can only open as a file: the library's modules, and the pages of errors. They
//! are written where `moontide types` writes the modules.

use std::path::PathBuf;

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
