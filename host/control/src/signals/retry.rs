//! Another attempt of a wave that has failed, if need be from other sources.

use std::path::Path;

use moontide_runtime::store::SignalKind;
use schemars::JsonSchema;
use serde::Serialize;

use super::mended::{self, Mended, OnDisk};
use super::{load, send};
use crate::cleanup::begun::Begun;
use crate::error::Result;
use crate::listener::Remark;
use crate::operator::Operator;
use crate::view::sent::Sent;

/// What is attempted once more.
#[derive(Clone, Debug)]
pub struct Retry<'r> {
    /// The wave's name, or a hook's.
    pub wave: &'r str,
    /// The sources that it runs from, from now on; `None`: those that it has.
    pub runbook: Option<&'r Path>,
    /// Why.
    pub comment: &'r str,
}

/// What was sent, and what its sources change.
#[derive(Serialize, JsonSchema)]
pub struct Retried {
    /// What was sent.
    #[serde(flatten)]
    pub sent: Sent,
    /// What other sources change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mended: Option<Mended>,
    /// What differs on disk and is not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<(String, String)>")]
    pub on_disk: Option<OnDisk>,
}

/// Attempts a failed wave once more.
pub async fn retry(operator: &Operator, execution: &str, retry: Retry<'_>) -> Result<Retried> {
    let record = load(operator, execution).await?;
    let Retry { wave, runbook, comment } = retry;
    // Of a wave that there never was, the signal is refused.
    let path = runbook.filter(|_| record.graph.index(wave).is_some());
    let mended = path.map(|path| mended::read(operator, &record, wave, path)).transpose()?;
    let mend = mended.as_ref().map(|mended| mended.mend.clone());
    let on_disk = match mend {
        Some(_) => None,
        None => mended::on_disk(&record, wave),
    };
    let wish = SignalKind::Retry { wave: wave.to_owned(), mend };
    let sent = send(operator, &record, wish, comment).await?;
    let begun = Begun::of(operator.store.as_ref(), &record.execution.id).await?;
    if let Some(cleanup) = begun.last() {
        operator.face.hear(&Remark::CleanedUp { cleanup: cleanup.id });
    }
    Ok(Retried { sent, mended, on_disk })
}
