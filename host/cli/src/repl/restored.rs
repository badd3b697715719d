//! The terminal as it was before a line was typed: a process that ends in the middle of one leaves it so.

#[cfg(unix)]
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// How the terminal was.
pub(crate) struct Restored {
    #[cfg(unix)]
    terminal: Option<Termios>,
}

impl Restored {
    /// Remembers how it is now.
    pub(crate) fn of_now() -> Restored {
        Restored {
            #[cfg(unix)]
            terminal: tcgetattr(std::io::stdin()).ok(),
        }
    }

    /// Makes it so again.
    pub(crate) fn restore(&self) {
        #[cfg(unix)]
        if let Some(terminal) = &self.terminal {
            // One that is gone needs nothing.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, terminal);
        }
    }
}
