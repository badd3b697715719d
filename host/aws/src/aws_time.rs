//! What time it is in AWS: the machine's own clock, set right by the `Date` header of every answer.
//!
//! The machine that runs a recovery may have a wrong clock, and the machine that wrote an intent may have had
//! another one. A moment that AWS names is therefore compared with AWS's own time; and requests are signed with
//! it, so that a clock that is an hour off costs no request.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;
use jiff::{SignedDuration, Timestamp};
use moontide_runtime::clock::Clock;

/// A difference that the header's whole seconds and the way of the answer explain.
const TOLERANCE_MS: i64 = 3_000;

/// AWS's time. Clones share what was learned.
#[derive(Clone)]
pub(crate) struct AwsTime {
    clock: Arc<dyn Clock>,
    /// How far AWS's clock goes ahead of ours, in milliseconds.
    ahead: Arc<AtomicI64>,
}

impl fmt::Debug for AwsTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsTime").field("ahead", &self.ahead).finish_non_exhaustive()
    }
}

impl AwsTime {
    /// As the clock has it, before AWS has answered anything.
    pub(crate) fn by(clock: Arc<dyn Clock>) -> AwsTime {
        AwsTime { clock, ahead: Arc::default() }
    }

    /// The time in AWS.
    pub(crate) fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead.load(Ordering::Relaxed));
        let now = self.clock.now();
        now.checked_add(ahead).unwrap_or(now)
    }

    /// AWS has just said that it is `date`, in whole seconds.
    fn learn(&self, date: Timestamp) {
        // The clock of a runner is set right as a whole.
        self.clock.learn(date);
        let ahead = self.clock.now().duration_until(date).as_millis();
        let ahead = i64::try_from(ahead).unwrap_or_default();
        if (ahead - self.ahead.load(Ordering::Relaxed)).abs() > TOLERANCE_MS {
            self.ahead.store(ahead, Ordering::Relaxed);
        }
    }
}

impl TimeSource for AwsTime {
    fn now(&self) -> SystemTime {
        SystemTime::from(AwsTime::now(self))
    }
}

impl Intercept for AwsTime {
    fn name(&self) -> &'static str {
        "AwsTime"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|text| DateTime::from_str(text, Format::HttpDate).ok());
        if let Some(date) = date.and_then(|date| Timestamp::from_second(date.secs()).ok()) {
            self.learn(date);
        }
        Ok(())
    }
}
