//! Who we are, for journals and leases.

use std::sync::Arc;
use std::time::Duration;

use moontide_aws::Session;
use moontide_runtime::clock::Clock;

use crate::clocks::SystemClock;
use crate::context::Context;
use crate::environment::Environment;
use crate::error::Result;
use crate::stores::Address;
use crate::{aws, drive};

/// So long STS may take to say who we are. An answer must get through also while a Region fails.
const PATIENCE: Duration = Duration::from_secs(3);

/// In whose name this process speaks to an execution. In a store that is a file of this machine, that is the
/// user of the operating system, whom the file's permissions have let in; a store that AWS guards knows
/// its callers by their ARN. If STS does not answer, it is the user after all.
pub(crate) async fn author(context: &Context) -> Result<String> {
    let address = context.address()?;
    let known = match &address {
        Address::Sqlite(_) => None,
        Address::Dynamo { .. } => arn(&address).await,
    };
    Ok(known.unwrap_or_else(|| user(&context.environment)))
}

/// The caller of the store, as STS knows them.
async fn arn(address: &Address) -> Option<String> {
    let session = Session::open(address.session_settings()).await.ok()?;
    let region = session.region().ok()?.to_owned();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let world = drive::world(session, &region, &clock, 0);
    let caller = tokio::time::timeout(PATIENCE, aws::caller(world.as_ref())).await;
    caller.ok()?.ok()?.arn
}

/// The user of the operating system. The SSM agent tells its commands no name, and runs them as root.
pub(crate) fn user(environment: &Environment) -> String {
    environment.user.clone().unwrap_or_else(without_name)
}

#[cfg(unix)]
fn without_name() -> String {
    let id = rustix::process::getuid();
    if id.is_root() { "root".to_owned() } else { format!("uid:{}", id.as_raw()) }
}

#[cfg(not(unix))]
fn without_name() -> String {
    "unknown".to_owned()
}

/// This process, as others see it in a lease: `ann@dr-console pid 4711`.
pub(crate) fn holder(environment: &Environment) -> String {
    let host = gethostname::gethostname();
    let host = host.to_string_lossy();
    format!("{}@{host} pid {}", user(environment), std::process::id())
}
