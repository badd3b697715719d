//! `moontide store`: makes the place where executions are kept.

#![expect(clippy::doc_markdown, reason = "clap prints these comments as they are")]

use clap::{Args, Subcommand};
use moontide_aws::DynamoStore;
use moontide_aws::store::Setting;
use serde::Serialize;

use crate::context::Context;
use crate::error::Result;
use crate::exit;
use crate::output::style::{plain, strong};
use crate::output::{Document, Page};
use crate::stores::Address;

/// Make the store
///
/// A SQLite file is made when it is first used. A DynamoDB table, which several machines may share, is
/// made by `store init`, once. Keep it in another Region than the one that may fail.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide store init --store dynamodb:moontide@us-west-2
  MOONTIDE_STORE=dynamodb:moontide@us-west-2 moontide list

The table is reached with the settings of the environment: AWS_PROFILE, AWS_REGION where the
address names no Region, AWS_ENDPOINT_URL_DYNAMODB. Flags such as --profile and --endpoint-url
are for the world that runbooks work on, and never lead to another store.")]
pub(crate) struct Flags {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the store that `--store`, MOONTIDE_STORE or moontide.toml names, if it is not there yet
    ///
    /// May be repeated: what is there stays, and what is missing is added. A table is billed by request,
    /// deletes items by their attribute `expires_at`, and can be restored to any second of the last weeks
    /// where that is offered. Needs dynamodb:CreateTable, Describe*, UpdateTimeToLive,
    /// UpdateContinuousBackups, GetItem, Scan and PutItem; all other commands need GetItem, BatchGetItem, Query,
    /// PutItem and UpdateItem.
    Init,
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
}

/// What became of a setting.
#[derive(Serialize)]
struct Turned {
    setting: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let Command::Init = flags.command;
    context.output.show(&init(&context.address()?)?)?;
    Ok(exit::COMPLETED)
}

fn init(address: &Address) -> Result<Made> {
    match address {
        Address::Sqlite(path) => {
            let created = !path.exists();
            address.open()?;
            let store = address.text();
            Ok(Made { store, created, time_to_live: None, point_in_time_recovery: None })
        }
        Address::Dynamo { table, .. } => {
            let made = DynamoStore::make(address.session_settings(), table)?;
            Ok(Made {
                store: made.place,
                created: made.created,
                time_to_live: Some(made.time_to_live.into()),
                point_in_time_recovery: Some(made.point_in_time_recovery.into()),
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
        ];
        let rows: Vec<_> = settings
            .into_iter()
            .filter_map(|(name, turned)| Some(vec![plain(name), plain(turned.as_ref()?.words())]))
            .collect();
        page.indented(|page| page.table(&rows));
    }
}
