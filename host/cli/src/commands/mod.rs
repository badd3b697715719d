//! One file per command: its flags, what it does, its exit code.

pub(crate) mod adopt;
pub(crate) mod answer;
pub(crate) mod cancel;
pub(crate) mod check;
pub(crate) mod claims;
pub(crate) mod cleanup;
pub(crate) mod explain;
pub(crate) mod guide;
pub(crate) mod journal;
pub(crate) mod list;
pub(crate) mod note;
pub(crate) mod obligations;
pub(crate) mod pause;
pub(crate) mod rehearse;
pub(crate) mod resume;
pub(crate) mod retry;
pub(crate) mod run;
pub(crate) mod show;
pub(crate) mod sim;
pub(crate) mod skip;
pub(crate) mod state;
pub(crate) mod status;
pub(crate) mod store;

use moontide_control::error::Result;
use moontide_runtime::store::Wish;

use crate::context::Context;
use crate::exit;
use crate::signals::{self, Author};
use crate::view::{Record, Worded, sealed};

/// Sends an execution a signal that needs nothing else; `verb` and `rest` are what was typed around its id.
fn signal(
    context: &Context,
    (verb, execution, rest): (&str, &str, &str),
    author: &Author,
    wish: impl FnOnce(&Record) -> Result<Wish>,
) -> Result<u8> {
    let store = context.open_store()?;
    context.block_on(async {
        let record = Record::load(store.as_ref(), execution).await?;
        let typed = format!("{verb} {execution}{rest}{}", author.words());
        sealed::check(&record, context, &typed)?;
        let wish = wish(&record)?;
        let sent = signals::send(context, store.as_ref(), &record, wish, author).await?;
        context.output.show(&Worded(context, &sent))?;
        Ok(exit::COMPLETED)
    })
}
