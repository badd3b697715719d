//! What the server can do, as it says at the beginning.

use lsp_server::{Request, RequestId};
use lsp_types::notification::{DidChangeWatchedFiles, Notification as _};
use lsp_types::request::{RegisterCapability, Request as _};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CompletionOptions,
    HoverProviderCapability, InitializeResult, OneOf, SaveOptions, ServerCapabilities, ServerInfo,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions,
};
use serde_json::{Value, json};

/// Letters behind which something can be completed: a field, the name of a module, one of some texts.
const BEHIND: [&str; 5] = [".", "/", "@", "\"", "'"];

/// What the editor is asked to tell, if it can: which files have changed that are not open in it.
pub(super) fn watch(said: &Value) -> Option<Request> {
    let can = said.pointer("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration");
    (can == Some(&Value::Bool(true))).then(|| {
        let files = ["**/*.luau", "**/moontide.toml"].map(|glob| json!({ "globPattern": glob }));
        let options = json!({ "watchers": files });
        let method = DidChangeWatchedFiles::METHOD;
        let registration = json!({ "id": "files", "method": method, "registerOptions": options });
        let id = RequestId::from("watch".to_owned());
        let params = json!({ "registrations": [registration] });
        Request::new(id, RegisterCapability::METHOD.to_owned(), params)
    })
}

/// The answer to `initialize`.
pub(super) fn all() -> InitializeResult {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions {
            include_text: Some(false),
        })),
        ..TextDocumentSyncOptions::default()
    };
    let actions = CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
        ..CodeActionOptions::default()
    };
    let capabilities = ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(BEHIND.map(str::to_owned).into()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
        ..ServerCapabilities::default()
    };
    let server = ServerInfo {
        name: "moontide".to_owned(),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
    };
    InitializeResult { capabilities, server_info: Some(server) }
}
