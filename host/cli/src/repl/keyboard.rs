//! The keyboard: a thread that reads lines, and shows what came of them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use moontide_control::clocks::SystemClock;
use moontide_control::session::{Input, Proposal, Typed};
use moontide_control::world_file;
use moontide_runtime::clock::Clock as _;
use moontide_runtime::scheduler::{Given, Prompt};
use rustyline::config::{BellStyle, CompletionType, Config};
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{Editor, Result};
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use super::command::{ALL, Command};
use super::line::Lines;
use super::told::complain;
use super::{consent, saved, shown};
use crate::commands::docs;
use crate::output::style::{attention, bad, faint, plain, strong};
use crate::output::wrap::width;
use crate::output::{Output, Page, Span};
use crate::{next, terminal};

/// What the keyboard is asked for.
pub(crate) enum Asked {
    /// The next line.
    Line(Typed),
    /// To show what came of one.
    Show(Value),
    /// Whether something may be changed.
    Consent(Proposal),
    /// What becomes of a prompt.
    Prompt(Box<Prompt>),
    /// To show a text.
    Note(String),
    /// Nothing any more.
    Close,
}

/// What the operator has typed.
pub(crate) enum Said {
    /// Something for the session.
    Input(Input),
    /// Whether something may be changed.
    Consent(bool),
    /// What becomes of a prompt; `None`: it waits in the store.
    Answer(Option<Box<Given>>),
    /// The journal is wanted.
    Journal,
}

/// Where a session is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// The Region.
    pub(crate) region: String,
    /// The account.
    pub(crate) account: Option<String>,
    /// Whose credentials these are.
    pub(crate) identity: String,
    /// Whether it is a pretend world in this process.
    pub(crate) is_pretend: bool,
    /// What scripts may use, for `:limits`.
    pub(crate) limits: Vec<(String, String)>,
}

/// The keyboard of one session.
pub(crate) struct Keyboard {
    pub(crate) output: Output,
    pub(crate) place: Place,
    /// In whose name prompts are answered.
    user: String,
    pub(crate) says: UnboundedSender<Said>,
    /// Where lines are remembered from session to session.
    pub(crate) history: Option<PathBuf>,
    /// The lines that worked before, of a session that goes on.
    pub(crate) worked: Vec<String>,
    /// Whether the session has ended meanwhile.
    pub(crate) is_over: Arc<AtomicBool>,
    /// The last line that was sent.
    last: Option<String>,
    sent: Duration,
    is_timed: bool,
    may_write: bool,
    /// The world that the operator wants next.
    next_world: Option<String>,
    clock: SystemClock,
}

impl Keyboard {
    pub(crate) fn new(
        output: Output,
        (place, user): (Place, String),
        says: UnboundedSender<Said>,
    ) -> Keyboard {
        Keyboard {
            output,
            place,
            user,
            says,
            history: None,
            worked: Vec::new(),
            is_over: Arc::default(),
            last: None,
            sent: Duration::ZERO,
            is_timed: false,
            may_write: false,
            next_world: None,
            clock: SystemClock::new(),
        }
    }

    /// Reads and shows until the session closes. Returns the world that the operator wants next.
    pub(crate) fn run(mut self, asks: &Receiver<Asked>) -> Option<String> {
        let Ok(mut editor) = editor() else {
            self.output.say([bad("the terminal cannot be read")]);
            return None;
        };
        if let Some(history) = &self.history {
            // There is none before the first session.
            let _ = editor.load_history(history);
        }
        if let Some(lines) = editor.helper_mut() {
            self.worked.iter().for_each(|line| lines.add(line));
        }
        while let Ok(asked) = asks.recv() {
            match asked {
                Asked::Line(typed) => self.line(&mut editor, typed),
                Asked::Show(value) => self.show(&mut editor, &value),
                Asked::Consent(proposal) => self.consent(&mut editor, &proposal),
                Asked::Prompt(prompt) => self.prompted(&mut editor, &prompt),
                Asked::Note(text) => self.note(&text),
                Asked::Close => break,
            }
        }
        self.next_world
    }

