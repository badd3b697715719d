//! What tells a store from every other. The words of an address may lead elsewhere from another folder, or with other
//! credentials.

use moontide_runtime::clock::Clock as _;
use moontide_runtime::store::documents::{Change, Condition};
use moontide_runtime::store::{Store, StoreError};
use serde_json::{Value, json};

use crate::clocks::SystemClock;
use crate::error::{CommandError, Result, code};

/// The document that holds it: its kind, and its name.
pub const DOCUMENT: (&str, &str) = ("store", "identity");

/// The identity of a store, if it was ever asked for.
pub async fn known(store: &dyn Store) -> Result<Option<String>> {
    let (kind, name) = DOCUMENT;
    let read = |body: &Value| body["id"].as_str().map(str::to_owned);
    Ok(store.document(kind, name).await?.and_then(|it| read(&it.body)))
}

/// The identity of a store; given, by this user, when it is first asked for.
pub async fn of(store: &dyn Store, user: &str) -> Result<String> {
    let (kind, name) = DOCUMENT;
    if let Some(found) = known(store).await? {
        return Ok(found);
    }
    let id = format!("{:032x}", fastrand::u128(..));
    let given = Change {
        kind: kind.to_owned(),
        name: name.to_owned(),
        body: Some(json!({ "id": id })),
        condition: Condition::New,
        at: SystemClock::new().now(),
        by: user.to_owned(),
        behalf: None,
    };
    match store.change(&given).await {
        Ok(_) => Ok(id),
        Err(StoreError::Conflict { .. }) => known(store).await?.ok_or_else(|| {
            CommandError::new(code::STORE_DAMAGED, "the store's identity cannot be read")
        }),
        Err(error) => Err(error.into()),
    }
}
