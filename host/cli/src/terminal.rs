//! A person at the terminal, asked there and then.
//!
//! Prompts are asked one after another. One that another person answers meanwhile, or a time-out, is
//! withdrawn. After Ctrl-D no person is here any more, and the execution waits in the store.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_control::answers::people::{approvals_so_far, bar};
use moontide_control::answers::{choice, choices};
use moontide_runtime::observe::{Notice, Observer};
use moontide_runtime::scheduler::{Answers, Choice, Given, Graph, Prompt};
use serde_json::Value;
use tokio::sync::{Mutex, Notify, mpsc};

use crate::output::style::{attention, faint, plain, said, strong};
use crate::output::{Output, Page, Span};
use crate::view::evidence;

/// The terminal of this process.
pub(crate) struct Terminal {
    output: Output,
    user: String,
    /// The people who may answer.
    people: Rc<Graph>,
    /// Lines of the keyboard; locked by the prompt that is being asked.
    lines: Mutex<Option<mpsc::UnboundedReceiver<String>>>,
    /// Prompts that are open no more.
    closed: RefCell<BTreeSet<String>>,
    news: Notify,
}

impl Terminal {
    /// A terminal at which `user` sits.
    pub(crate) fn new(output: Output, user: &str, people: Rc<Graph>) -> Terminal {
        Terminal {
            output,
            user: user.to_owned(),
            people,
            lines: Mutex::new(None),
            closed: RefCell::default(),
            news: Notify::new(),
        }
    }

    fn ask(&self, prompt: &Prompt) {
        self.output.say_page(question(prompt));
    }

    async fn withdrawn(&self, prompt: &str) {
        loop {
            let news = self.news.notified();
            if self.closed.borrow().contains(prompt) {
                return;
            }
            news.await;
        }
    }

    /// Reads lines until one of them is an answer.
    async fn read(
        &self,
        prompt: &Prompt,
        lines: &mut mpsc::UnboundedReceiver<String>,
    ) -> Option<Given> {
        loop {
            let line = lines.recv().await?;
            match given(prompt, &line, &self.user) {
                Ok(given) => return Some(given),
                Err(why) => self.output.say([plain(format!("  {why}"))]),
            }
        }
    }
}

#[async_trait(?Send)]
impl Answers for Terminal {
    async fn answer(&self, prompt: &Prompt) -> Option<Given> {
        let mut keyboard = self.lines.lock().await;
        if self.closed.borrow().contains(&prompt.id) {
            return None;
        }
        if let Some(why) = bar(&self.people, prompt, &self.user) {
            self.output.say(barred(prompt, &why));
            return None;
        }
        let lines = keyboard.get_or_insert_with(read_keyboard);
        // What was typed for a prompt that is withdrawn by now answers no other one.
        while lines.try_recv().is_ok() {}
        self.ask(prompt);
        tokio::select! {
            given = self.read(prompt, lines) => given,
            () = self.withdrawn(&prompt.id) => None,
        }
    }
}

impl Observer for Terminal {
    fn notice(&self, _at: Timestamp, notice: &Notice) {
        match notice {
            Notice::Closed { prompt } => {
                self.closed.borrow_mut().insert(prompt.clone());
                self.news.notify_waiters();
            }
            // The same prompt may be opened again.
            Notice::Asked { prompt } => drop(self.closed.borrow_mut().remove(&prompt.id)),
            _ => {}
        }
    }
}

/// A question, and what it takes.
pub(crate) fn question(prompt: &Prompt) -> Page {
    let mut page = Page::default();
    let [mark, message] = said(&prompt.message);
    page.line([attention("? "), strong(prompt.id.as_str()), mark, message]);
    page.indented(|page| {
        if !prompt.given.is_empty() {
            page.line([faint(approvals_so_far(prompt))]);
        }
        if let Some(found) = &prompt.evidence {
            evidence::write(page, found);
        }
        page.line([faint(format!("{}; and a comment if you like", choices(prompt)))]);
        if !prompt.approvers.is_empty() {
            page.line([faint(format!("asked of {}", prompt.approvers.join(", ")))]);
        }
        if let Some(returns) = &prompt.returns {
            page.line([faint(format!("`happened` takes what it returned: happened {returns}"))]);
        }
    });
    page
}

/// Reads an answer: what was typed behind it is a comment, or what an effect returned.
pub(crate) fn given(prompt: &Prompt, line: &str, user: &str) -> Result<Given, String> {
    let (word, rest) = line.trim().split_once([' ', ',']).unwrap_or((line.trim(), ""));
    let choice: Option<&Choice> = choice(prompt, word);
    let choice = choice.ok_or_else(|| format!("it takes {}", choices(prompt)))?;
    let given = Given { choice: choice.to_string(), by: user.to_owned(), ..Given::default() };
    if !prompt.takes_value(choice.as_str()) {
        return Ok(Given { comment: rest.trim().to_owned(), ..given });
    }
    match serde_json::from_str(rest.trim()) {
        Ok(value) if value != Value::Null => Ok(Given { value, ..given }),
        _ => Err("`happened` takes what it returned, as JSON".to_owned()),
    }
}

/// What is asked of others, and why not of this user.
fn barred<'p>(prompt: &'p Prompt, why: &str) -> [Span<'p>; 5] {
    let [mark, message] = said(&prompt.message);
    let why = plain(format!(": {why}"));
    [attention("? "), strong(prompt.id.as_str()), why, mark, message]
}

/// Reads the keyboard on a thread of its own: a read cannot be interrupted, and must not hold up waves.
fn read_keyboard() -> mpsc::UnboundedReceiver<String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

#[cfg(test)]
mod tests {
    use moontide_runtime::scheduler::PromptKind;

    use super::*;
    use crate::output::Format;
    use moontide_kit::staged::prompt;

    #[tokio::test]
    async fn who_is_no_approver_is_not_asked() {
        let people = Rc::new(Graph::of_nodes(Vec::new(), 1));
        let terminal = Terminal::new(Output { format: Format::Text }, "root", people);
        let mut asked = prompt("web", PromptKind::Pause, &["continue", "abort"]);
        asked.approvers = vec!["dba".into()];
        assert_eq!(terminal.answer(&asked).await, None);
        assert!(terminal.lines.lock().await.is_none(), "the terminal did not look at the keyboard");
    }

    #[test]
    fn what_is_asked_of_others_stands_behind_the_mark() {
        let mut asked = prompt("web", PromptKind::Pause, &["continue", "abort"]);
        asked.message = "web: continue by ann (sent by root)".into();
        let line: String = barred(&asked, "it is asked of dba").iter().map(Span::text).collect();
        assert_eq!(line, "? web: it is asked of dba | web: continue by ann (sent by root)");
    }
}
