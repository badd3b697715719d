//! The answer of a person who may not give it: it is refused, and left for the journal all the same. An auditor wants to
//! see who has tried.

use moontide_runtime::scheduler::Refusal;
use moontide_runtime::store::{Signal, SignalKind, Store};

use super::waiting::MOST;
use crate::error::CommandError;
use crate::view::Record;

/// Leaves a refused answer in the store, and says so. It says which question its sender has read, so that it can never
/// be taken for an answer to another one.
pub(super) async fn keep(
    store: &dyn Store,
    record: &Record,
    (signal, refusal): (&Signal, &Refusal),
    error: CommandError,
) -> CommandError {
    if !is_attempt(signal, refusal) {
        return error;
    }
    let is_full = record.pending.len() >= MOST;
    // Where it cannot be kept, it is refused all the same.
    let is_kept = !is_full && store.send(&record.execution.id, signal).await.is_ok();
    error.hint(if is_kept {
        "that it was tried is kept for the journal"
    } else {
        "that it was tried could not be kept for the journal"
    })
}

fn is_attempt(signal: &Signal, refusal: &Refusal) -> bool {
    let is_answer = matches!(
        &signal.wish,
        SignalKind::Answer { fingerprint, .. } if !fingerprint.is_empty()
    );
    is_answer && matches!(refusal, Refusal::NotApprover { .. })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn only_an_answer_that_says_what_its_sender_has_read_is_kept() {
        let none = Refusal::NotApprover { by: "mallory".into(), approvers: "dba".into() };
        let signal = |wish| Signal {
            wish,
            by: "mallory".into(),
            sender: String::new(),
            comment: String::new(),
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let answer = |fingerprint: &str| {
            signal(SignalKind::Answer {
                prompt: "web".into(),
                choice: "continue".into(),
                fingerprint: fingerprint.into(),
                value: Value::Null,
            })
        };
        assert!(is_attempt(&answer("0a1b2c3d"), &none));
        assert!(!is_attempt(&answer(""), &none));
        assert!(!is_attempt(&answer("0a1b2c3d"), &Refusal::NoPrompt("web".into())));
        // Taken later, it could mean something else.
        assert!(!is_attempt(&signal(SignalKind::Skip { wave: "web".into() }), &none));
    }
}
