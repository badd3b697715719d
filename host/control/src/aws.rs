//! AWS as executions reach it, and whose credentials lead there.

use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use moontide_aws::{AwsWorld, Session, Settings};
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{Call, EffectError, Key, Lane, Outcome, Unavailable, World};
use serde_json::{Value, json};

use crate::error::{CommandError, Result, code};

/// AWS as an execution in this Region reaches it.
pub fn world(session: Session, region: &str, clock: &Arc<dyn Clock>, seed: u64) -> Rc<dyn World> {
    let settings = Settings { seed, ..Settings::default() };
    Rc::new(AwsWorld::new(session, region, Arc::clone(clock), settings))
}

/// The identity that asks AWS.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The account's twelve digits.
    pub account: Option<String>,
    /// The user or role.
    pub arn: Option<String>,
}

/// Asks STS who we are. This is the first call of a run, so it is where missing credentials show. What follows
/// is asked in the same account.
pub async fn caller(world: &dyn World) -> Result<Caller> {
    match ask(world, "sts.get_caller_identity", &json!({})).await? {
        Outcome::Ok { value } => {
            let account = text(&value, "account");
            if let Some(account) = &account {
                world.belongs_to(account);
            }
            Ok(Caller { account, arn: text(&value, "arn") })
        }
        Outcome::Failed { error } => Err(refused(&error)),
        Outcome::Unknown { evidence } => Err(no_credentials(&evidence.message)),
    }
}

/// Asks AWS something before there is an execution, or beside it. Nothing that changes anything passes here.
pub async fn ask(world: &dyn World, operation: &str, arguments: &Value) -> Result<Outcome> {
    let known = world.operation(operation).filter(|it| !it.class().needs_intent());
    let known = known.ok_or_else(|| {
        CommandError::new(code::INTERNAL, format!("the world has no read `{operation}`"))
    })?;
    let arguments = known.check(arguments).map_err(|error| {
        CommandError::new(code::INTERNAL, format!("`{operation}` cannot be asked: {error}"))
    })?;
    let lane = Lane::of_wave("moontide", 1);
    let call = Call {
        execution: String::new(),
        nonce: String::new(),
        wave: String::new(),
        key: Key::of("", &lane, 1),
        lane,
        position: 1,
        operation: operation.to_owned(),
        arguments,
    };
    Ok(known.perform(&call).await.outcome)
}

/// Every item of a list, page by page.
pub async fn all(
    world: &dyn World,
    operation: &str,
    region: &str,
    mut asked: Value,
) -> Result<std::result::Result<Vec<Value>, EffectError>> {
    asked["region"] = region.into();
    let mut all = Vec::new();
    loop {
        let mut page = match ask(world, operation, &asked).await? {
            Outcome::Ok { value } => value,
            Outcome::Failed { error } => return Ok(Err(error)),
            Outcome::Unknown { evidence } => {
                return Ok(Err(EffectError::new("Unknown", evidence.message)));
            }
        };
        if let Value::Array(items) = page["items"].take() {
            all.extend(items);
        }
        let next = page["next_token"].take();
        // A list that goes on where it was has no end.
        if next.is_null() || next == asked["next_token"] {
            return Ok(Ok(all));
        }
        asked["next_token"] = next;
    }
}

fn text(value: &Value, field: &str) -> Option<String> {
    value.get(field).and_then(Value::as_str).map(str::to_owned)
}

fn refused(error: &EffectError) -> CommandError {
    let message = format!("AWS cannot be asked who we are: {error}");
    match error.unavailable {
        Some(Unavailable::Network) => CommandError::new(code::UNREACHABLE, message)
            .hint("if AWS_ENDPOINT_URL or `--endpoint-url` leads to `moontide sim`: is it running?")
            .hint("nothing was begun: try again once this network reaches AWS"),
        Some(Unavailable::Busy | Unavailable::Lease) => {
            CommandError::new(code::UNREACHABLE, message)
                .hint("nothing was begun: try again in a moment")
        }
        Some(Unavailable::Credentials) | None => no_credentials(&message),
    }
}

fn no_credentials(message: &str) -> CommandError {
    // The SDK lists in many lines where it has looked.
    let lines: Vec<&str> = message.lines().map(str::trim).collect();
    CommandError::new(code::NO_CREDENTIALS, lines.join("; ").replace(":; ", ": "))
        .hint("`aws sts get-caller-identity` shows whose credentials are in use")
        .hint("`aws sso login` renews those of an SSO profile")
}

/// Whether an address leads to this machine only.
pub fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return false;
    }
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for here in
            ["http://127.0.0.1:9400", "http://localhost/x", "http://[::1]:80", "127.0.0.9:1"]
        {
            assert!(is_loopback(here), "{here}");
        }
        for there in [
            "https://drs.us-west-2.amazonaws.com",
            "http://127.0.0.1@evil",
            "http://localhost.evil",
            "",
        ] {
            assert!(!is_loopback(there), "{there}");
        }
    }
}
