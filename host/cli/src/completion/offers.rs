//! What could come next: executions, waves, prompts and answers as the store has them; guides and codes.

use std::sync::Arc;

use clap_complete::engine::CompletionCandidate;
use moontide_author::docs;
use moontide_control::environment::Environment;
use moontide_control::error::Result;
use moontide_control::settings::Settings;
use moontide_control::stores::Address;
use moontide_control::view::Record;
use moontide_control::view::prompts::PromptView;
use moontide_control::words::word;
use moontide_runtime::store::{Store, Wanted};

use super::typed::Typed;
use crate::pages::{errors, guides};

/// More executions than a person chooses from.
const MOST: usize = 100;

/// The executions, newest first.
pub(super) fn executions(begun: &str) -> Vec<CompletionCandidate> {
    let rows = store(&Typed::read()).map(|store| list(store.as_ref())).unwrap_or_default();
    let fitting = rows.iter().enumerate().filter(|(_, row)| row.0.starts_with(begun));
    fitting
        .filter_map(|(place, (id, help))| offer(id, help).map(|it| it.display_order(Some(place))))
        .collect()
}

/// The waves and hooks of the execution that is typed.
pub(super) fn waves(begun: &str) -> Vec<CompletionCandidate> {
    let Some(record) = record() else { return Vec::new() };
    let nodes = record.nodes().map(|(_, node, wave)| (node.name.clone(), word(&wave.status)));
    fitting(begun, nodes)
}

/// The open prompts of the execution that is typed; behind one of them, or where there is one only, its choices.
pub(super) fn answers(begun: &str) -> Vec<CompletionCandidate> {
    let Some(record) = record() else { return Vec::new() };
    let prompts = PromptView::all(&record);
    let typed = Typed::read();
    let is_typed = |view: &&PromptView| typed.has(&view.prompt.id) && view.prompt.id != begun;
    if let Some(view) = prompts.iter().find(is_typed) {
        return fitting(begun, choices(view));
    }
    let only = prompts.first().filter(|_| prompts.len() == 1);
    let ids = prompts.iter().map(|view| (view.prompt.id.clone(), view.prompt.message.clone()));
    fitting(begun, ids.chain(only.into_iter().flat_map(choices)))
}

/// The same for `--answer`, which takes `PROMPT=CHOICE`, or a choice alone.
pub(super) fn answers_to_prompts(begun: &str) -> Vec<CompletionCandidate> {
    let Some(record) = record() else { return Vec::new() };
    let prompts = PromptView::all(&record);
    let of = |view: &PromptView| {
        let id = view.prompt.id.clone();
        choices(view).map(move |(choice, help)| (format!("{id}={choice}"), help)).collect()
    };
    let whole = prompts.iter().flat_map(|view| -> Vec<(String, String)> { of(view) });
    let only = prompts.first().filter(|_| prompts.len() == 1);
    fitting(begun, whole.chain(only.into_iter().flat_map(choices)))
}

/// The topics of the guides.
pub(super) fn topics(begun: &str) -> Vec<CompletionCandidate> {
    fitting(begun, guides::ALL.iter().map(|it| (it.topic.to_owned(), it.about().to_owned())))
}

/// The chapters of the reference, and what is in them.
pub(super) fn entries(begun: &str) -> Vec<CompletionCandidate> {
    let all = docs::all();
    let chapters = all.iter().map(|it| (it.name.clone(), it.sentence()));
    let entries = docs::find::every(&all);
    let entries = entries.into_iter().map(|it| (it.name.clone(), it.signature.clone()));
    // Before a dot is typed, the chapters are enough.
    let is_chapter = !begun.contains('.');
    fitting(begun, chapters.chain(entries.filter(|_| !is_chapter)))
}

/// The codes of errors.
pub(super) fn codes(begun: &str) -> Vec<CompletionCandidate> {
    let entries = errors::all().flat_map(|entry| {
        let meaning = entry.meaning;
        entry.codes.into_iter().map(move |code| (code.to_owned(), meaning.to_owned()))
    });
    fitting(begun, entries)
}

fn choices(view: &PromptView) -> impl Iterator<Item = (String, String)> {
    let message = &view.prompt.message;
    view.prompt.choices.iter().map(move |choice| (choice.as_str().to_owned(), message.clone()))
}

/// Those that begin so, in their order.
fn fitting(begun: &str, all: impl Iterator<Item = (String, String)>) -> Vec<CompletionCandidate> {
    let fitting = all.filter(|(word, _)| word.starts_with(begun)).enumerate();
    fitting
        .filter_map(|(place, (word, help))| {
            offer(&word, &help).map(|it| it.display_order(Some(place)))
        })
        .collect()
}

/// A word that can be put into a line as it is: no shell takes a part of it for more than itself.
fn offer(word: &str, help: &str) -> Option<CompletionCandidate> {
    let is_plain = |it: char| it.is_alphanumeric() || "-_.@#/:+=".contains(it);
    let help: String = help.chars().filter(|it| !it.is_control()).take(80).collect();
    word.chars().all(is_plain).then(|| CompletionCandidate::new(word).help(Some(help.into())))
}

/// The execution that is typed.
fn record() -> Option<Record> {
    let typed = Typed::read();
    let store = store(&typed)?;
    let (id, _) = list(store.as_ref()).into_iter().find(|(id, _)| typed.has(id))?;
    wait(Record::load(store.as_ref(), &id))
}

/// The store that the line leads to, if it is a file that is there.
fn store(typed: &Typed) -> Option<Arc<dyn Store>> {
    let environment = Environment::read();
    let settings = Settings::read(&environment, None).ok()?;
    Address::choose(typed.store(), &environment, &settings).ok()?.look()
}

/// The newest executions, and a few words about each.
fn list(store: &dyn Store) -> Vec<(String, String)> {
    let wanted = Wanted { limit: Some(MOST), ..Wanted::default() };
    let found = wait(async { Ok(store.find(&wanted).await?) });
    let rows = found.map(|part| part.rows).unwrap_or_default();
    let line = |row: moontide_runtime::store::Row| {
        let status = row.told.map(|told| word(&told.standing.status)).unwrap_or_default();
        (row.id, format!("{} {status}", row.runbook))
    };
    rows.into_iter().map(line).collect()
}

fn wait<T>(future: impl Future<Output = Result<T>>) -> Option<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(future).ok()
}
