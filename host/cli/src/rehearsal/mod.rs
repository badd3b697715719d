//! What is told of a rehearsal: [`told`] while it goes on, [`report`] at its end.

mod report;
mod told;

pub(crate) use told::Told;
