//! `moontide claims drop`: what holds although its execution has ended where this store does not see it.

use clap::Args;
use moontide_control::claims::take_out;
use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::whoami;
use moontide_runtime::clock::Clock;
use moontide_runtime::store::claims::{self, Claim, Holder, KIND, Stands};
use moontide_runtime::store::{Change, Condition, Store};
use serde::Serialize;

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

#[derive(Serialize)]
struct Dropped {
    /// The execution, or the claim.
    of: String,
    /// The claims that were lifted.
    claims: Vec<String>,
}

/// Carries the command out.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    let dropped = context.block_on(lift(context, store.as_ref(), &flags.what))?;
    context.output.show(&dropped)?;
    Ok(exit::COMPLETED)
}

async fn lift(context: &Context, store: &dyn Store, what: &str) -> Result<Dropped> {
    let mut held: Vec<(String, Holder)> = Vec::new();
    for (document, claim) in claims::listed(store).await? {
        match claim {
            Ok(Claim { holders }) => {
                let theirs = holders.into_iter().filter(|it| it.execution == what);
                held.extend(theirs.map(|holder| (document.name.clone(), holder)));
            }
            Err(_) if document.name == what => {
                store
                    .change(&Change {
                        kind: KIND.to_owned(),
                        name: document.name,
                        body: None,
                        condition: Condition::At(document.version),
                        at: SystemClock::new().now(),
                        by: whoami::user(&context.environment),
                        behalf: None,
                    })
                    .await?;
                return Ok(Dropped { of: what.to_owned(), claims: vec![what.to_owned()] });
            }
            Err(_) => {}
        }
    }
    let Some((_, holder)) = held.first() else {
        let claims = context.command("claims");
        let message = format!("`{what}` holds no claim in this store");
        return Err(CommandError::new(code::NOT_NOW, message)
            .hint(format!("`{claims}` shows what is claimed, and by which execution")));
    };
    match claims::stands_of(store, holder, SystemClock::new().now()).await? {
        Some(stands @ (Stands::Here(_) | Stands::Beginning)) => {
            let cancel = context.command(&format!("cancel {what}"));
            let message = format!("`{what}` {stands}: it keeps what it has claimed");
            return Err(CommandError::new(code::NOT_NOW, message)
                .hint(format!("`{cancel}` ends it, once a runner has taken it"))
                .hint(format!("`--beside {what}` starts another one although it goes on")));
        }
        Some(Stands::Moved(_) | Stands::Unread(_)) | None => {}
    }
    take_out(store, holder).await?;
    let claims = held.into_iter().map(|(name, _)| name).collect();
    Ok(Dropped { of: what.to_owned(), claims })
}

impl Document for Dropped {
    fn write(&self, page: &mut Page) {
        let claims = self.claims.join(", ");
        page.line([strong(self.of.as_str()), plain(format!(" holds these no more: {claims}"))]);
    }
}
