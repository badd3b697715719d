//! The name of this process, for journals and leases.
//!
//! A name that every process can set, such as the variable `USER`, is a claim: it is journaled beside the real sender.

use std::sync::Arc;
use std::time::Duration;

use moontide_aws::Session;
use moontide_runtime::clock::Clock;

use crate::aws;
use crate::clocks::SystemClock;
use crate::environment::Environment;
use crate::error::{CommandError, Result, code};
use crate::listener::{Listener, Remark};
use crate::stores::Address;

/// So long STS may take to name the caller. An answer must get through also while a Region fails.
const PATIENCE: Duration = Duration::from_secs(3);

/// A person who speaks to an execution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// In whose name.
    pub name: String,
    /// The real sender, where the name is a claim.
    pub sender: String,
}

impl Person {
    /// The person `real`, under the name `name`.
    fn claiming(name: String, real: String) -> Person {
        let sender = if name == real { String::new() } else { real };
        Person { name, sender }
    }

    /// The real sender.
    pub fn real(&self) -> &str {
        if self.sender.is_empty() { &self.name } else { &self.sender }
    }
}

/// In whose name this process speaks to an execution, which `--by` may claim. In a store that is a file of this
/// machine, that is the user of the operating system, whom the file's permissions have let in; a store that AWS
/// guards knows its callers by their ARN. If STS does not answer, only a claim is left: one person under two names
/// would be two people.
pub async fn author(
    environment: &Environment,
    address: &Address,
    by: Option<&str>,
) -> Result<Person> {
    let known = match address {
        Address::Sqlite(_) => Some(local(environment)),
        Address::Dynamo { .. } => {
            arn(address).await.map(|arn| Person { name: arn, sender: String::new() })
        }
    };
    match (known, by) {
        (Some(known), Some(by)) => Ok(Person::claiming(by.to_owned(), known.real().to_owned())),
        (Some(known), None) => Ok(known),
        (None, Some(by)) => {
            let real = format!("{}, whom AWS has not confirmed", account());
            Ok(Person::claiming(by.to_owned(), real))
        }
        (None, None) => {
            let message = format!("AWS does not say within {}s who you are", PATIENCE.as_secs());
            Err(CommandError::new(code::UNIDENTIFIED, message).hint(
                "`--by NAME` says in whose name it is; the journal shows that this is a claim",
            ))
        }
    }
}

/// In whose name this process answers what its execution asks, which `by` may claim. Driving needs no name: where AWS
/// does not say it, what is asked is left to others, and so is what was answered beforehand.
pub async fn speaker(
    environment: &Environment,
    address: &Address,
    by: Option<&str>,
    listener: &dyn Listener,
) -> Result<Option<Person>> {
    match author(environment, address, by).await {
        Ok(person) => Ok(Some(person)),
        Err(error) if error.code == code::UNIDENTIFIED => {
            listener.hear(&Remark::Unanswering { why: error.message });
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The caller of the store, as STS knows them.
async fn arn(address: &Address) -> Option<String> {
    let session = Session::open(address.session_settings()).await.ok()?;
    let region = session.region().ok()?.to_owned();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let world = aws::world(session, &region, &clock, 0);
    let caller = tokio::time::timeout(PATIENCE, aws::caller(world.as_ref())).await;
    caller.ok()?.ok()?.arn
}

/// The user of the operating system, and the name that they go by.
fn local(environment: &Environment) -> Person {
    let real = account();
    let claimed = environment.user.clone().filter(|name| name.chars().all(is_of_name));
    Person::claiming(claimed.unwrap_or_else(|| real.clone()), real)
}

/// Whether a name may have this in it; others could look like a sentence of ours.
fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || "_.-@/:+=\\$".contains(character)
}

/// The user of the operating system.
pub fn user(environment: &Environment) -> String {
    local(environment).name
}

/// The account that this process runs under. The SSM agent tells its commands no name, and runs them as root.
fn account() -> String {
    whoami::username().unwrap_or_else(|_| without_name())
}

#[cfg(unix)]
fn without_name() -> String {
    format!("uid:{}", rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn without_name() -> String {
    "unknown".to_owned()
}

/// This process, as others see it in a lease: `ann@dr-console pid 4711`.
pub fn holder(environment: &Environment) -> String {
    let host = gethostname::gethostname();
    let host = host.to_string_lossy();
    format!("{}@{host} pid {}", user(environment), std::process::id())
}
