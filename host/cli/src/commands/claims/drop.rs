//! `moontide claims drop`: what holds although its execution has ended where this store does not see it.

use clap::Args;
use moontide_control::claims::drop::{self, Dropped};
use moontide_control::error::Result;
use moontide_control::whoami;

use crate::context::Context;
use crate::exit;
use crate::output::style::{plain, strong};
use crate::output::{Document, Page};

/// Lift the claims of an execution that has ended in another store, or one claim that cannot be read
///
/// What goes on in this store keeps its claims: cancel it, or start beside it. The rules of the door look at AWS all the
/// same: nothing is launched over what lives.
#[derive(Args)]
pub(crate) struct Flags {
    /// The execution's id, or the name of a claim that cannot be read, as `moontide claims` shows it
    #[arg(value_name = "EXECUTION")]
    what: String,
}

/// Carries the command out.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let (store, user) = (context.open_store()?, whoami::user(&context.environment));
    let dropped = context.block_on(drop::drop(store.as_ref(), &flags.what, &user))?;
    context.output.show(&dropped)?;
    Ok(exit::COMPLETED)
}

impl Document for Dropped {
    fn write(&self, page: &mut Page) {
        let claims = self.claims.join(", ");
        page.line([strong(self.of.as_str()), plain(format!(" holds these no more: {claims}"))]);
    }
}
