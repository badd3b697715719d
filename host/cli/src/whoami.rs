//! Who we are, for journals and leases.

use crate::environment::Environment;

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
