//! Making the place where executions are kept.

use moontide_aws::DynamoStore;
use moontide_aws::store::Setting;
use schemars::JsonSchema;
use serde::Serialize;

use super::Address;
use crate::error::{CommandError, Result, code};

/// What was made, or was there already.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Made {
    /// Where it is, as `--store` takes it.
    pub store: String,
    /// Whether it was not there before.
    pub created: bool,
    /// The deletion of items that have expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_to_live: Option<Turned>,
    /// The restoring of any second of the last weeks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point_in_time_recovery: Option<Turned>,
    /// The protection against being deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_protection: Option<Turned>,
}

/// What became of a setting.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Turned {
    /// `turned_on`, `was_on` or `not_offered`.
    pub setting: &'static str,
    /// Why it is not offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Makes the store at this address, if it is not there yet; a new table is encrypted with this key of KMS.
pub fn make(address: &Address, kms_key: Option<&str>) -> Result<Made> {
    match address {
        Address::Sqlite(_) if kms_key.is_some() => {
            let message =
                "`--kms-key` is for a table: a file is encrypted by the disk that it lies on";
            Err(CommandError::new(code::BAD_ARGUMENT, message)
                .hint("a table is named with `--store dynamodb:TABLE@REGION`"))
        }
        Address::Sqlite(path) => {
            let created = !path.exists();
            address.open()?;
            let store = address.text();
            Ok(Made {
                store,
                created,
                time_to_live: None,
                point_in_time_recovery: None,
                deletion_protection: None,
            })
        }
        Address::Dynamo { table, .. } => {
            let made = DynamoStore::make(address.session_settings(), table, kms_key)?;
            Ok(Made {
                store: made.place,
                created: made.created,
                time_to_live: Some(made.time_to_live.into()),
                point_in_time_recovery: Some(made.point_in_time_recovery.into()),
                deletion_protection: Some(made.deletion_protection.into()),
            })
        }
    }
}

impl From<Setting> for Turned {
    fn from(setting: Setting) -> Turned {
        match setting {
            Setting::TurnedOn => Turned { setting: "turned_on", reason: None },
            Setting::WasOn => Turned { setting: "was_on", reason: None },
            Setting::NotOffered(reason) => Turned { setting: "not_offered", reason: Some(reason) },
        }
    }
}
