//! `moontide notify test`: a marked test for each receiver, and what each says.

use clap::Args;
use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::notify::trial::{self, Tried};
use moontide_runtime::clock::Clock as _;
use schemars::JsonSchema;
use serde::Serialize;

use super::{receivers, wire};
use crate::context::Context;
use crate::exit;
use crate::output::style::{bad, good, plain, strong};
use crate::output::{Document, Page, Span};

/// Send a marked test to each receiver, and show what each says
///
/// It goes to all of them, whatever they are told of otherwise. Nothing is queued, and nothing is attempted twice.
#[derive(Args)]
#[command(after_help = "\
Exit codes: 0 all have taken it; 1 one has not.")]
pub(super) struct Flags {
    /// Only this receiver
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

/// How it went.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Tests {
    /// One for each receiver that was told.
    tests: Vec<Tried>,
}

/// Carries the command out.
pub(super) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let settings = context.settings(None)?;
    let receivers = receivers(&settings, flags.name.as_deref())?;
    let wire = wire(context, &settings);
    let now = SystemClock::new().now();
    let nonce = format!("{:08x}", fastrand::u32(..));
    let tests = async { Ok(trial::test_all(&wire, &receivers, &nonce, now).await) };
    let tests = context.block_on(tests)?;
    let deaf: Vec<&str> =
        tests.iter().filter(|it| !it.taken).map(|it| it.receiver.as_str()).collect();
    let message = format!("the test was not taken by {}", deaf.join(", "));
    let is_taken = deaf.is_empty();
    context.output.show(&Tests { tests })?;
    if is_taken {
        return Ok(exit::COMPLETED);
    }
    context.complain(&CommandError::new(code::NOT_TOLD, message));
    Ok(exit::FAILED)
}

impl Document for Tests {
    fn write(&self, page: &mut Page) {
        page.table(&self.tests.iter().map(cells).collect::<Vec<_>>());
    }
}

fn cells(it: &Tried) -> Vec<Span<'_>> {
    let word = if it.taken { good("taken") } else { bad("not taken") };
    vec![strong(it.receiver.as_str()), plain(it.kind), word, plain(it.said.as_str())]
}
