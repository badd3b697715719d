//! `moontide notify preview`: what each receiver would get.

use clap::Args;
use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::notify::event::{Event, What};
use moontide_control::notify::trial::{self, Preview};
use moontide_runtime::clock::Clock as _;
use moontide_runtime::plan::suggest;
use schemars::JsonSchema;
use serde::Serialize;

use super::receivers;
use crate::context::Context;
use crate::exit;
use crate::output::style::{faint, plain, strong};
use crate::output::{Document, Page};

/// Show what each receiver would get of an event; nothing is sent, and no secret is read
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide notify preview waits
  moontide notify preview failed --receiver team --output json")]
pub(super) struct Flags {
    /// started, waits, answered, `wave_failed`, unknown, completed, failed, cancelled, leftovers, missed, held or test
    #[arg(value_name = "EVENT")]
    event: String,

    /// Only this receiver
    #[arg(long, value_name = "NAME")]
    receiver: Option<String>,
}

/// What would be told.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Previews {
    /// One for each receiver.
    previews: Vec<Preview>,
}

/// Carries the command out.
pub(super) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let what = What::named(&flags.event).ok_or_else(|| {
        let words = || What::ALL.into_iter().chain([What::Test]).map(What::word);
        let message = format!("there is no event `{}`", flags.event);
        CommandError::new(code::BAD_ARGUMENT, message).hint(
            match suggest::nearest(&flags.event, words()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("there are {}", words().collect::<Vec<_>>().join(", ")),
            },
        )
    })?;
    let settings = context.settings(None)?;
    let receivers = receivers(&settings, flags.receiver.as_deref())?;
    let now = SystemClock::new().now();
    let event = Event::example(what, now);
    let preview = |receiver| {
        let shown = trial::preview(receiver, &event, now);
        shown.map_err(|why| CommandError::new(code::SETTINGS, why))
    };
    let previews = receivers.iter().map(preview).collect::<Result<Vec<_>>>()?;
    context.output.show(&Previews { previews })?;
    Ok(exit::COMPLETED)
}

impl Document for Previews {
    fn write(&self, page: &mut Page) {
        for it in &self.previews {
            page.gap();
            let told = if it.wanted { "" } else { "; it is not told of this" };
            page.line([strong(it.receiver.as_str()), plain(format!(" {}", it.kind)), faint(told)]);
            for sent in &it.sends {
                let text = serde_json::to_string_pretty(sent).unwrap_or_default();
                page.indented(|page| {
                    for line in text.lines() {
                        page.line([plain(line)]);
                    }
                });
            }
            if it.sends.is_empty() {
                page.line([faint("  nothing: it has no word for that")]);
            }
        }
    }
}
