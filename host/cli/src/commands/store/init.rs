//! `moontide store init`: makes the place where executions are kept.

use clap::Args;
use moontide_aws::DynamoStore;
use moontide_aws::store::Setting;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::stores::Address;
use serde::Serialize;

use super::owner;
use crate::context::Context;
use crate::exit;
use crate::output::style::{attention, plain, strong};
use crate::output::{Document, Page};

/// What is made.
#[derive(Args)]
pub(crate) struct Flags {
    /// Encrypt a table that is made now with this key of KMS: an id, an ARN or `alias/NAME`. Without it AWS's
    /// own key does. Those who use the store need kms:Decrypt with it too
    #[arg(long, value_name = "KEY")]
    kms_key: Option<String>,
}

#[derive(Serialize)]
struct Made {
    /// Where it is, as `--store` takes it.
    store: String,
    /// Whether it was not there before.
    created: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_to_live: Option<Turned>,
    #[serde(skip_serializing_if = "Option::is_none")]
    point_in_time_recovery: Option<Turned>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_protection: Option<Turned>,
}

/// What became of a setting.
#[derive(Serialize)]
struct Turned {
    setting: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let address = owner::address(context, context.address()?)?;
    let made = init(&address, flags.kms_key.as_deref())?;
    if flags.kms_key.is_some() && !made.created {
        let text = "`--kms-key`: the table was there already, and is encrypted as it was made";
        context.output.say([attention("not used: "), plain(text)]);
    }
    context.output.show(&made)?;
    Ok(exit::COMPLETED)
}

fn init(address: &Address, kms_key: Option<&str>) -> Result<Made> {
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

impl Turned {
    fn words(&self) -> String {
        match (self.setting, &self.reason) {
            ("turned_on", _) => "turned on".to_owned(),
            ("was_on", _) => "was on already".to_owned(),
            (_, reason) => format!("not offered here: {}", reason.as_deref().unwrap_or_default()),
        }
    }
}

impl Document for Made {
    fn write(&self, page: &mut Page) {
        let what = if self.created { " is made" } else { " was there already" };
        page.line([strong(self.store.as_str()), plain(what)]);
        let settings = [
            ("expiry of items", &self.time_to_live),
            ("point-in-time recovery", &self.point_in_time_recovery),
            ("deletion protection", &self.deletion_protection),
        ];
        let rows: Vec<_> = settings
            .into_iter()
            .filter_map(|(name, turned)| Some(vec![plain(name), plain(turned.as_ref()?.words())]))
            .collect();
        page.indented(|page| page.table(&rows));
    }
}
