//! What a program says to the observer. Saying is not an effect: nothing waits for it, nothing is
//! journaled, and while the past is replayed nothing is said again.

use std::cell::Cell;
use std::rc::Rc;

use serde_json::Value;

use super::limits::Limits;
use crate::text::plain;
use crate::text::plain::plain_value;

/// Something that a program said, cleaned and cut.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// A line for the log.
    Log {
        /// `debug`, `info`, `warn` or `error`.
        level: String,
        /// The line.
        message: String,
    },
    /// What it is busy with.
    Phase(String),
    /// Something structured, such as the verdict on a server.
    Report {
        /// What it is about, such as `server`.
        topic: String,
        /// The report.
        data: Value,
    },
}

impl Said {
    fn size(&self) -> usize {
        match self {
            Said::Log { message, .. } => message.len(),
            Said::Phase(text) => text.len(),
            Said::Report { data, .. } => data.to_string().len(),
        }
    }

    fn cleaned(self, most: usize) -> Said {
        match self {
            Said::Log { level, message } => Said::Log { level, message: plain(&message, most) },
            Said::Phase(text) => Said::Phase(plain(&text, 200)),
            Said::Report { topic, mut data } => {
                plain_value(&mut data, most);
                Said::Report { topic, data }
            }
        }
    }
}

/// The voice of one program: silent during a replay, and bounded.
pub(super) struct Voice {
    ear: Rc<dyn Fn(Said)>,
    silent: Cell<bool>,
    lines: Cell<u32>,
    bytes: Cell<usize>,
    text: usize,
}

impl Voice {
    pub(super) fn new(limits: &Limits, ear: Rc<dyn Fn(Said)>) -> Voice {
        Voice {
            ear,
            silent: Cell::new(false),
            lines: Cell::new(limits.lines),
            bytes: Cell::new(limits.lines_bytes),
            text: limits.text,
        }
    }

    /// While silent, what is said counts but is not heard.
    pub(super) fn silence(&self, silent: bool) {
        self.silent.set(silent);
    }

    /// Says it, unless the program has said too much already.
    pub(super) fn say(&self, said: Said) {
        if self.lines.get() == 0 {
            return;
        }
        let said = said.cleaned(self.text);
        let left = self.bytes.get().saturating_sub(said.size());
        self.bytes.set(left);
        self.lines.set(if left == 0 { 0 } else { self.lines.get() - 1 });
        self.hear(said);
        if self.lines.get() == 0 {
            let message =
                "this wave has logged too much: its further lines are dropped; an operator can \
                           raise `log_lines` and `log_size`"
                    .to_owned();
            self.hear(Said::Log { level: "warn".to_owned(), message });
        }
    }

    /// Says what is not the program's own, and takes nothing of what it may say.
    pub(super) fn remark(&self, said: Said) {
        self.hear(said.cleaned(self.text));
    }

    fn hear(&self, said: Said) {
        if !self.silent.get() {
            (self.ear)(said);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn log(message: &str) -> Said {
        Said::Log { level: "info".to_owned(), message: message.to_owned() }
    }

    #[test]
    fn the_past_is_counted_but_not_heard_and_the_rest_is_dropped_after_a_warning() {
        let heard = Rc::new(RefCell::new(Vec::new()));
        let ear = {
            let heard = heard.clone();
            Rc::new(move |said| heard.borrow_mut().push(said))
        };
        let voice = Voice::new(&Limits { lines: 3, ..Limits::default() }, ear);
        voice.silence(true);
        voice.say(log("one"));
        voice.silence(false);
        for line in ["two", "three", "four", "five"] {
            voice.say(log(line));
        }
        let heard = heard.borrow();
        assert_eq!(heard[..2], [log("two"), log("three")]);
        assert!(matches!(&heard[2], Said::Log { level, .. } if level == "warn"));
        assert_eq!(heard.len(), 3);
    }
}
