//! Who we are, for journals and leases.

use crate::context::Context;
use crate::environment::Environment;
use crate::error::Result;
use crate::stores::Address;

/// In whose name this process speaks to an execution. In a store that is a file of this machine, that is the
/// user of the operating system, whom the file's permissions have let in; a store that AWS guards knows
/// its callers by their ARN.
#[expect(clippy::unused_async, reason = "whom AWS knows, only AWS can tell")]
pub(crate) async fn author(context: &Context) -> Result<String> {
    match context.address()? {
        Address::Sqlite(_) => Ok(user(&context.environment)),
    }
}

/// The user of the operating system. The SSM agent tells its commands no name, and runs them as root.
pub(crate) fn user(environment: &Environment) -> String {
    environment.user.clone().unwrap_or_else(without_name)
}

#[cfg(unix)]
fn without_name() -> String {
    let id = rustix::process::getuid();
    if id.is_root() { "root".to_owned() } else { format!("uid {}", id.as_raw()) }
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
