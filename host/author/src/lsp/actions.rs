//! What can be done about what is shown: what was probably meant is put in its place.

use std::collections::HashMap;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, TextEdit, WorkspaceEdit,
};

use super::diagnostics::Mend;

/// One action for each diagnostic that has a suggestion.
#[expect(clippy::mutable_key_type, reason = "it is the protocol's own type, and is not changed")]
pub(super) fn answer(asked: CodeActionParams) -> Vec<CodeActionOrCommand> {
    let uri = asked.text_document.uri;
    let actions = asked.context.diagnostics.into_iter().filter_map(|diagnostic| {
        let mend: Mend = serde_json::from_value(diagnostic.data.clone()?).ok()?;
        let title = format!("Write `{}`", mend.suggestion);
        let edit = TextEdit { range: diagnostic.range, new_text: mend.suggestion };
        let changes = HashMap::from([(uri.clone(), vec![edit])]);
        let edit = WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
        Some(CodeActionOrCommand::CodeAction(CodeAction {
            title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![diagnostic]),
            edit: Some(edit),
            is_preferred: Some(true),
            ..CodeAction::default()
        }))
    });
    actions.collect()
}
