//! A session with an editor: each message in turn. What is checked is checked beside it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::thread;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument,
    DidSaveTextDocument, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{
    CodeActionRequest, Completion, GotoDefinition, HoverRequest, Request as _,
};
use lsp_types::{
    Position, TextDocumentIdentifier, TextDocumentItem, TextDocumentPositionParams, Uri,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::bundle::Sources;
use super::checks::{self, Job};
use super::documents::{Document, Documents};
use super::library::Library;
use super::newest::Newest;
use super::owner::Owner;
use super::{Ended, Surroundings, actions, capabilities, completion, definition, hover, text, uri};
use crate::types::answers::Spot;
use crate::types::{Analysis, STACK};

/// Serves until the session ends.
pub(super) fn run(connection: &Connection, surroundings: &Surroundings) -> Result<Ended, String> {
    let (id, said) = connection.initialize_start().map_err(|error| error.to_string())?;
    let answer = serde_json::to_value(capabilities::all()).unwrap_or_default();
    connection.initialize_finish(id, answer).map_err(|error| error.to_string())?;
    if let Some(watch) = capabilities::watch(&said) {
        let _ = connection.sender.send(watch.into());
    }
    let library = Library { data: surroundings.data.clone(), page: surroundings.page };
    let jobs = Newest::default();
    let sender = connection.sender.clone();
    let publish = move |params| {
        let method = PublishDiagnostics::METHOD.to_owned();
        let _ = sender.send(Notification::new(method, params).into());
    };
    let (library, jobs) = (&library, &jobs);
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("checks".to_owned()).stack_size(STACK);
        let checks = move || checks::run(jobs, publish, surroundings, library);
        thread.spawn_scoped(scope, checks).map_err(|error| error.to_string())?;
        let analysis = Analysis::new();
        let documents = Documents::default();
        Session { connection, library, jobs, analysis, documents }.serve()
    })
}

struct Session<'c> {
    connection: &'c Connection,
    library: &'c Library,
    jobs: &'c Newest,
    /// For what is asked. Checks have another one, so that an answer waits for none.
    analysis: Analysis,
    documents: Documents,
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        self.jobs.end();
    }
}

/// A place in a document, and what there is to know of it.
pub(super) struct Asked<'d> {
    /// The document.
    pub(super) document: &'d Document,
    /// All that belongs to its runbook.
    pub(super) sources: Sources,
    /// The module that the document is.
    pub(super) module: String,
    /// The place in it.
    pub(super) at: Position,
    /// The same as the type checker counts.
    pub(super) spot: Spot,
}

impl Session<'_> {
    fn serve(mut self) -> Result<Ended, String> {
        while let Ok(message) = self.connection.receiver.recv() {
            match message {
                Message::Request(request) => {
                    let is_over = self.connection.handle_shutdown(&request);
                    if is_over.map_err(|error| error.to_string())? {
                        return Ok(Ended::Properly);
                    }
                    let answer = self.answer(request);
                    let _ = self.connection.sender.send(answer.into());
                }
                Message::Notification(notification) if notification.method == "exit" => break,
                Message::Notification(notification) => self.hear(notification),
                Message::Response(_) => {}
            }
        }
        Ok(Ended::Abruptly)
    }

    fn answer(&mut self, request: Request) -> Response {
        let Request { id, method, params } = request;
        match method.as_str() {
            Completion::METHOD => respond(id, params, |asked: lsp_types::CompletionParams| {
                self.asked(&asked.text_document_position, |analysis, asked, _| {
                    Some(completion::answer(analysis, &asked))
                })
            }),
            HoverRequest::METHOD => respond(id, params, |asked: lsp_types::HoverParams| {
                self.asked(&asked.text_document_position_params, |analysis, asked, _| {
                    hover::answer(analysis, &asked)
                })
            }),
            GotoDefinition::METHOD => {
                respond(id, params, |asked: lsp_types::GotoDefinitionParams| {
                    self.asked(&asked.text_document_position_params, definition::answer)
                })
            }
            CodeActionRequest::METHOD => respond(id, params, actions::answer),
            _ => {
                let why = format!("`{method}` is not answered");
                Response::new_err(id, ErrorCode::MethodNotFound as i32, why)
            }
        }
    }

    /// Looks at a place of an open document; nothing, of one that is not open or belongs to nothing readable.
    fn asked<T>(
        &mut self,
        at: &TextDocumentPositionParams,
        look: impl FnOnce(&mut Analysis, Asked<'_>, &Library) -> Option<T>,
    ) -> Option<T> {
        let path = uri::path(&at.text_document.uri)?;
        let document = self.documents.get(&path)?;
        let texts = self.documents.texts();
        let sources = Sources::read(&Owner::of(&path, &texts), &texts).ok()?;
        let module = sources.module(&path)?;
        let spot = text::spot(&document.text, at.position);
        let at = at.position;
        let asked = Asked { document, sources, module, at, spot };
        look(&mut self.analysis, asked, self.library)
    }

    fn hear(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            DidOpenTextDocument::METHOD => {
                heard(params, |it: lsp_types::DidOpenTextDocumentParams| {
                    let TextDocumentItem { uri, version, text, .. } = it.text_document;
                    self.touch(&uri.clone(), |documents, path| {
                        documents.open(path, uri.clone(), version, text);
                    });
                    // The library is looked at before the first question, and not because of it.
                    let text_document = TextDocumentIdentifier { uri };
                    let head =
                        TextDocumentPositionParams { text_document, position: Position::default() };
                    self.asked(&head, |analysis, asked, _| hover::answer(analysis, &asked));
                });
            }
            DidChangeTextDocument::METHOD => {
                heard(params, |it: lsp_types::DidChangeTextDocumentParams| {
                    let version = it.text_document.version;
                    self.touch(&it.text_document.uri, |documents, path| {
                        documents.change(&path, version, it.content_changes);
                    });
                });
            }
            DidSaveTextDocument::METHOD => {
                heard(params, |it: lsp_types::DidSaveTextDocumentParams| {
                    self.touch(&it.text_document.uri, |_, _| {});
                });
            }
            DidCloseTextDocument::METHOD => {
                heard(params, |it: lsp_types::DidCloseTextDocumentParams| {
                    self.touch(&it.text_document.uri, |documents, path| documents.close(&path));
                });
            }
            // A file beside an open document may have changed.
            DidChangeWatchedFiles::METHOD => {
                let touched = self.documents.paths().cloned().collect();
                self.check(touched);
            }
            _ => {}
        }
    }

    /// Something was done with a document: it is checked. What is no file is passed over.
    fn touch(&mut self, uri: &Uri, act: impl FnOnce(&mut Documents, PathBuf)) {
        if let Some(path) = uri::path(uri) {
            act(&mut self.documents, path.clone());
            self.check(BTreeSet::from([path]));
        }
    }

    fn check(&self, touched: BTreeSet<PathBuf>) {
        self.jobs.put(Job { touched, documents: self.documents.clone() });
    }
}

/// The answer to a question that could be read.
fn respond<P: DeserializeOwned, T: Serialize>(
    id: RequestId,
    params: Value,
    answer: impl FnOnce(P) -> T,
) -> Response {
    match serde_json::from_value(params) {
        Ok(params) => Response::new_ok(id, answer(params)),
        Err(error) => Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string()),
    }
}

/// What cannot be read is passed over: there is no answer to it.
fn heard<P: DeserializeOwned>(params: Value, act: impl FnOnce(P)) {
    if let Ok(params) = serde_json::from_value(params) {
        act(params);
    }
}
