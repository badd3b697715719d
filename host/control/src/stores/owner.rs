//! The account that makes a table that is named by its ARN: its owner does, in the account that it belongs to.

use std::sync::Arc;

use moontide_aws::Session;
use moontide_runtime::clock::Clock;

use super::Address;
use super::arn::Arn;
use crate::aws;
use crate::clocks::SystemClock;
use crate::error::{CommandError, Hint, Result, code};
use crate::next::Next;

/// The address under which its owner makes a table: by its name. Refuses a table of another account, and one of
/// which AWS does not say whose it is.
pub async fn address(address: Address) -> Result<Address> {
    let Address::Dynamo { table, fallback_region, .. } = &address else { return Ok(address) };
    let Some(Arn { region, account, name }) = Arn::read(table) else { return Ok(address) };
    let ours = account_of(&address, &region).await?;
    if ours.as_ref() != Some(&account) {
        let ours = ours.unwrap_or_else(|| "an account that STS does not name".to_owned());
        let message = format!(
            "{} belongs to the AWS account {account}, and these credentials to {ours}: a table is made by its owner",
            address.text()
        );
        let make = Next::MakeStore { store: format!("dynamodb:{name}@{region}") };
        return Err(CommandError::new(code::OTHER_ACCOUNT, message)
            .hint(Hint::step(format!("with credentials of {account}: `"), make, "`"))
            .hint(
                "the table's resource policy must then allow others what the store does: \
                 dynamodb:GetItem, BatchGetItem, Query, PutItem, UpdateItem, DeleteItem, BatchWriteItem and \
                 ConditionCheckItem",
            ));
    }
    let fallback_region = fallback_region.clone();
    Ok(Address::Dynamo { table: name, region: Some(region), fallback_region })
}

/// The account of the credentials that the store is reached with.
async fn account_of(address: &Address, region: &str) -> Result<Option<String>> {
    let session = Session::open(address.session_settings()).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let world = aws::world(session, region, &clock, 0);
    Ok(aws::caller(world.as_ref()).await?.account)
}
