//! The table: its clients, and reading items from it.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use moontide_runtime::journal::Format;
use moontide_runtime::store::StoreError;

use super::item::{self, Damage};
use super::kept::Kept;
use super::keys::{self, Item, PK, SK};
use super::open_error::OpenError;
use super::refusal::Refusal;
use super::retry::{RetryBudget, Stopped, retried};
use crate::attempts::Attempts;
use crate::session::Session;

/// A table, as one session reaches it.
#[derive(Debug)]
pub(super) struct Table {
    /// For heads, journals and signals.
    pub(super) client: Client,
    /// For leases: with less time for an answer, on connections of their own.
    pub(super) leases: Client,
    /// Its name, or its ARN: DynamoDB takes both.
    pub(super) name: String,
    /// Its Region.
    pub(super) region: String,
    /// `dynamodb:TABLE@REGION`, or `dynamodb:ARN`, for people.
    pub(super) place: String,
    /// What this process knows to be in it.
    pub(super) kept: Kept,
}

impl Table {
    /// The table `name` in `region`. Sends no request yet.
    pub(super) fn new(session: &Session, region: &str, name: &str) -> Table {
        let client = |seconds| {
            let config = session.config(region, Attempts::One).into_builder();
            let timeouts = TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(3))
                .operation_attempt_timeout(Duration::from_secs(seconds))
                .build();
            let config = config.timeout_config(timeouts).build();
            let mut config = aws_sdk_dynamodb::config::Builder::from(&config);
            if let Some(keys) = session.keys() {
                config.push_interceptor(SharedInterceptor::new(keys.clone()));
            }
            Client::from_conf(config.build())
        };
        Table {
            client: client(15),
            leases: client(4),
            name: name.to_owned(),
            region: region.to_owned(),
            place: if name.starts_with("arn:") {
                format!("dynamodb:{name}")
            } else {
                format!("dynamodb:{name}@{region}")
            },
            kept: Kept::default(),
        }
    }

    /// Whether it is a store that this release reads.
    pub(super) async fn check(&self) -> Result<(), OpenError> {
        let place = || self.place.clone();
        match self.try_get(keys::store(), RetryBudget::Beat).await {
            Ok(Some(item)) => Ok(self.readable(&item)?),
            Ok(None) => Err(OpenError::NotInitialised { place: place() }),
            Err(Stopped::Missing) => Err(OpenError::Missing { place: place() }),
            Err(stopped) => Err(stopped.unconditional(self).into()),
        }
    }

    /// Refuses the store if a newer release made it.
    pub(super) fn readable(&self, store: &Item) -> Result<(), StoreError> {
        let format = item::number(store, keys::FORMAT);
        let format = Format(format.map_err(|damage| self.damaged("its format", &damage))?);
        format
            .readable_as_store()
            .map_err(|source| StoreError::Format { place: self.place.clone(), source })
    }

    /// An item, if it is there.
    pub(super) async fn get(&self, key: Item) -> Result<Option<Item>, StoreError> {
        let got = self.try_get(key, RetryBudget::Usual).await;
        got.map_err(|stopped| stopped.unconditional(self))
    }

    /// The same, for as long as `patience` lasts.
    pub(super) async fn try_get(
        &self,
        key: Item,
        patience: RetryBudget,
    ) -> Result<Option<Item>, Stopped> {
        let request = || {
            let request = self.client.get_item().table_name(&self.name);
            request.set_key(Some(key.clone())).consistent_read(true).send()
        };
        Ok(retried(self, patience, request).await?.item)
    }

    /// Writes an item, whatever was there.
    pub(super) async fn put(&self, item: &Item) -> Result<(), StoreError> {
        let request = || {
            let request = self.client.put_item().table_name(&self.name);
            request.set_item(Some(item.clone())).send()
        };
        let put = retried(self, RetryBudget::Usual, request).await;
        put.map(|_| ()).map_err(|stopped| stopped.unconditional(self))
    }

    /// The items of a partition from one sort key to another, both included, in order.
    pub(super) async fn range(
        &self,
        pk: &str,
        from: &str,
        to: &str,
        patience: RetryBudget,
    ) -> Result<Vec<Item>, StoreError> {
        let (mut items, mut start) = (Vec::new(), None);
        loop {
            let request = || {
                let request = self.between(pk, from, to);
                request.set_exclusive_start_key(start.clone()).send()
            };
            let page = retried(self, patience, request).await;
            let page = page.map_err(|stopped| stopped.unconditional(self))?;
            items.extend(page.items.unwrap_or_default());
            match page.last_evaluated_key {
                Some(key) if !key.is_empty() => start = Some(key),
                _ => return Ok(items),
            }
        }
    }

    /// The last item of such a range, if there is any; only its keys.
    pub(super) async fn last_key(
        &self,
        pk: &str,
        from: &str,
        to: &str,
        patience: RetryBudget,
    ) -> Result<Option<Item>, StoreError> {
        let request = || {
            let request = self.between(pk, from, to).scan_index_forward(false).limit(1);
            request.projection_expression("#pk, #sk").expression_attribute_names("#sk", SK).send()
        };
        let page = retried(self, patience, request).await;
        let page = page.map_err(|stopped| stopped.unconditional(self))?;
        Ok(page.items.unwrap_or_default().into_iter().next())
    }

    /// A request for them.
    pub(super) fn between(
        &self,
        pk: &str,
        from: &str,
        to: &str,
    ) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :to")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .expression_attribute_values(":from", AttributeValue::S(from.to_owned()))
            .expression_attribute_values(":to", AttributeValue::S(to.to_owned()))
    }

    /// The error that a condition failed on an item that meets it.
    pub(super) fn contradiction(&self) -> StoreError {
        let sentence = "DynamoDB says that a condition failed, and shows an item that meets it";
        Refusal::Never(sentence.to_owned()).at(&self.place)
    }

    /// The error that `what` cannot be read.
    pub(super) fn damaged(&self, what: &str, damage: &Damage) -> StoreError {
        let message = format!("{what} is damaged and cannot be read: {}", damage.0);
        StoreError::Damaged { place: self.place.clone(), message }
    }
}
