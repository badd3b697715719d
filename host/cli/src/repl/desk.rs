//! The desk at a terminal: between the session, which has the thread of the command, and the keyboard, which has one of
//! its own.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use async_trait::async_trait;
use moontide_control::session::{Desk, Input, Proposal, Typed};
use moontide_runtime::scheduler::{Answers, Given, Prompt};
use moontide_runtime::store::Store;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Mutex, Notify};

use super::keyboard::{Asked, Said};
use crate::output::Page;
use crate::output::style::{attention, plain};

/// The desk.
pub(crate) struct TerminalDesk {
    /// What the keyboard is asked for.
    pub(crate) asks: mpsc::Sender<Asked>,
    /// What was typed.
    pub(crate) said: Arc<Mutex<UnboundedReceiver<Said>>>,
    /// Held by what is asked now: branches of a line ask one after another, and each hears its own answer.
    pub(crate) turn: Mutex<()>,
    /// Where the session is journaled, and under which id.
    pub(crate) store: Arc<dyn Store>,
    pub(crate) session: RefCell<String>,
    /// Whether other commands find the session there.
    pub(crate) is_kept: bool,
    /// Ctrl-C, as the session is at work.
    pub(crate) interrupts: Arc<Interrupts>,
}

/// Ctrl-C at a session that is at work: the first one ends a wait, or says that what was sent is waited for; another
/// one at the same line leaves the session, and what was sent is looked up by the next.
#[derive(Default)]
pub(crate) struct Interrupts {
    pressed: Notify,
    /// Whether it was pressed at this line.
    is_second: AtomicBool,
}

impl Interrupts {
    /// Those of a session at which no person sits: the first one leaves it.
    pub(crate) fn at_once() -> Interrupts {
        Interrupts { is_second: AtomicBool::new(true), ..Interrupts::default() }
    }

    /// Another line begins.
    fn begin(&self) {
        self.is_second.store(false, Ordering::SeqCst);
    }

    /// Ctrl-C was pressed. Returns whether the session itself is to end.
    pub(crate) fn press(&self) -> bool {
        self.pressed.notify_waiters();
        self.is_second.swap(true, Ordering::SeqCst)
    }
}

impl TerminalDesk {
    fn ask(&self, asked: Asked) {
        // A keyboard that is gone types nothing any more: the session ends at its next line.
        let _ = self.asks.send(asked);
    }

    /// Waits for the keyboard on a thread that may block: while it does, virtual time stands still.
    async fn heard(&self) -> Option<Said> {
        let said = Arc::clone(&self.said);
        tokio::task::spawn_blocking(move || said.blocking_lock().blocking_recv()).await.ok()?
    }

    /// What the session has journaled.
    async fn journal(&self) -> Page {
        let (mut page, id) = (Page::default(), self.session.borrow().clone());
        match self.store.journal(&id, 1).await {
            Ok(entries) => super::told::journal(&mut page, &entries),
            Err(error) => {
                page.line([attention("the journal cannot be read: "), plain(error.to_string())]);
            }
        }
        if self.is_kept {
            page.line([plain(format!("all of it: `moontide journal {id}`"))]);
        }
        page
    }
}

#[async_trait(?Send)]
impl Desk for TerminalDesk {
    async fn next(&self, typed: Typed) -> Input {
        let _turn = self.turn.lock().await;
        self.interrupts.begin();
        self.ask(Asked::Line(typed));
        loop {
            match self.heard().await {
                Some(Said::Input(input)) => return input,
                Some(Said::Journal) => {
                    let page = self.journal().await;
                    self.ask(Asked::Note(page.into_text()));
                    self.ask(Asked::Line(typed));
                }
                Some(Said::Answer(_) | Said::Consent(_)) => {}
                None => return Input::End,
            }
        }
    }

    fn show(&self, shown: &Value) {
        self.ask(Asked::Show(shown.clone()));
    }

    async fn consents(&self, proposal: &Proposal) -> bool {
        let _turn = self.turn.lock().await;
        self.ask(Asked::Consent(proposal.clone()));
        loop {
            match self.heard().await {
                Some(Said::Consent(consent)) => return consent,
                Some(_) => {}
                None => return false,
            }
        }
    }

    async fn interrupted(&self) {
        self.interrupts.pressed.notified().await;
    }

    fn is_sent(&self, operation: &str) {
        let mut page = Page::default();
        let text = format!(
            "`{operation}` was sent; waiting for its outcome (Ctrl-C again leaves it to be looked up)"
        );
        page.line([attention(text)]);
        self.ask(Asked::Note(page.into_text()));
    }
}

/// What a session asks besides, such as what became of a call, is asked at the same keyboard.
#[async_trait(?Send)]
impl Answers for TerminalDesk {
    async fn answer(&self, prompt: &Prompt) -> Option<Given> {
        let _turn = self.turn.lock().await;
        self.ask(Asked::Prompt(Box::new(prompt.clone())));
        loop {
            match self.heard().await {
                Some(Said::Answer(given)) => return given.map(|given| *given),
                Some(_) => {}
                None => return None,
            }
        }
    }
}
