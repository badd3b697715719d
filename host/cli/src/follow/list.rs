//! The list: every row, and then each that changes.

use std::collections::BTreeMap;

use moontide_control::error::Result;
use moontide_control::leases;
use moontide_control::watch::ListWatch;
use moontide_runtime::store::{Store, Wanted};

use super::Screen;
use crate::context::Context;
use crate::exit;

/// Follows the list until its rows are read no more.
pub(crate) async fn follow(context: &Context, store: &dyn Store, wanted: Wanted) -> Result<u8> {
    let screen = Screen::new(context.output);
    let ttl = leases::ttl(&context.environment, &context.settings(None)?)?;
    let mut watch = ListWatch::new((store, context), wanted, ttl);
    let mut shown: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let mut rows = watch.next().await?;
        // What has changed, and does not show, is no news to a person.
        rows.retain(|row| {
            let text = context.output.text(row);
            shown.insert(row.execution.clone(), text.clone()) != Some(text)
        });
        if !screen.show(&rows).await? {
            return Ok(exit::COMPLETED);
        }
    }
}
