//! A line for each thing that happens.

use jiff::Timestamp;
use moontide_runtime::observe::{Notice, Observer};

use super::sentence;
use crate::output::Output;
use crate::output::style::{faint, plain};

/// Prints short lines to stderr, each with its time.
pub(crate) struct Lines(pub(crate) Output);

impl Observer for Lines {
    fn notice(&self, at: Timestamp, notice: &Notice) {
        let Some(said) = sentence::of(notice) else { return };
        let mut line = vec![faint(at.strftime("%H:%M:%SZ").to_string()), plain("  ")];
        line.extend(said);
        self.0.say(line);
    }
}
