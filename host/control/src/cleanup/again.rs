//! A cleanup that has failed is attempted once more, for an obligation: in the same execution, so that a cleanup that
//! fails every ten minutes of a night is one execution with many attempts.

use moontide_runtime::scheduler::WaveStatus;
use moontide_runtime::store::SignalKind;

use crate::error::{Result, code};
use crate::operator::Operator;
use crate::signals;
use crate::view::Record;

/// Wants its failed waves to be retried. What another carrier wants already is no trouble.
pub(super) async fn retry(operator: &Operator, failed: &Record) -> Result<()> {
    let waves = failed.nodes().filter(|(_, _, wave)| wave.status == WaveStatus::Failed);
    let waves: Vec<String> = waves.map(|(_, node, _)| node.name.clone()).collect();
    for wave in waves {
        let wish = SignalKind::Retry { wave, mend: None };
        // The record is read anew: another carrier may have been here.
        let record = Record::load(operator.store.as_ref(), &failed.execution.id).await?;
        match signals::send(operator, &record, wish, "its cleanup is still owed").await {
            Ok(_) => {}
            Err(error) if error.code == code::NOT_NOW && !record.is_over() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
