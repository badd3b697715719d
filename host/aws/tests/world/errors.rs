//! What every kind of answer amounts to, for a call that acts and for one that reads.

use moontide_runtime::effect::{Outcome, Reply};
use serde_json::{Value, json};

use crate::support::{Answer, Script, error, perform, world};

fn drill() -> Value {
    json!({ "source_servers": [{ "source_server_id": "s-1" }], "is_drill": true })
}

/// An answer, the code it amounts to, and whether to try again.
type Definite = (fn() -> Answer, &'static str, bool);

/// An answer and the code it amounts to.
type Doubtful = (fn() -> Answer, &'static str);

async fn start_recovery(answer: fn() -> Answer) -> (Reply, usize) {
    let aws = Script::new(move |_| answer());
    let reply = perform(&world(&aws), "drs.start_recovery", drill()).await;
    (reply, aws.count("StartRecovery"))
}

#[tokio::test(start_paused = true)]
async fn a_definite_no_has_failed_and_says_whether_to_try_again() {
    let cases: [Definite; 9] = [
        (|| Answer::No(400, "ValidationException", "bad"), "ValidationException", false),
        (
            || Answer::No(400, "UninitializedAccountException", "new"),
            "UninitializedAccountException",
            false,
        ),
        (
            || Answer::No(402, "ServiceQuotaExceededException", "20 jobs"),
            "ServiceQuotaExceededException",
            false,
        ),
        // The model of StartRecovery does not list this one.
        (|| Answer::No(403, "AccessDeniedException", "no"), "AccessDeniedException", false),
        (
            || Answer::No(404, "ResourceNotFoundException", "s-1"),
            "ResourceNotFoundException",
            false,
        ),
        (|| Answer::No(409, "ConflictException", "in use"), "ConflictException", false),
        (|| Answer::No(429, "ThrottlingException", "slow down"), "ThrottlingException", true),
        (|| Answer::No(503, "RequestLimitExceeded", "slow down"), "RequestLimitExceeded", true),
        (|| Answer::Refused, "ConnectionFailed", true),
    ];
    for (answer, code, retryable) in cases {
        let (reply, attempts) = start_recovery(answer).await;
        let error = error(reply);
        assert_eq!((error.code.as_str(), error.retryable, attempts), (code, retryable, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn what_leaves_a_doubt_is_unknown_after_exactly_one_attempt() {
    let cases: [Doubtful; 7] = [
        (|| Answer::Dropped, "ConnectionLost"),
        (|| Answer::Silence, "RequestTimedOut"),
        (|| Answer::No(500, "InternalServerException", "oops"), "InternalServerException"),
        (|| Answer::Raw(502, "<html>bad gateway</html>"), "InternalServerException"),
        (|| Answer::Raw(202, "{ not json"), "UnreadableAnswer"),
        (|| Answer::Raw(407, "<html>a proxy</html>"), "UnreadableAnswer"),
        (|| Answer::No(408, "RequestTimeout", "late"), "RequestTimeout"),
    ];
    for (answer, code) in cases {
        let (reply, attempts) = start_recovery(answer).await;
        let Outcome::Unknown { evidence } = reply.outcome else { panic!("{code}: {reply:?}") };
        assert_eq!((&evidence.found["code"], attempts), (&json!(code), 1));
        assert!(evidence.message.starts_with("`drs.start_recovery` may have happened"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_accepted_start_without_a_job_is_unknown_too() {
    let (reply, _) = start_recovery(|| Answer::Json(json!({}))).await;
    assert!(matches!(reply.outcome, Outcome::Unknown { .. }), "{reply:?}");
}

#[tokio::test(start_paused = true)]
async fn a_read_is_tried_again_and_then_has_simply_failed() {
    let cases: [Doubtful; 3] = [
        (|| Answer::Dropped, "ConnectionLost"),
        (|| Answer::No(500, "InternalServerException", "oops"), "InternalServerException"),
        (|| Answer::No(429, "ThrottlingException", "slow down"), "ThrottlingException"),
    ];
    for (answer, code) in cases {
        let aws = Script::new(move |_| answer());
        let reply = perform(&world(&aws), "drs.describe_source_servers", json!({})).await;
        let error = error(reply);
        assert_eq!((error.code.as_str(), error.retryable), (code, true));
        assert_eq!(aws.count("DescribeSourceServers"), 3, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_keeps_what_support_and_programs_need() {
    let answer = || {
        let body = json!({ "message": "too many", "code": "402", "quotaCode": "L-D88FAC3A" });
        Answer::NoWith(402, "ServiceQuotaExceededException", body)
    };
    let (reply, _) = start_recovery(answer).await;
    assert_eq!(reply.request_id.as_deref(), Some("r-1"));
    let error = error(reply);
    assert_eq!(error.code, "ServiceQuotaExceededException");
    assert_eq!(error.message, "too many");
    assert_eq!(error.details, json!({ "status": 402, "quota_code": "L-D88FAC3A" }));
}

#[tokio::test(start_paused = true)]
async fn expired_credentials_come_with_the_next_step() {
    let (reply, _) = start_recovery(|| Answer::No(403, "ExpiredTokenException", "expired")).await;
    let error = error(reply);
    assert_eq!(error.code, "ExpiredTokenException");
    assert!(error.message.contains("aws sso login"), "{}", error.message);
}
