//! What is remembered of a rehearsal besides its journal: verdicts, phases and prompts.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::observe::{Notice, Observer};
use moontide_runtime::scheduler::{Prompt, WaveStatus};

use crate::view::ServerView;
use crate::view::server::latest;

/// An observer that remembers what the report of a rehearsal needs.
#[derive(Debug, Default)]
pub struct Witness {
    pub(super) servers: RefCell<BTreeMap<String, Vec<ServerView>>>,
    pub(super) asked: RefCell<Vec<Prompt>>,
    /// The phases of each wave's last attempt.
    pub(super) phases: RefCell<BTreeMap<String, Vec<String>>>,
}

impl Observer for Witness {
    fn notice(&self, _at: Timestamp, notice: &Notice) {
        match notice {
            Notice::Report { wave, topic, data } if topic == "server" => {
                if let Some(server) = ServerView::read(data) {
                    latest(self.servers.borrow_mut().entry(wave.clone()).or_default(), server);
                }
            }
            Notice::Asked { prompt } => self.asked.borrow_mut().push(prompt.clone()),
            Notice::Phase { wave, phase } => {
                self.phases.borrow_mut().entry(wave.clone()).or_default().push(phase.clone());
            }
            Notice::Wave { wave, status: WaveStatus::Running, .. } => {
                self.phases.borrow_mut().remove(wave);
            }
            _ => {}
        }
    }
}
