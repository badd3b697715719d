//! A scripted AWS and a clock that follows tokio's.

mod clock;
mod script;

use std::sync::Arc;

use jiff::Timestamp;
use moontide_aws::{AwsWorld, Session, Settings};
use moontide_runtime::effect::{
    Call, EffectError, Evidence, Finding, Key, Lane, Operation, Outcome, Reply, World,
};
use serde_json::Value;

pub(crate) use self::clock::TestClock;
pub(crate) use self::script::{Answer, Request, Script};

/// When every test begins.
pub(crate) const START: &str = "2026-11-21T00:00:00Z";

/// The moment `seconds` after [`START`], as AWS writes it.
pub(crate) fn at(seconds: impl Into<f64>) -> String {
    let start: Timestamp = START.parse().unwrap();
    (start + jiff::SignedDuration::from_secs_f64(seconds.into())).to_string()
}

/// The world, over a script.
pub(crate) fn world(script: &Script) -> AwsWorld {
    world_with(script, Settings::default())
}

pub(crate) fn world_with(script: &Script, settings: Settings) -> AwsWorld {
    let session = Session::pretend(script.client());
    AwsWorld::new(session, "us-west-2", Arc::new(TestClock::new()), settings)
}

/// A call as the door would make it.
pub(crate) fn call(world: &AwsWorld, operation: &str, arguments: &Value) -> Call {
    let lane = Lane::of_wave("database", 1);
    Call {
        execution: "x-1".into(),
        nonce: String::new(),
        wave: "database".into(),
        key: Key::of("x-1", &lane, 1),
        lane,
        position: 1,
        operation: operation.into(),
        arguments: find(world, operation).check(arguments).unwrap(),
    }
}

pub(crate) fn find<'a>(world: &'a AwsWorld, operation: &str) -> &'a dyn Operation {
    world.operation(operation).unwrap()
}

/// Performs an operation.
pub(crate) async fn perform(world: &AwsWorld, operation: &str, arguments: Value) -> Reply {
    find(world, operation).perform(&call(world, operation, &arguments)).await
}

/// Reconciles an operation whose intent was written at [`START`].
pub(crate) async fn reconcile(world: &AwsWorld, operation: &str, arguments: Value) -> Finding {
    let intended_at = START.parse().unwrap();
    find(world, operation).reconcile(&call(world, operation, &arguments), intended_at).await
}

/// The key of every [`call`].
pub(crate) fn key() -> String {
    Key::of("x-1", &Lane::of_wave("database", 1), 1).to_string()
}

pub(crate) fn value(reply: Reply) -> Value {
    match reply.outcome {
        Outcome::Ok { value } => value,
        other => panic!("expected a value, got {other:?}"),
    }
}

pub(crate) fn error(reply: Reply) -> EffectError {
    match reply.outcome {
        Outcome::Failed { error } => error,
        other => panic!("expected an error, got {other:?}"),
    }
}

pub(crate) fn undecided(finding: Finding) -> Evidence {
    match finding {
        Finding::Undecided(evidence) => evidence,
        other => panic!("expected that it cannot be known, got {other:?}"),
    }
}
