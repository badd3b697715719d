//! `moontide store copy`: executions leave one store for another.

use std::rc::Rc;

use clap::Args;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::moves::copy::{Copied, Copier};
use moontide_control::operator::Operator;
use moontide_control::settings::Settings;
use moontide_control::stores::Address;
use moontide_control::target::Target;
use moontide_control::words;
use serde_json::Value;

use super::stays;
use crate::context::Context;
use crate::exit;
use crate::output::Page;
use crate::output::style::{attention, plain, strong};
use crate::view::{Steps, Worded};

/// From where to where.
#[derive(Args)]
pub(crate) struct Flags {
    /// The store that they are in: `sqlite:PATH` or `dynamodb:TABLE@REGION`
    from: String,

    /// The store that they are to be in; a table must have been made with `store init`
    to: String,

    /// Only these executions; without any, all of them
    executions: Vec<String>,

    /// They go on there, and are sealed here: needed for all that are not completed. Where it was cut off, the same
    /// command goes on
    #[arg(long = "move")]
    is_move: bool,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    // It names two stores itself: a third one would be ignored.
    if let Some(store) = &context.store {
        let message =
            format!("`store copy` takes FROM and TO, and no `--store {store}` beside them");
        return Err(CommandError::new(code::BAD_ARGUMENT, message)
            .hint("name the store that the executions are in first, and the one that they leave for second"));
    }
    let address = |text: &str| Address::parse(text).map(Address::absolute);
    let (from, to) = (address(&flags.from)?, address(&flags.to)?);
    if from == to {
        return Err(CommandError::new(code::BAD_ARGUMENT, "both stores are the same one"));
    }
    // Only a move takes leases, whose time stands in them.
    let settings = if flags.is_move { context.settings(None)? } else { Settings::default() };
    let (source, target) = (from.open_existing()?, to.open()?);
    from.warn_if_loose(context);
    let operator = Operator {
        environment: context.environment.clone(),
        settings,
        address: from,
        store: source,
        target: Target::default(),
        by: None,
        face: Rc::new(context.clone()),
    };
    let copier = Copier {
        operator: &operator,
        target: target.as_ref(),
        to: to.text(),
        is_move: flags.is_move,
    };
    let (done, ended) = context.block_on(async { Ok(copier.copy(&flags.executions).await) })?;
    if ended.is_ok() || !done.is_nothing() {
        context.output.show(&Worded(context, &done))?;
    }
    ended?;
    Ok(if done.kept.is_empty() { exit::COMPLETED } else { exit::FAILED })
}

impl Steps for Copied {
    fn word(&self, context: &Context, json: &mut Value) {
        stays::word(context, &self.stays, json);
    }

    fn write(&self, context: &Context, page: &mut Page) {
        let what = if self.moved { "moved" } else { "copied" };
        let count = words::count(self.executions.len(), "execution");
        page.line([
            strong(format!("{count} {what}")),
            plain(format!(" from {} to {}", self.from, self.to)),
        ]);
        let rows: Vec<_> = self
            .kept
            .iter()
            .map(|kept| {
                vec![
                    attention("not copied"),
                    strong(kept.execution.as_str()),
                    plain(kept.reason.as_str()),
                ]
            })
            .collect();
        page.indented(|page| page.table(&rows));
        stays::write(context, &self.stays, page);
    }
}
