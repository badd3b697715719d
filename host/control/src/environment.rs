//! The environment variables that Moontide reads, each declared once (those of limits beside
//! the limits). AWS's own are `aws-config`'s
//! affair, except for the few that are looked at here; `NO_COLOR` and `CLICOLOR` are `anstream`'s.

use std::ffi::OsString;
use std::path::PathBuf;

use moontide_aws::services::endpoint_variables;

use crate::settings::limits;

/// Where executions are kept, instead of the platform's state directory.
pub const HOME: &str = "MOONTIDE_HOME";
/// Which store to use, as `--store` does.
pub const STORE: &str = "MOONTIDE_STORE";
/// What to trace, in the syntax of `RUST_LOG`: `moontide=debug,aws_config=info`.
pub const LOG: &str = "MOONTIDE_LOG";
/// How long a lease holds without a sign of life, such as `20s`; the same on every machine that shares the
/// store.
pub const LEASE_TTL: &str = "MOONTIDE_LEASE_TTL";
/// How long a runner waits for the end of its own troubles, such as `30m`.
pub const PATIENCE: &str = "MOONTIDE_PATIENCE";
/// The shell that asks what could come next in a line; the script of `moontide completions` sets it, no operator does.
pub const COMPLETE: &str = "MOONTIDE_COMPLETE";
/// How wide a drawing or a page may be; shells know it as the width of the terminal.
pub const COLUMNS: &str = "COLUMNS";

/// A variable that an operator may set, as the help of a face shows it.
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// The flag that wins over it, if there is one.
    pub flag: Option<&'static str>,
    /// What it says.
    pub is: &'static str,
}

/// Every variable of Moontide's own that is no limit's, and those of AWS's that have a flag.
pub const VARIABLES: [Variable; 8] = [
    Variable { name: STORE, flag: Some("store"), is: "the store" },
    Variable {
        name: HOME,
        flag: None,
        is: "the folder of the default store and of the user's settings",
    },
    Variable { name: LEASE_TTL, flag: None, is: "how long a lease holds without a sign of life" },
    Variable { name: PATIENCE, flag: None, is: "how long AWS and the store are waited for" },
    Variable { name: LOG, flag: Some("verbose"), is: "what to trace on stderr" },
    Variable {
        name: "AWS_PROFILE",
        flag: Some("profile"),
        is: "the profile of the AWS configuration files",
    },
    Variable {
        name: "AWS_REGION",
        flag: Some("region"),
        is: "the Region where a runbook declares none",
    },
    Variable { name: ENDPOINT, flag: Some("endpoint-url"), is: "the address of all calls" },
];

/// The user, for journals. cron sets only the second.
const USER: [&str; 3] = ["USER", "LOGNAME", "USERNAME"];
/// The user's home, which the SSM agent does not set for its commands.
const USER_HOME: &str = "HOME";
/// Where the SSM agent tells its commands their Region; it does not set `AWS_REGION`.
const SSM_REGION: &str = "AWS_SSM_REGION_NAME";
/// The endpoint of all services. `aws-config` reads it too; `--speed` wants to know where it leads.
pub const ENDPOINT: &str = "AWS_ENDPOINT_URL";

/// Everything read, once, at the start.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// [`HOME`].
    pub home: Option<PathBuf>,
    /// [`STORE`].
    pub store: Option<String>,
    /// [`LOG`].
    pub log: Option<String>,
    /// [`LEASE_TTL`].
    pub lease_ttl: Option<String>,
    /// [`PATIENCE`].
    pub patience: Option<String>,
    /// The first of [`USER`] that is set.
    pub user: Option<String>,
    /// Whether [`USER_HOME`] is set.
    pub has_user_home: bool,
    /// [`SSM_REGION`].
    pub ssm_region: Option<String>,
    /// [`ENDPOINT`].
    pub endpoint: Option<String>,
    /// Limits of programs, by their keys in `moontide.toml`.
    pub limits: Vec<(String, String)>,
    /// Those of single services, which win over [`ENDPOINT`], as far as they are set.
    pub service_endpoints: Vec<String>,
}

impl Environment {
    /// Reads the process's environment. A variable that is set to nothing counts as not set.
    pub fn read() -> Environment {
        Environment {
            home: raw(HOME).map(PathBuf::from),
            store: text(STORE),
            log: text(LOG),
            lease_ttl: text(LEASE_TTL),
            patience: text(PATIENCE),
            user: USER.into_iter().find_map(text),
            has_user_home: raw(USER_HOME).is_some(),
            ssm_region: text(SSM_REGION),
            endpoint: text(ENDPOINT),
            limits: limits::ALL
                .iter()
                .filter_map(|limit| Some((limit.key.to_owned(), text(limit.variable)?)))
                .collect(),
            service_endpoints: endpoint_variables().filter_map(text).collect(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the file that reads the environment")]
fn raw(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// A variable that an operator has named; `None` if it is not set, or to nothing.
pub fn text(name: &str) -> Option<String> {
    raw(name).and_then(|value| value.into_string().ok())
}
