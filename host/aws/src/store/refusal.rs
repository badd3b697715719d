//! What DynamoDB says when it does not do as asked.

use std::error::Error;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use moontide_runtime::effect::Unavailable;
use moontide_runtime::store::StoreError;

use super::keys::Item;
use crate::error;

/// Codes that are worth another try, beside those of [`crate::error`].
const AGAIN: [&str; 5] = [
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "ReplicatedWriteConflictException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// Reasons for which DynamoDB gives up a transaction that is worth another try.
const GIVEN_UP: [&str; 6] = [
    "None",
    "ProvisionedThroughputExceeded",
    "RequestLimitExceeded",
    "ThrottlingError",
    "TransactionConflict",
    "TransactionInProgress",
];

/// Why a request was not granted.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Its condition does not hold. The item as it is; `None` if there is none.
    Condition(Option<Item>),
    /// There is no such table.
    Missing,
    /// Another try may help. Whether this one has succeeded is not known.
    Again(String),
    /// The credentials are not accepted: another try helps once they are renewed.
    NotAccepted(String),
    /// It never will be.
    Never(String),
}

impl Refusal {
    /// What `error` comes to.
    pub(super) fn of<E>(error: &SdkError<E, HttpResponse>) -> Refusal
    where
        E: Conditional + ProvideErrorMetadata + Error + 'static,
    {
        match error.as_service_error().and_then(Conditional::refusal) {
            Some(refusal) => refusal,
            None if error.code() == Some("ResourceNotFoundException") => Refusal::Missing,
            None => {
                let told = error::failed(error);
                let sentence = told.to_string();
                match told.code.as_str() {
                    code if told.retryable || AGAIN.contains(&code) => Refusal::Again(sentence),
                    "CredentialsUnavailable" => Refusal::NotAccepted(no_credentials(&told.message)),
                    _ if told.unavailable == Some(Unavailable::Credentials) => {
                        Refusal::NotAccepted(format!(
                            "the credentials are not accepted: {sentence}"
                        ))
                    }
                    "AccessDeniedException" => Refusal::Never(format!(
                        "access is denied: the credentials must be allowed to use this table \
                         ({sentence})"
                    )),
                    "ValidationException" if sentence.contains("key") => Refusal::Never(format!(
                        "its keys are not those of a store: it is a table of another program \
                         ({sentence})"
                    )),
                    _ => Refusal::Never(sentence),
                }
            }
        }
    }

    /// As an error of the store at `place`, for a request without a condition.
    pub(super) fn at(self, place: &str) -> StoreError {
        let (message, transient) = match self {
            Refusal::Condition(_) => {
                ("a condition failed that the request did not make".to_owned(), false)
            }
            Refusal::Missing => ("there is no such table".to_owned(), false),
            Refusal::Again(sentence) | Refusal::NotAccepted(sentence) => (sentence, true),
            Refusal::Never(sentence) => (sentence, false),
        };
        StoreError::Unusable { place: place.to_owned(), message, transient }
    }
}

/// The SDK lists in many lines where it has looked; and the advice about flags is for the world only.
fn no_credentials(message: &str) -> String {
    let said = message.split(" (no usable credentials").next().unwrap_or_default();
    let lines: Vec<&str> = said.lines().map(str::trim).collect();
    format!("there are no usable credentials: {}", lines.join("; ").replace(":; ", ": "))
}

/// Errors of operations, which may have a condition.
pub(super) trait Conditional {
    /// What it comes to if it is about a condition, or about a transaction.
    fn refusal(&self) -> Option<Refusal> {
        None
    }
}

impl Conditional for PutItemError {
    fn refusal(&self) -> Option<Refusal> {
        match self {
            PutItemError::ConditionalCheckFailedException(failed) => {
                Some(Refusal::Condition(failed.item().cloned()))
            }
            _ => None,
        }
    }
}

impl Conditional for UpdateItemError {
    fn refusal(&self) -> Option<Refusal> {
        match self {
            UpdateItemError::ConditionalCheckFailedException(failed) => {
                Some(Refusal::Condition(failed.item().cloned()))
            }
            _ => None,
        }
    }
}

impl Conditional for TransactWriteItemsError {
    fn refusal(&self) -> Option<Refusal> {
        let TransactWriteItemsError::TransactionCanceledException(cancelled) = self else {
            return None;
        };
        let reasons = cancelled.cancellation_reasons();
        let code = |reason: &aws_sdk_dynamodb::types::CancellationReason| {
            reason.code().unwrap_or("None").to_owned()
        };
        if let Some(reason) = reasons.iter().find(|it| code(it) == "ConditionalCheckFailed") {
            return Some(Refusal::Condition(reason.item().cloned()));
        }
        let codes: Vec<String> = reasons.iter().map(code).collect();
        let sentence = format!("the transaction was cancelled: {}", codes.join(", "));
        if codes.iter().all(|code| GIVEN_UP.contains(&code.as_str())) {
            return Some(Refusal::Again(sentence));
        }
        let messages: Vec<&str> = reasons.iter().filter_map(|it| it.message()).collect();
        Some(Refusal::Never(format!("{sentence} ({})", messages.join("; "))))
    }
}

/// Operations without a condition.
macro_rules! unconditional {
    ($($operation:ident :: $error:ident),* $(,)?) => {
        $(impl Conditional for aws_sdk_dynamodb::operation::$operation::$error {})*
    };
}
unconditional!(
    batch_get_item::BatchGetItemError,
    batch_write_item::BatchWriteItemError,
    describe_continuous_backups::DescribeContinuousBackupsError,
    describe_table::DescribeTableError,
    describe_time_to_live::DescribeTimeToLiveError,
    get_item::GetItemError,
    query::QueryError,
    scan::ScanError,
    update_continuous_backups::UpdateContinuousBackupsError,
    update_table::UpdateTableError,
    update_time_to_live::UpdateTimeToLiveError,
);
