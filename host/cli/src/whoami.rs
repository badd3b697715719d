//! Who we are, for journals and leases.

use crate::environment::Environment;

/// The user of the operating system, as far as the environment tells.
pub(crate) fn user(environment: &Environment) -> String {
    environment.user.clone().unwrap_or_else(|| "unknown".to_owned())
}

/// This process, as others see it in a lease: `ann@dr-console pid 4711`.
pub(crate) fn holder(environment: &Environment) -> String {
    let host = gethostname::gethostname();
    let host = host.to_string_lossy();
    format!("{}@{host} pid {}", user(environment), std::process::id())
}
