//! Making a table a store. Each step is asked for only where it is not done, so all of it may be repeated.

use std::time::Duration;

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableOutput;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure as Return;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, ContinuousBackupsStatus, KeySchemaElement, KeyType,
    PointInTimeRecoverySpecification, PointInTimeRecoveryStatus, ScalarAttributeType,
    SseSpecification, SseType, TableDescription, TableStatus, TimeToLiveSpecification,
    TimeToLiveStatus,
};
use moontide_runtime::journal::Format;
use moontide_runtime::store::StoreError;

use super::item;
use super::keys::{self, EXPIRES_AT, PK, SIGN, SK};
use super::refusal::{Conditional, Refusal};
use super::replicas;
use super::retry::{RetryBudget, Stopped, retried};
use super::table::Table;

/// How often a table is looked at that is being made.
const LOOK: Duration = Duration::from_secs(1);
/// How many times. Tables are usually there after some ten seconds.
const LOOKS: u32 = 300;

/// What was done to make a table a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Initialised {
    /// The store's address: `dynamodb:TABLE@REGION`.
    pub place: String,
    /// Whether there was no such table before.
    pub created: bool,
    /// Deleting items by their attribute `expires_at`.
    pub time_to_live: Setting,
    /// Restoring the table as it was at any second of the last weeks.
    pub point_in_time_recovery: Setting,
    /// Refusing to delete the table: with it all that is known of what was launched would be gone.
    pub deletion_protection: Setting,
}

/// A setting of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// It was turned on.
    TurnedOn,
    /// It was on before.
    WasOn,
    /// It cannot be turned on here, and why. The store works without it.
    NotOffered(String),
}

/// Makes the table a store; makes the table first, if there is none.
pub(super) async fn initialise(
    table: &Table,
    kms_key: Option<&str>,
) -> Result<Initialised, StoreError> {
    let created = create(table, kms_key).await?;
    one_region(table, &active(table).await?)?;
    // Before anything is changed: a table of another program has other keys, and refuses this one.
    match table.get(keys::store()).await? {
        Some(store) => table.readable(&store)?,
        None => empty(table).await?,
    }
    let time_to_live = time_to_live(table).await;
    let point_in_time_recovery = point_in_time_recovery(table).await;
    let deletion_protection = match deletion_protection(table).await {
        // It was made with it.
        Setting::WasOn if created => Setting::TurnedOn,
        setting => setting,
    };
    sign(table).await?;
    let place = table.place.clone();
    Ok(Initialised { place, created, time_to_live, point_in_time_recovery, deletion_protection })
}

/// Refuses a table that holds something, and does not say that it is a store: it is another program's, or the
/// store's own sign was lost, and no one should begin anew in it.
async fn empty(table: &Table) -> Result<(), StoreError> {
    let request = || {
        let request = table.client.scan().table_name(&table.name).consistent_read(true).limit(1);
        request.projection_expression("#pk").expression_attribute_names("#pk", PK).send()
    };
    let found = retried(table, RetryBudget::Usual, request).await;
    let found = found.map_err(|stopped| stopped.unconditional(table))?;
    // Another process may have signed it in this moment.
    let other = found.items().iter().find(|item| !item::is(item, PK, SIGN));
    let Some(other) = other else { return Ok(()) };
    let key = item::text(other, PK).unwrap_or_default();
    let sentence = format!(
        "it is not empty, and does not say that it is a store of Moontide: it holds an item `{key}`"
    );
    Err(Refusal::Never(sentence).at(&table.place))
}

/// Makes the table; returns whether there was none.
async fn create(table: &Table, kms_key: Option<&str>) -> Result<bool, StoreError> {
    match describe(table).await {
        Ok(_) => return Ok(false),
        Err(Stopped::Missing) => {}
        Err(stopped) => return Err(stopped.unconditional(table)),
    }
    let request = || {
        let mut request = table.client.create_table().table_name(&table.name);
        for (name, role) in [(PK, KeyType::Hash), (SK, KeyType::Range)] {
            request = request.key_schema(key(name, role)).attribute_definitions(attribute(name));
        }
        if let Some(key) = kms_key {
            let key = SseSpecification::builder()
                .enabled(true)
                .sse_type(SseType::Kms)
                .kms_master_key_id(key);
            request = request.sse_specification(key.build());
        }
        request.billing_mode(BillingMode::PayPerRequest).deletion_protection_enabled(true).send()
    };
    match retried(table, RetryBudget::Usual, request).await {
        // The second: another process has made it in this moment; or we have, and the reply was lost.
        Ok(_) | Err(Stopped::Condition(_)) => Ok(true),
        Err(stopped) => Err(stopped.unconditional(table)),
    }
}

impl Conditional for CreateTableError {
    fn refusal(&self) -> Option<Refusal> {
        // The condition is that there is none.
        self.is_resource_in_use_exception().then_some(Refusal::Condition(None))
    }
}

fn key(name: &str, role: KeyType) -> KeySchemaElement {
    let key = KeySchemaElement::builder().attribute_name(name).key_type(role);
    #[expect(clippy::expect_used, reason = "what a key must have is given above")]
    key.build().expect("a key has a name and a role")
}

fn attribute(name: &str) -> AttributeDefinition {
    let text = ScalarAttributeType::S;
    let attribute = AttributeDefinition::builder().attribute_name(name).attribute_type(text);
    #[expect(clippy::expect_used, reason = "what an attribute must have is given above")]
    attribute.build().expect("an attribute has a name and a type")
}

