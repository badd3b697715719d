//! `moontide schedule finish`: what schedules have begun, to its end: behind cron and systemd no process stays.

#![expect(clippy::doc_markdown, reason = "clap prints these comments as they are")]

use clap::Args;
use moontide_control::error::Result;
use moontide_control::schedule::finish::Finished;
use moontide_control::schedule::kept::Kept;
use moontide_control::schedule::listing::word;
use schemars::JsonSchema;
use serde::Serialize;

use super::worker;
use crate::aws::AwsFlags;
use crate::commands::obligations;
use crate::context::Context;
use crate::interrupt::Interrupt;
use crate::output::style::{plain, strong};
use crate::output::{Document, Page};
use crate::{drive, exit};

/// Go on with what schedules have begun and no runner drives, and carry out what is owed
///
/// It starts nothing: a drill whose runner was killed goes on, and cleanups are done when they fall due. `schedule run
/// NAME` does the same of its schedule, and `schedule serve` of all of them; this is for machines that only EventBridge
/// calls, and for what a schedule has left that was removed.
#[derive(Args)]
pub(crate) struct Flags {
    /// Only what this schedule has begun; without a name: all of them
    schedule: Option<String>,

    #[command(flatten)]
    aws: AwsFlags,
}

/// What came of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Done {
    /// The executions that went on here.
    pub(crate) executions: Vec<WentOn>,
    /// How many obligations were looked at.
    pub(crate) obligations: usize,
    /// Whether something could not be gone on with: that was complained of.
    #[serde(skip)]
    pub(crate) has_failed: bool,
}

/// An execution that went on.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WentOn {
    /// Its id.
    pub(crate) execution: String,
    /// How it stands now.
    pub(crate) status: &'static str,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    flags.aws.are_given(context);
    let worker = worker(context, flags.aws.target())?;
    context.block_on(async {
        if let Some(name) = &flags.schedule {
            Kept::of(worker.store.as_ref(), name).await?;
        }
        let mut interrupt = Interrupt::listen();
        let mut stopped = async || interrupt.wait().await;
        let finished = Box::pin(worker.finish(flags.schedule.as_deref(), &mut stopped)).await?;
        let code = code_of(context, &finished, &interrupt);
        let executions = finished.driven.iter().map(|(record, _)| WentOn {
            execution: record.execution.id.clone(),
            status: word(record.status()),
        });
        let done = Done {
            executions: executions.collect(),
            obligations: finished.owed.len(),
            has_failed: !finished.failed.is_empty(),
        };
        drive::shown(context, code, &done)
    })
}

/// Complains of what has failed. Returns the exit code that says how all of it has gone.
pub(super) fn code_of(context: &Context, finished: &Finished, interrupt: &Interrupt) -> u8 {
    let mut codes = Vec::new();
    if finished.is_interrupted {
        return interrupt.exit_code();
    }
    for error in &finished.failed {
        context.complain(error);
        codes.push(exit::of_error(error.code));
    }
    codes.extend(finished.owed.iter().map(|how| obligations::code_of(how, interrupt)));
    codes.extend(finished.driven.iter().map(|(record, ended)| match ended {
        Some(ended) => drive::code_of(ended, interrupt),
        None => exit::of(record.status()),
    }));
    // Another runner that is at it is no trouble.
    codes.retain(|code| *code != exit::HELD);
    exit::worst(&codes)
}

impl Document for Done {
    fn write(&self, page: &mut Page) {
        for it in &self.executions {
            page.line([strong(it.execution.as_str()), plain(format!(": {}", it.status))]);
        }
        if self.executions.is_empty() && self.obligations == 0 && !self.has_failed {
            page.line([plain("nothing was left, and nothing is owed")]);
        }
    }
}
