//! Lifting what holds although its execution has ended where this store does not see it.

use moontide_runtime::clock::Clock as _;
use moontide_runtime::store::claims::{self, Claim, Holder, KIND, Stands};
use moontide_runtime::store::{Change, Condition, Store};
use schemars::JsonSchema;
use serde::Serialize;

use super::take_out;
use crate::clocks::SystemClock;
use crate::error::{CommandError, Hint, Result, code};
use crate::next::Next;

/// What was lifted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Dropped {
    /// The execution, or the claim.
    pub of: String,
    /// The claims that were lifted.
    pub claims: Vec<String>,
}

/// Lifts, in the name of this user, the claims of an execution that does not go on in this store, or the claim of this
/// name if it cannot be read.
pub async fn drop(store: &dyn Store, what: &str, user: &str) -> Result<Dropped> {
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
                        by: user.to_owned(),
                        behalf: None,
                    })
                    .await?;
                return Ok(Dropped { of: what.to_owned(), claims: vec![what.to_owned()] });
            }
            Err(_) => {}
        }
    }
    let Some((_, holder)) = held.first() else {
        let message = format!("`{what}` holds no claim in this store");
        let after = "` shows what is claimed, and by which execution";
        return Err(CommandError::new(code::NOT_NOW, message).hint(Hint::step(
            "`",
            Next::Claims,
            after,
        )));
    };
    match claims::stands_of(store, holder, SystemClock::new().now()).await? {
        Some(stands @ (Stands::Here(_) | Stands::Beginning)) => {
            let message = format!("`{what}` {stands}: it keeps what it has claimed");
            let after = "` ends it, once a runner has taken it";
            return Err(CommandError::new(code::NOT_NOW, message)
                .hint(Hint::step("`", Next::cancel(what), after))
                .hint(format!("`--beside {what}` starts another one although it goes on")));
        }
        Some(Stands::Moved(_) | Stands::Unread(_)) | None => {}
    }
    take_out(store, holder).await?;
    let claims = held.into_iter().map(|(name, _)| name).collect();
    Ok(Dropped { of: what.to_owned(), claims })
}
