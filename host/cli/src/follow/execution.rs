//! One execution: where it stands, then a line for each thing that happens, and at its end where it stands then.

use moontide_control::error::Result;
use moontide_control::leases;
use moontide_control::watch::ExecutionWatch;
use moontide_runtime::store::Store;

use super::Screen;
use crate::context::Context;
use crate::exit;
use crate::view::Worded;

/// Follows an execution until it is over, or goes on elsewhere, or its lines are read no more.
pub(crate) async fn follow(context: &Context, store: &dyn Store, id: &str) -> Result<u8> {
    let screen = Screen::new(context.output);
    let ttl = leases::ttl(&context.environment, &context.settings(None)?)?;
    let (stands, mut watch) =
        ExecutionWatch::begin((store, context), id, ttl, &context.limits).await?;
    if !screen.show([&Worded(context, &stands)]).await? {
        return Ok(exit::COMPLETED);
    }
    while let Some(seen) = watch.next().await? {
        let seen: Vec<_> = seen.iter().map(|it| Worded(context, it)).collect();
        if !screen.show(&seen).await? {
            break;
        }
    }
    Ok(exit::COMPLETED)
}
