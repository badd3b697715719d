//! Taking the lease of an execution, and seeing who holds it.

use std::sync::Arc;
use std::time::Duration;

use moontide_runtime::store::{LeaseRecord, Store, StoreError};

use crate::environment::{Environment, LEASE_TTL};
use crate::error::{CommandError, Hint, Result, code};
use crate::listener::{Listener, Remark};
use crate::next::Next;
use crate::renewal::{self, Renewal, TTL};
use crate::settings::Settings;
use crate::whoami;

/// How long a lease holds, as the environment or the settings say. Every machine that shares the store must
/// say the same.
pub fn ttl(environment: &Environment, settings: &Settings) -> Result<Duration> {
    let Some(text) = environment.lease_ttl.as_deref() else {
        return Ok(settings.lease_ttl.unwrap_or(TTL));
    };
    renewal::parse_ttl(text).ok_or_else(|| {
        let message = format!("{LEASE_TTL} is `{text}`, and not {}", renewal::TTL_IS);
        CommandError::new(code::SETTINGS, message)
    })
}

/// The runner of the execution, unless it is known to be dead.
pub async fn alive(store: &dyn Store, execution: &str) -> Result<Option<String>> {
    Ok(kept(store, execution).await?.map(|lease| lease.holder))
}

/// The lease of the execution's runner, unless that is known to be dead.
pub async fn kept(store: &dyn Store, execution: &str) -> Result<Option<LeaseRecord>> {
    let lease = store.lease(execution).await?.filter(|lease| !lease.is_free());
    Ok(match lease {
        Some(lease) if !store.holder_is_gone(execution, &lease).await? => Some(lease),
        _ => None,
    })
}

/// The complaint that another runner drives an execution.
pub fn held(id: &str, holder: &str) -> CommandError {
    CommandError::new(code::HELD, format!("`{holder}` is driving `{id}`"))
        .hint(Hint::step("`", Next::status(id), "` shows how far it is"))
        .hint(Hint::step("if it hangs, stop it; `", Next::resume(id), "` goes on then"))
}

/// Takes the lease of an execution, and renews it from now on. Whether a runner that seems to hold it lives is seen by
/// watching, which takes time.
pub async fn acquire(
    (environment, settings): (&Environment, &Settings),
    listener: &dyn Listener,
    store: &Arc<dyn Store>,
    id: &str,
) -> Result<Renewal> {
    if let Some(holder) = alive(store.as_ref(), id).await? {
        listener.hear(&Remark::Watching { execution: id.to_owned(), holder });
    }
    let us = whoami::holder(environment);
    let ttl = ttl(environment, settings)?;
    let patience = settings.patience.of(environment)?;
    let acquired = Renewal::acquire(Arc::clone(store), id, &us, ttl, patience).await;
    acquired.map_err(|error| match error {
        StoreError::Held { holder } => held(id, &holder),
        error => error.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_wins_over_the_settings_in_how_long_leases_hold() {
        let bare = (Environment::default(), Settings::default());
        assert_eq!(ttl(&bare.0, &bare.1).unwrap(), TTL);
        let set = Settings { lease_ttl: Some(Duration::from_secs(90)), ..Settings::default() };
        assert_eq!(ttl(&bare.0, &set).unwrap(), Duration::from_secs(90));
        let said = Environment { lease_ttl: Some("2m".into()), ..Environment::default() };
        assert_eq!(ttl(&said, &set).unwrap(), Duration::from_mins(2));
    }
}
