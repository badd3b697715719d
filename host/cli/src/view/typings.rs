//! Where an editor finds the library's types.

use moontide_author::typings::Written;
use moontide_control::words;
use schemars::JsonSchema;
use serde::Serialize;

use crate::output::style::{attention, good, plain, strong};
use crate::output::{Document, Page};

/// What was written, or is stale.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TypingsView {
    #[serde(flatten)]
    pub(crate) written: Written,
    /// Whether nothing was written.
    pub(crate) checked_only: bool,
}

impl Document for TypingsView {
    fn write(&self, page: &mut Page) {
        let Written { types, stale, luaurc, alias, is_new_alias } = &self.written;
        let (types, luaurc) = (types.display().to_string(), luaurc.display().to_string());
        let files = words::count(*stale, "file");
        let head = match (self.checked_only, *stale > 0 || *is_new_alias) {
            (_, false) => vec![good("up to date")],
            (true, true) if *stale > 0 => {
                vec![attention("stale"), plain(format!("  {files} differ"))]
            }
            (true, true) => vec![attention("stale"), plain("  the alias says something else")],
            (false, true) => vec![good("written"), plain(format!("  {files}"))],
        };
        page.line(head);
        page.table(&[
            vec![plain("types"), strong(types)],
            vec![plain(luaurc), plain(format!("\"moontide\": \"{alias}\""))],
        ]);
    }
}
