//! A cleanup that has failed is attempted once more, for an obligation: in the same execution, so that a cleanup that
//! fails every ten minutes of a night is one execution with many attempts.

use moontide_control::error::{Result, code};
use moontide_runtime::scheduler::WaveStatus;
use moontide_runtime::store::{Store, Wish};

use crate::context::Context;
use crate::signals::{self, Author};
use crate::view::Record;

/// Wants its failed waves to be retried. What another carrier wants already is no trouble.
pub(super) async fn retry(context: &Context, store: &dyn Store, failed: &Record) -> Result<()> {
    let comment = "its cleanup is still owed".to_owned();
    let author = Author { by: None, comment };
    let waves = failed.nodes().filter(|(_, _, wave)| wave.status == WaveStatus::Failed);
    let waves: Vec<String> = waves.map(|(_, node, _)| node.name.clone()).collect();
    for wave in waves {
        let wish = Wish::Retry { wave, mend: None };
        // The record is read anew: another carrier may have been here.
        let record = Record::load(store, &failed.execution.id).await?;
        match signals::send(context, store, &record, wish, &author).await {
            Ok(_) => {}
            Err(error) if error.code == code::NOT_NOW && !record.is_over() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
