//! A report in lines.
//!
//! - `whole`: all of it. `facts`: which execution, its objectives, cost and evidence. `tables`: what happened, a row
//!   each. `words`: what is known, in words.

mod facts;
mod tables;
mod whole;
mod words;
