//! On a terminal: the lines, and below them a line for each wave that is busy.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use moontide_runtime::observe::{Notice, Observer};
use moontide_runtime::scheduler::{Prompt, WaveStatus};

use super::Lines;
use crate::output::clean;

/// How often the clocks on the screen move.
const TICK: Duration = Duration::from_millis(200);

/// The screen of a run.
pub(crate) struct Live {
    lines: Lines,
    screen: MultiProgress,
    busy: RefCell<BTreeMap<String, Busy>>,
    /// Open prompts and their waves: while a person types, nothing else may draw.
    asked: RefCell<BTreeMap<String, String>>,
}

/// A wave that is busy.
struct Busy {
    bar: ProgressBar,
    /// The verdict on each of its servers.
    servers: BTreeMap<String, String>,
    phase: String,
}

impl Live {
    /// A screen below the lines that `lines` prints.
    pub(crate) fn new(lines: Lines) -> Live {
        Live {
            lines,
            screen: MultiProgress::new(),
            busy: RefCell::default(),
            asked: RefCell::default(),
        }
    }

    fn wave(&self, wave: &str, status: WaveStatus) {
        if status.is_terminal() {
            self.asked.borrow_mut().retain(|_, of| of != wave);
            self.draw_unless_asking();
        }
        let mut busy = self.busy.borrow_mut();
        if status != WaveStatus::Running {
            if let Some(done) = busy.remove(wave) {
                done.bar.finish_and_clear();
            }
            return;
        }
        busy.entry(wave.to_owned()).or_insert_with(|| {
            let bar = self.screen.add(ProgressBar::new_spinner());
            let style =
                ProgressStyle::with_template("{spinner} {prefix:.bold}  {elapsed}  {wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.set_prefix(clean::line(wave));
            bar.enable_steady_tick(TICK);
            Busy { bar, servers: BTreeMap::new(), phase: String::new() }
        });
    }

    fn phase(&self, wave: &str, phase: &str) {
        if let Some(busy) = self.busy.borrow_mut().get_mut(wave) {
            phase.clone_into(&mut busy.phase);
            busy.draw();
        }
    }

    fn server(&self, wave: &str, data: &serde_json::Value) {
        let Some(server) = crate::view::ServerView::read(data) else { return };
        if let Some(busy) = self.busy.borrow_mut().get_mut(wave) {
            busy.servers.insert(server.server, server.verdict);
            busy.draw();
        }
    }

    fn ask(&self, prompt: &Prompt) {
        self.asked.borrow_mut().insert(prompt.id.clone(), prompt.wave.clone());
        self.draw_unless_asking();
    }

    fn draw_unless_asking(&self) {
        // A new target does not know of the lines that are on the screen.
        let _ = self.screen.clear();
        let asked = self.asked.borrow();
        self.screen.set_draw_target(if asked.is_empty() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        });
    }
}

impl Busy {
    fn draw(&self) {
        let launched = self.servers.values().filter(|verdict| *verdict == "launched").count();
        let servers = match self.servers.len() {
            0 => String::new(),
            all => format!("{launched}/{all} servers launched "),
        };
        let said = if self.phase.is_empty() { "" } else { "| " };
        self.bar.set_message(clean::line(&format!("{servers}{said}{}", self.phase)));
    }
}

impl Observer for Live {
    fn notice(&self, at: Timestamp, notice: &Notice) {
        match notice {
            Notice::Wave { wave, status, .. } => self.wave(wave, *status),
            Notice::Phase { wave, phase } => self.phase(wave, phase),
            Notice::Report { wave, topic, data } if topic == "server" => self.server(wave, data),
            Notice::Asked { prompt } => self.ask(prompt),
            Notice::Closed { prompt } => {
                self.asked.borrow_mut().remove(prompt);
                self.draw_unless_asking();
            }
            _ => {}
        }
        self.screen.suspend(|| self.lines.notice(at, notice));
    }
}
