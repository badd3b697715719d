//! What is remembered of a rehearsal besides its journal: verdicts, phases and answers. What the runbook logs is
//! told at once.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_control::view::server::latest;
use moontide_runtime::observe::{Notice, Observer};
use moontide_runtime::scheduler::{Prompt, WaveStatus};

use crate::output::Output;
use crate::progress::Lines;
use crate::view::ServerView;

/// The observers.
pub(crate) struct Witness {
    lines: Lines,
    pub(super) servers: RefCell<BTreeMap<String, Vec<ServerView>>>,
    pub(super) asked: RefCell<Vec<(Prompt, Timestamp)>>,
    /// The phases of each wave's last attempt.
    pub(super) phases: RefCell<BTreeMap<String, Vec<String>>>,
}

impl Witness {
    /// A witness who passes on what the runbook logs.
    pub(crate) fn new(output: Output) -> Witness {
        Witness {
            lines: Lines(output),
            servers: RefCell::default(),
            asked: RefCell::default(),
            phases: RefCell::default(),
        }
    }
}

impl Observer for Witness {
    fn notice(&self, at: Timestamp, notice: &Notice) {
        match notice {
            Notice::Report { wave, topic, data } if topic == "server" => {
                if let Some(server) = ServerView::read(data) {
                    latest(self.servers.borrow_mut().entry(wave.clone()).or_default(), server);
                }
            }
            Notice::Asked { prompt } => self.asked.borrow_mut().push((prompt.clone(), at)),
            Notice::Phase { wave, phase } => {
                self.phases.borrow_mut().entry(wave.clone()).or_default().push(phase.clone());
            }
            Notice::Wave { wave, status: WaveStatus::Running, .. } => {
                self.phases.borrow_mut().remove(wave);
            }
            Notice::Log { .. } => self.lines.notice(at, notice),
            _ => {}
        }
    }
}