    fn say<'s>(&self, spans: impl IntoIterator<Item = Span<'s>>) {
        self.output.say(spans);
    }

    fn note(&self, text: &str) {
        // A closed stdout is seen by the next document.
        let _ = self.output.print(text);
    }

    fn tell(&self, said: Said) {
        // A session that is over hears nothing, and closes.
        let _ = self.says.send(said);
    }

    fn prompt(&self) -> String {
        let Place { region, is_pretend, .. } = &self.place;
        let pretend = if *is_pretend { " pretend" } else { "" };
        let write = if self.may_write { " drill!" } else { "" };
        format!("moontide {region}{pretend}{write}> ")
    }

    /// Reads until there is something for the session.
    fn line(&mut self, editor: &mut Editor<Lines, FileHistory>, typed: Typed) {
        if self.may_write && !typed.may_write {
            self.say([attention("lines are read-only again: `:write drill` changes that")]);
        }
        self.may_write = typed.may_write;
        loop {
            let read = editor.readline(&self.prompt());
            if self.is_over.load(Ordering::SeqCst) {
                return;
            }
            let said = match read {
                Ok(line) if line.trim().is_empty() => continue,
                Ok(line) => {
                    self.remember(editor, &line);
                    if line.starts_with(':') { self.command(editor, &line) } else { Some(line) }
                }
                Err(ReadlineError::Interrupted) => {
                    self.say([faint("Ctrl-D, or `:quit`, ends the session")]);
                    continue;
                }
                Err(ReadlineError::Eof) => {
                    self.tell(Said::Input(Input::End));
                    None
                }
                Err(error) => {
                    self.say([bad(format!("the terminal cannot be read: {error}"))]);
                    self.tell(Said::Input(Input::End));
                    None
                }
            };
            match said {
                Some(line) if line.is_empty() => {}
                Some(line) => return self.send(line),
                None => return,
            }
        }
    }

    /// Remembers a line for later sessions, at once: this one may be killed.
    fn remember(&self, editor: &mut Editor<Lines, FileHistory>, line: &str) {
        let is_new = editor.add_history_entry(line).unwrap_or_default();
        if let Some(history) = self.history.as_ref().filter(|_| is_new)
            && let Err(error) = editor.append_history(history)
        {
            self.say([attention(format!("the line is not remembered: {error}"))]);
        }
    }

    fn send(&mut self, line: String) {
        self.last = Some(line.clone());
        self.sent = self.clock.monotonic();
        self.tell(Said::Input(Input::Line(line)));
    }

    /// Does what begins with a colon. Returns a line for the session; an empty one: nothing is to be sent, and the
    /// next line is read; `None`: the session was told already.
    fn command(&mut self, editor: &mut Editor<Lines, FileHistory>, line: &str) -> Option<String> {
        let command = match Command::read(line) {
            Ok(command) => command,
            Err(why) => {
                self.say([bad("error: "), plain(why)]);
                return Some(String::new());
            }
        };
        match command {
            Command::Help => self.help(),
            Command::Doc(name) => match docs::text(self.output, &name) {
                Ok(text) => self.note(&text),
                Err(error) => self.output.complain(&error, &next::words),
            },
            Command::Type(expression) => self.describe(editor, &expression),
            Command::Line(line) => return Some(line.to_owned()),
            Command::Write { on, digits } => return self.write(editor, on, digits),
            Command::More => {
                self.tell(Said::Input(Input::More));
                return None;
            }
            Command::Journal => {
                self.tell(Said::Journal);
                return None;
            }
            Command::Time => {
                self.is_timed = !self.is_timed;
                let word = if self.is_timed { "shown" } else { "shown no longer" };
                self.say([faint(format!("the time of each line is {word}"))]);
            }
            Command::Save(file) => self.save(editor, &file),
            Command::Load(file) => match std::fs::read_to_string(&file) {
                Ok(text) => return Some(text),
                Err(error) => self.say([bad("error: "), plain(format!("{file}: {error}"))]),
            },
            Command::World(world)
                if world != "aws"
                    && let Err(error) = world_file::read(std::path::Path::new(&world)) =>
            {
                self.output.complain(&error, &next::words);
            }
            Command::World(world) => {
                self.next_world = Some(world);
                self.tell(Said::Input(Input::End));
                return None;
            }
            Command::Limits => {
                let mut page = Page::default();
                let row = |(name, value): &(String, String)| {
                    vec![plain(name.clone()), plain(value.clone())]
                };
                page.table(&self.place.limits.iter().map(row).collect::<Vec<_>>());
                self.note(&page.into_text());
            }
            Command::Quit => {
                self.tell(Said::Input(Input::End));
                return None;
            }
        }
        Some(String::new())
    }

    /// Says what type an expression has; nothing of it runs.
    fn describe(&self, editor: &Editor<Lines, FileHistory>, expression: &str) {
        let found = editor.helper().and_then(|lines| lines.typed.borrow_mut().describe(expression));
        match found.and_then(|found| found.ty) {
            Some(ty) => self.note(&format!("{ty}\n")),
            None => self.say([plain("its type cannot be told")]),
        }
    }

    fn help(&self) {
        let mut page = Page::default();
        page.line([plain(
            "A line of Luau is run, and what it returns is shown; `_` is the last value.",
        )]);
        page.line([plain("There are moontide, drs, ec2, ssm, sts, route53 and state. Nothing is changed before `:write drill`.")]);
        page.gap();
        let row = |(name, takes, what): &(&'static str, &'static str, &'static str)| {
            vec![strong(format!("{name} {takes}")), plain(*what)]
        };
        page.table(&ALL.iter().map(row).collect::<Vec<_>>());
        self.note(&page.into_text());
    }

    /// Lets lines change something, once the operator has typed the end of the account's number.
    fn write(
        &mut self,
        editor: &mut Editor<Lines, FileHistory>,
        on: bool,
        digits: Option<String>,
    ) -> Option<String> {
        if on {
            let account = self.place.account.clone().unwrap_or_default();
            let region = &self.place.region;
            self.say([attention(
                "from here on lines may launch drills, and change what drills of this session have made",
            )]);
            let place = [plain("account "), strong(account.clone()), plain(", Region ")];
            let by = plain(format!(", as {}", self.place.identity));
            self.say(place.into_iter().chain([strong(region.clone()), by]));
            let last =
                account.get(account.len().saturating_sub(4)..).unwrap_or_default().to_owned();
            let typed =
                digits.or_else(|| Self::question(editor, "the last four digits of the account: "));
            if last.is_empty() || typed.as_deref().map(str::trim) != Some(last.as_str()) {
                self.say([plain(
                    "these are not its last four digits: the session stays read-only",
                )]);
                return Some(String::new());
            }
        }
        self.tell(Said::Input(Input::Write(on)));
        None
    }

    fn question(editor: &mut Editor<Lines, FileHistory>, text: &str) -> Option<String> {
        if let Some(lines) = editor.helper_mut() {
            lines.is_line = false;
        }
        let answer = editor.readline(text).ok();
        if let Some(lines) = editor.helper_mut() {
            lines.is_line = true;
        }
        answer
    }

    fn consent(&mut self, editor: &mut Editor<Lines, FileHistory>, proposal: &Proposal) {
        self.output.say_page(consent::page(proposal));
        let answer = Self::question(editor, "send it? [y/N] ").unwrap_or_default();
        let consents = matches!(answer.trim(), "y" | "Y" | "yes");
        self.tell(Said::Consent(consents));
    }

    fn prompted(&mut self, editor: &mut Editor<Lines, FileHistory>, prompt: &Prompt) {
        self.output.say_page(terminal::question(prompt));
        let answer = loop {
            let Some(line) = Self::question(editor, "? ") else { break None };
            match terminal::given(prompt, &line, &self.user) {
                Ok(given) => break Some(Box::new(given)),
                Err(why) => self.say([plain(format!("  {why}"))]),
            }
        };
        self.tell(Said::Answer(answer));
    }

    /// Shows what came of the last line.
    fn show(&mut self, editor: &mut Editor<Lines, FileHistory>, value: &Value) {
        let mut page = Page::default();
        let line = self.last.take();
        let error = &value["error"];
        if error.is_object() {
            complain(&mut page, error);
            self.output.say_page(page);
        } else {
            if let (Some(line), Some(lines)) = (line, editor.helper_mut()) {
                lines.add(&line);
            }
            for value in value["values"].as_array().into_iter().flatten() {
                shown::write(&mut page, value, width());
            }
            self.note(&page.into_text());
        }
        if self.is_timed {
            let took = self.clock.monotonic().saturating_sub(self.sent);
            self.say([faint(format!("{} ms", took.as_millis()))]);
        }
    }

    fn save(&self, editor: &Editor<Lines, FileHistory>, file: &str) {
        let worked = editor.helper().map(|lines| lines.worked.clone()).unwrap_or_default();
        if worked.is_empty() {
            return self.say([plain("no line has worked yet: there is nothing to save")]);
        }
        match saved::write(file, &self.place.region, &worked) {
            Ok(file) => self.say([plain(format!(
                "{} lines are the runbook {file}: `moontide check {file}` looks at it",
                worked.len()
            ))]),
            Err(why) => self.say([bad("error: "), plain(why)]),
        }
    }
}

fn editor() -> Result<Editor<Lines, FileHistory>> {
    let config = Config::builder()
        .history_ignore_space(true)
        .history_ignore_dups(true)?
        .max_history_size(2_000)?
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .bell_style(BellStyle::None)
        .build();
    let mut editor = Editor::with_config(config)?;
    editor.set_helper(Some(Lines::new()));
    Ok(editor)
}
