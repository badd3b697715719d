//! DRS's errors: status, `x-amzn-ErrorType`, and a body whose fields depend on the kind.

use serde_json::{Map, Value, json};

use super::quota::Exceeded;
use super::reply::reply;
use crate::fact::{Fact, source};
use crate::plug::Failure;
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "drs.errors",
        "Validation and UninitializedAccount are 400, ServiceQuotaExceeded 402, AccessDenied 403, \
         ResourceNotFound 404, Conflict 409, Throttling 429, InternalServer 500.",
        source::DRS_MODEL,
    ),
    Fact::documented(
        "drs.errors.retry-after",
        "Throttling and internal errors carry a Retry-After header.",
        source::DRS_MODEL,
    ),
    Fact::documented(
        "drs.errors.credentials",
        "Credentials that have expired are refused with 403 ExpiredTokenException, before anything happens.",
        "docs.aws.amazon.com/drs/latest/APIReference/CommonErrors.html",
    ),
    Fact::assumed(
        "drs.errors.code",
        "The field `code` repeats the name of the error.",
        "the model has the field, and no page says what it holds",
    ),
];

/// A refusal by DRS.
#[derive(Debug)]
pub(crate) struct Error {
    status: u16,
    kind: &'static str,
    message: String,
    /// Beside `message` and `code`.
    fields: Map<String, Value>,
    retry_after: Option<i64>,
}

impl Error {
    fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into(), fields: Map::new(), retry_after: None }
    }

    fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    fn about(self, resource_type: &str, id: &str) -> Self {
        self.with("resourceId", id).with("resourceType", resource_type)
    }

    /// The body is not what the operation takes at all.
    pub(super) fn cannot_parse(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationException", message).with("reason", "cannotParse")
    }

    /// One field has a wrong value.
    pub(super) fn invalid(field: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let list = json!([{ "name": field, "message": message }]);
        Self::new(400, "ValidationException", format!("Validation failed: {field}: {message}"))
            .with("reason", "fieldValidationFailed")
            .with("fieldList", list)
    }

    pub(super) fn not_found(resource_type: &str, id: &str) -> Self {
        let message = format!("{resource_type} {id} does not exist");
        Self::new(404, "ResourceNotFoundException", message).about(resource_type, id)
    }

    pub(super) fn conflict(resource_type: &str, id: &str, message: impl Into<String>) -> Self {
        Self::new(409, "ConflictException", message).about(resource_type, id)
    }

    /// Quotas are of an account.
    pub(super) fn quota(exceeded: Exceeded, account: &str) -> Self {
        let Exceeded { quota_code, what, limit } = exceeded;
        Self::new(
            402,
            "ServiceQuotaExceededException",
            format!("The request exceeds the quota of {limit} {what}"),
        )
        .about("Account", account)
        .with("serviceCode", "drs")
        .with("quotaCode", quota_code)
    }

    pub(super) fn uninitialized() -> Self {
        Self::new(400, "UninitializedAccountException", "Account not initialized")
    }

    pub(super) fn unknown_operation(name: &str) -> Self {
        Self::new(404, "UnknownOperationException", format!("The operation {name} is unknown"))
    }
}

/// Too many requests.
pub(super) fn throttled(retry_after: i64) -> Reply {
    let error = Error::new(429, "ThrottlingException", "Rate exceeded")
        .with("serviceCode", "drs")
        .with("quotaCode", "L-00000000");
    Error { retry_after: Some(retry_after), ..error }.into()
}

/// A failure that any operation may meet.
pub(super) fn failed(failure: Failure, operation: &str) -> Reply {
    let error = match failure {
        Failure::AccessDenied => {
            let message = format!("User is not authorized to perform: drs:{operation}");
            Error::new(403, "AccessDeniedException", message)
        }
        Failure::ExpiredCredentials => {
            let message = "The security token included in the request is expired";
            Error::new(403, "ExpiredTokenException", message)
        }
        Failure::Unavailable => Error::new(503, "ServiceUnavailable", "The service is unavailable"),
        Failure::Internal => Error {
            retry_after: Some(1),
            ..Error::new(500, "InternalServerException", "An unexpected error has occurred")
        },
    };
    error.into()
}

impl From<Error> for Reply {
    fn from(error: Error) -> Self {
        let mut body = error.fields;
        body.insert("message".to_owned(), error.message.clone().into());
        body.insert("code".to_owned(), error.kind.into());
        let mut reply = reply(error.status, &Value::Object(body))
            .about(format!("{}: {}", error.kind, error.message));
        reply.headers.push(("x-amzn-errortype", error.kind.to_owned()));
        if let Some(seconds) = error.retry_after {
            reply.headers.push(("retry-after", seconds.to_string()));
        }
        reply
    }
}
