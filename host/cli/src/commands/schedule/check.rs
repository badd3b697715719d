//! `moontide schedule check`: whether a file of schedules is right, without a store.

use std::path::PathBuf;

use clap::Args;
use moontide_control::error::Result;
use moontide_control::schedule::import;
use moontide_control::schedule::kept::{Kept, Terms};
use moontide_control::schedule::upcoming::Upcoming;

use super::now;
use crate::context::Context;
use crate::exit;
use crate::output::style::{attention, plain};

/// Check a file of schedules: times, zones, runbooks, params and answers; and show when they run
#[derive(Args)]
pub(crate) struct Flags {
    /// The file
    #[arg(default_value = "schedules.toml")]
    file: PathBuf,

    /// Show so many times
    #[arg(short, long, value_name = "N", default_value_t = 5)]
    number: usize,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let now = now();
    let checked = import::examine((&context.environment, context), &flags.file, now)?;
    for checked in &checked {
        for warning in &checked.warnings {
            let name = format!("{}: ", checked.schedule.name);
            context.output.say([attention("warning: "), plain(name), plain(warning.as_str())]);
        }
    }
    let kept = |schedule| Kept {
        version: 0,
        terms: Terms::imported(schedule, String::new(), ("", now), None),
    };
    let all: Vec<Kept> = checked.into_iter().map(|it| kept(it.schedule)).collect();
    context.output.show(&Upcoming::of(&all, now, flags.number))?;
    Ok(exit::COMPLETED)
}
