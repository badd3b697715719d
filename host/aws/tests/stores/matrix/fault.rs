//! What becomes of a call, and of those of its kind that come soon after it.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

/// What is done to a call.
#[derive(Clone, Debug)]
pub(super) enum Happens {
    LostRequest,
    LostReply,
    /// This status and this answer, and nothing is done.
    Refused(u16, String),
    /// The same, and it is done.
    RefusedAfterwards(u16, String),
    /// The answer comes so much later.
    Late(Duration),
    /// Half of a batch is left.
    Half,
}

/// For how long calls of one kind are struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lasts {
    /// One call.
    Once,
    /// A little less than the patience of the caller.
    AMoment,
    /// Longer than any caller waits but the journal's writer.
    TenMinutes,
}

/// A fault, as the table names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) name: &'static str,
    pub(super) lasts: Lasts,
    what: What,
    /// How long a moment is.
    pub(super) moment: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Throttle(&'static str),
    ThrottleAfterwards,
    Fail,
    FailAfterwards,
    LostRequest,
    LostReply,
    Conflict,
    Expired,
    Half,
    Late(u64),
}

const fn fault(name: &'static str, lasts: Lasts, what: What) -> Fault {
    Fault { name, lasts, what, moment: Duration::from_secs(25) }
}

const CAPACITY: &str = "ProvisionedThroughputExceededException";

/// The columns of the table.
pub(super) const FAULTS: [Fault; 15] = [
    fault("throttled once", Lasts::Once, What::Throttle(CAPACITY)),
    fault("throttled too late", Lasts::Once, What::ThrottleAfterwards),
    fault("throttled for a moment", Lasts::AMoment, What::Throttle("RequestLimitExceeded")),
    fault("throttled for ten minutes", Lasts::TenMinutes, What::Throttle("ThrottlingException")),
    fault("a 500", Lasts::Once, What::Fail),
    fault("a 500 too late", Lasts::Once, What::FailAfterwards),
    fault("a lost request", Lasts::Once, What::LostRequest),
    fault("a lost reply", Lasts::Once, What::LostReply),
    fault("lost replies for a moment", Lasts::AMoment, What::LostReply),
    fault("a conflict", Lasts::Once, What::Conflict),
    fault("conflicts for a moment", Lasts::AMoment, What::Conflict),
    fault("expired credentials", Lasts::AMoment, What::Expired),
    fault("half of a batch is left", Lasts::Once, What::Half),
    fault("a slow answer", Lasts::Once, What::Late(3)),
    fault("an answer too late", Lasts::Once, What::Late(20)),
];

impl Fault {
    /// Whether a call of this kind can suffer it.
    pub(super) fn befalls(&self, kind: &str) -> bool {
        match self.what {
            What::Conflict => {
                const WRITES: [&str; 4] =
                    ["PutItem", "UpdateItem", "TransactWriteItems", "BatchWriteItem"];
                WRITES.contains(&kind)
            }
            What::Half => ["BatchGetItem", "BatchWriteItem"].contains(&kind),
            _ => true,
        }
    }

    /// The same to one for whom a moment is so long.
    pub(super) fn to(self, moment: Duration) -> Fault {
        Fault { moment, ..self }
    }

    /// Whether who waits is told at once.
    pub(super) fn is_of_credentials(&self) -> bool {
        self.what == What::Expired
    }

    fn happens(&self, kind: &str) -> Happens {
        match self.what {
            What::Throttle(code) => Happens::Refused(400, answer(code)),
            What::ThrottleAfterwards => Happens::RefusedAfterwards(400, answer(CAPACITY)),
            What::Fail => Happens::Refused(500, answer("InternalServerError")),
            What::FailAfterwards => Happens::RefusedAfterwards(500, answer("InternalServerError")),
            What::LostRequest => Happens::LostRequest,
            What::LostReply => Happens::LostReply,
            What::Conflict if kind == "TransactWriteItems" => {
                let reasons = json!([{ "Code": "TransactionConflict" }, { "Code": "None" }]);
                let code = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
                let told = json!({ "__type": code, "CancellationReasons": reasons });
                Happens::Refused(400, told.to_string())
            }
            What::Conflict => Happens::Refused(400, answer("ReplicatedWriteConflictException")),
            What::Expired => Happens::Refused(400, answer("ExpiredTokenException")),
            What::Half => Happens::Half,
            What::Late(seconds) => Happens::Late(Duration::from_secs(seconds)),
        }
    }
}

fn answer(code: &str) -> String {
    let code = format!("com.amazonaws.dynamodb.v20120810#{code}");
    json!({ "__type": code, "message": "the test wills it" }).to_string()
}

/// A fault that waits for its call.
pub(super) struct ActiveFault {
    number: usize,
    fault: Fault,
    /// The kind that is struck, and until when.
    begun: Option<(String, Instant)>,
    pub(super) struck: usize,
}

impl ActiveFault {
    pub(super) fn at(number: usize, fault: Fault) -> ActiveFault {
        ActiveFault { number, fault, begun: None, struck: 0 }
    }

    /// What becomes of the call with this number.
    #[expect(clippy::disallowed_methods, reason = "tokio's clock, which is paused")]
    pub(super) fn strikes(&mut self, number: usize, kind: &str) -> Option<Happens> {
        let now = Instant::now();
        if number == self.number {
            let time = match self.fault.lasts {
                Lasts::Once => Duration::ZERO,
                Lasts::AMoment => self.fault.moment,
                Lasts::TenMinutes => Duration::from_mins(10),
            };
            self.begun = Some((kind.to_owned(), now + time));
        } else {
            let (struck, until) = self.begun.as_ref()?;
            if self.fault.lasts == Lasts::Once || struck != kind || now >= *until {
                return None;
            }
        }
        self.struck += 1;
        Some(self.fault.happens(kind))
    }
}