async fn describe(table: &Table) -> Result<DescribeTableOutput, Stopped> {
    let request = || table.client.describe_table().table_name(&table.name).send();
    retried(table, RetryBudget::Usual, request).await
}

/// Refuses a table that other Regions have a copy of.
fn one_region(table: &Table, described: &TableDescription) -> Result<(), StoreError> {
    match replicas::refusal(described, &table.region) {
        Some(why) => Err(Refusal::Never(why).at(&table.place)),
        None => Ok(()),
    }
}

/// The table, once it can be used.
async fn active(table: &Table) -> Result<TableDescription, StoreError> {
    for _ in 0..LOOKS {
        match describe(table).await {
            Ok(described) => {
                let usable = [TableStatus::Active, TableStatus::Updating];
                let table = described.table.unwrap_or_else(|| TableDescription::builder().build());
                if table.table_status().is_some_and(|status| usable.contains(status)) {
                    return Ok(table);
                }
            }
            // It was asked for a moment ago, and does not show everywhere yet.
            Err(Stopped::Missing) => {}
            Err(stopped) => return Err(stopped.unconditional(table)),
        }
        tokio::time::sleep(LOOK).await;
    }
    let sentence = "the table is being made, and cannot be used yet".to_owned();
    Err(Refusal::Again(sentence).at(&table.place))
}

async fn time_to_live(table: &Table) -> Setting {
    let client = &table.client;
    let asked = retried(table, RetryBudget::Usual, || {
        client.describe_time_to_live().table_name(&table.name).send()
    });
    let status = match asked.await {
        Ok(told) => told.time_to_live_description.and_then(|it| it.time_to_live_status),
        Err(stopped) => return Setting::not_offered(table, stopped),
    };
    if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
        return Setting::WasOn;
    }
    let specification = TimeToLiveSpecification::builder().enabled(true).attribute_name(EXPIRES_AT);
    #[expect(clippy::expect_used, reason = "what it must have is given above")]
    let specification = specification.build().expect("a name, and whether it is on");
    let turned_on = retried(table, RetryBudget::Usual, || {
        let request = client.update_time_to_live().table_name(&table.name);
        request.time_to_live_specification(specification.clone()).send()
    });
    Setting::turned_on(table, turned_on.await)
}

async fn deletion_protection(table: &Table) -> Setting {
    let is_on = match describe(table).await {
        Ok(told) => told.table.and_then(|table| table.deletion_protection_enabled),
        Err(stopped) => return Setting::not_offered(table, stopped),
    };
    if is_on == Some(true) {
        return Setting::WasOn;
    }
    let turned_on = retried(table, RetryBudget::Usual, || {
        let request = table.client.update_table().table_name(&table.name);
        request.deletion_protection_enabled(true).send()
    });
    Setting::turned_on(table, turned_on.await)
}

async fn point_in_time_recovery(table: &Table) -> Setting {
    let client = &table.client;
    let asked = retried(table, RetryBudget::Usual, || {
        client.describe_continuous_backups().table_name(&table.name).send()
    });
    let backups = match asked.await {
        Ok(told) => told.continuous_backups_description,
        Err(stopped) => return Setting::not_offered(table, stopped),
    };
    let is_on = backups.is_some_and(|backups| {
        let recovery = backups.point_in_time_recovery_description();
        let status = recovery.and_then(|it| it.point_in_time_recovery_status());
        backups.continuous_backups_status == ContinuousBackupsStatus::Enabled
            && status == Some(&PointInTimeRecoveryStatus::Enabled)
    });
    if is_on {
        return Setting::WasOn;
    }
    let specification =
        PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true);
    #[expect(clippy::expect_used, reason = "what it must have is given above")]
    let specification = specification.build().expect("whether it is on");
    let turned_on = retried(table, RetryBudget::Usual, || {
        let request = client.update_continuous_backups().table_name(&table.name);
        request.point_in_time_recovery_specification(specification.clone()).send()
    });
    Setting::turned_on(table, turned_on.await)
}

impl Setting {
    fn turned_on<T>(table: &Table, turned_on: Result<T, Stopped>) -> Setting {
        match turned_on {
            Ok(_) => Setting::TurnedOn,
            Err(stopped) => Setting::not_offered(table, stopped),
        }
    }

    fn not_offered(table: &Table, stopped: Stopped) -> Setting {
        let reason = match stopped.unconditional(table) {
            StoreError::Unusable { message, .. } => message,
            error => error.to_string(),
        };
        Setting::NotOffered(reason)
    }
}

/// Writes the format into the table, unless it is there: this is what makes it a store.
async fn sign(table: &Table) -> Result<(), StoreError> {
    let mut item = keys::store();
    item.insert(keys::FORMAT.to_owned(), keys::number(Format::STORE.0));
    let request = || {
        let request = table.client.put_item().table_name(&table.name);
        request
            .set_item(Some(item.clone()))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK)
            .return_values_on_condition_check_failure(Return::AllOld)
            .send()
    };
    match retried(table, RetryBudget::Usual, request).await {
        Ok(_) => Ok(()),
        Err(Stopped::Condition(found)) => table.readable(&found.unwrap_or_default()),
        Err(stopped) => Err(stopped.unconditional(table)),
    }
}
