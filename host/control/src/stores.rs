//! Which store, and opening it.
//!
//! - [`arn`]: a table by its ARN. [`identity`]: what tells a store from every other.
//! - [`made`]: making a store. [`owner`]: who makes a table that is named by its ARN.

pub mod arn;
pub mod identity;
pub mod made;
pub mod owner;

use std::path::PathBuf;
use std::sync::Arc;

use moontide_aws::{DynamoStore, Session, SessionSettings};
use moontide_runtime::plan::Plan;
use moontide_runtime::store::{Archive, SqliteStore, Store};

use self::arn::Arn;
use crate::environment::Environment;
use crate::error::{CommandError, Result, code};
use crate::listener::{Listener, Remark};
use crate::loose::others_may;
use crate::settings::{Settings, home};

/// The default store's file in the state directory.
const FILE: &str = "moontide.db";

/// The archive of a store. Those that an address leads to have one.
pub fn archive(store: &dyn Store) -> Result<&dyn Archive> {
    let none = || CommandError::new(code::INTERNAL, "this kind of store has no archive");
    store.archive().ok_or_else(none)
}

/// A store by its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A file of its own.
    Sqlite(PathBuf),
    /// A DynamoDB table. Profile, Region and endpoint come from the environment, in every command alike:
    /// the flags `--profile`, `--region` and `--endpoint-url` are about the world.
    Dynamo {
        /// Its name; its ARN, if that is how the address names it: it may belong to another account.
        table: String,
        /// Its Region, where the address names one, or its ARN does.
        region: Option<String>,
        /// Its Region if neither the address nor the environment names one: the SSM agent's.
        fallback_region: Option<String>,
    },
}

impl Address {
    /// Reads `sqlite:PATH`, `dynamodb:TABLE[@REGION]` or `dynamodb:ARN`.
    pub fn parse(text: &str) -> Result<Address> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Address::Sqlite(PathBuf::from(path))),
            Some(("dynamodb", table)) => Address::parse_table(table).ok_or_else(|| {
                CommandError::new(code::BAD_ARGUMENT, format!("`{text}` names no table")).hint(
                    "a table is written `dynamodb:TABLE` or `dynamodb:TABLE@REGION`, such as \
                     `dynamodb:moontide@us-west-2`; its name has 3 to 255 letters, digits, `-`, `_` \
                     and `.`",
                )
                .hint(
                    "one of another account by its ARN: `dynamodb:arn:aws:dynamodb:REGION:ACCOUNT:table/TABLE`",
                )
            }),
            _ => Err(CommandError::new(code::BAD_ARGUMENT, format!("`{text}` is no store"))
                .hint("a store is written `sqlite:PATH`, such as `sqlite:/srv/moontide/moontide.db`")
                .hint("or `dynamodb:TABLE@REGION`, such as `dynamodb:moontide@us-west-2`")),
        }
    }

    fn parse_table(text: &str) -> Option<Address> {
        let (table, region) = if Arn::is_meant(text) {
            (text, Some(Arn::read(text)?.region))
        } else {
            match text.split_once('@') {
                Some((table, region)) => (table, Some(region.to_owned())),
                None => (text, None),
            }
        };
        let is_table = Arn::is_meant(table) || arn::is_table(table);
        let is_region = region.as_deref().is_none_or(arn::is_region);
        let (table, fallback_region) = (table.to_owned(), None);
        (is_table && is_region).then_some(Address::Dynamo { table, region, fallback_region })
    }

    /// The store that flag, environment, settings or platform lead to, in this order.
    pub fn choose(
        flag: Option<&str>,
        environment: &Environment,
        settings: &Settings,
    ) -> Result<Address> {
        let mut address = match flag.or(environment.store.as_deref()).or(settings.store.as_deref())
        {
            Some(text) => Address::parse(text)?,
            None => Address::Sqlite(home::state(environment)?.join(FILE)),
        };
        if let Address::Dynamo { fallback_region, .. } = &mut address {
            fallback_region.clone_from(&environment.ssm_region);
        }
        Ok(address)
    }

    /// The same from whatever folder.
    #[must_use]
    pub fn absolute(self) -> Address {
        match self {
            Address::Sqlite(path) => {
                let absolute = std::path::absolute(&path);
                Address::Sqlite(absolute.unwrap_or(path))
            }
            table @ Address::Dynamo { .. } => table,
        }
    }

    /// Where it is, as `--store` takes it.
    pub fn text(&self) -> String {
        match self {
            Address::Sqlite(path) => format!("sqlite:{}", path.display()),
            // An ARN names the Region itself.
            Address::Dynamo { table, region: Some(region), .. } if !Arn::is_meant(table) => {
                format!("dynamodb:{table}@{region}")
            }
            Address::Dynamo { table, .. } => format!("dynamodb:{table}"),
        }
    }

    /// Opens a store that the operator has named, if it is there: a misspelled one would be empty, and look
    /// as if all executions were lost.
    pub fn open_existing(&self) -> Result<Arc<dyn Store>> {
        match self {
            Address::Sqlite(path) if !path.exists() => {
                let message = format!("there is no store at {}", path.display());
                Err(CommandError::new(code::STORE_UNUSABLE, message)
                    .hint("check `--store` and MOONTIDE_STORE; `moontide run` makes a new store")
                    .hint("where it is lost, `moontide adopt` takes up what its executions have launched"))
            }
            Address::Sqlite(_) | Address::Dynamo { .. } => self.open(),
        }
    }

    /// Warns where others than their owner get at the executions: they name servers, accounts and people.
    pub fn warn_if_loose(&self, listener: &dyn Listener) {
        let Address::Sqlite(path) = self else { return };
        if let Some(verb) = others_may(path) {
            listener.hear(&Remark::LooseStore { path: path.clone(), verb });
        }
    }

    /// Opens the store; a new file is made where there is none, but no table.
    pub fn open(&self) -> Result<Arc<dyn Store>> {
        match self {
            Address::Sqlite(path) => Ok(Arc::new(SqliteStore::open(path)?)),
            Address::Dynamo { table, .. } => {
                Ok(Arc::new(DynamoStore::open(self.session_settings(), table)?))
            }
        }
    }

    /// Opens a file that is there for reading alone, to help a person who types: nothing is made or changed, and no
    /// table is asked. `None` on any trouble.
    pub fn look(&self) -> Option<Arc<dyn Store>> {
        let Address::Sqlite(path) = self else { return None };
        let store = SqliteStore::look(path).ok()?;
        Some(Arc::new(store))
    }

    /// Where AWS is for the store.
    pub fn session_settings(&self) -> SessionSettings {
        let (region, fallback_region) = match self {
            Address::Sqlite(_) => (None, None),
            Address::Dynamo { region, fallback_region, .. } => {
                (region.clone(), fallback_region.clone())
            }
        };
        SessionSettings { region, fallback_region, ..SessionSettings::default() }
    }

    /// The Region that the store lives and dies with; `None`: that of this machine, wherever it is.
    async fn region(&self) -> Option<String> {
        match self {
            Address::Sqlite(_) => None,
            Address::Dynamo { region: Some(region), .. } => Some(region.clone()),
            Address::Dynamo { region: None, .. } => {
                let session = Session::open(self.session_settings()).await.ok()?;
                session.region().ok().map(str::to_owned)
            }
        }
    }

    /// Warns an operator who keeps executions in the very Region that the runbook recovers from.
    pub async fn warn_if_doomed(&self, listener: &dyn Listener, plan: &Plan) {
        let Some(source) = &plan.source_region else { return };
        if self.region().await.as_ref() == Some(source) {
            listener.hear(&Remark::DoomedStore { store: self.text(), region: source.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_wins_over_the_environment_and_that_over_the_settings() {
        let environment =
            Environment { store: Some("sqlite:env.db".into()), ..Environment::default() };
        let settings = Settings { store: Some("sqlite:file.db".into()), ..Settings::default() };
        let chosen = |flag| Address::choose(flag, &environment, &settings).unwrap();
        assert_eq!(chosen(Some("sqlite:flag.db")), Address::Sqlite("flag.db".into()));
        assert_eq!(chosen(None), Address::Sqlite("env.db".into()));
        let bare = Environment::default();
        let chosen = Address::choose(None, &bare, &settings).unwrap();
        assert_eq!(chosen, Address::Sqlite("file.db".into()));
    }

    #[test]
    fn an_address_of_another_kind_is_explained() {
        for wrong in ["postgres://x", "sqlite:", "moontide", ""] {
            let error = Address::parse(wrong).expect_err("there is no such store");
            assert_eq!(error.code, code::BAD_ARGUMENT);
            assert!(error.message.ends_with("is no store"), "{}", error.message);
        }
    }

    #[test]
    fn a_table_may_name_its_region() {
        for (text, table, region) in [
            ("dynamodb:moontide", "moontide", None),
            ("dynamodb:dr.moon_tide-1@eu-west-1", "dr.moon_tide-1", Some("eu-west-1")),
            (
                "dynamodb:arn:aws:dynamodb:eu-west-1:111122223333:table/drills",
                "arn:aws:dynamodb:eu-west-1:111122223333:table/drills",
                Some("eu-west-1"),
            ),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.text(), text);
            let Address::Dynamo { table: parsed, region: parsed_region, .. } = address else {
                panic!("{text}")
            };
            assert_eq!((parsed.as_str(), parsed_region.as_deref()), (table, region));
        }
        for wrong in [
            "",
            "ab",
            "a b c",
            "moontide@",
            "@us-west-2",
            "moontide@us west",
            "a@b@c",
            "arn:aws:s3:::x",
        ] {
            let error = Address::parse(&format!("dynamodb:{wrong}")).expect_err(wrong);
            assert!(error.message.ends_with("names no table"), "{}", error.message);
        }
    }

    #[test]
    fn the_ssm_agent_says_where_the_table_is_when_nothing_else_does() {
        let ssm_region = Some("us-east-1".to_owned());
        let environment = Environment { ssm_region, ..Environment::default() };
        let settings = Settings::default();
        let address = Address::choose(Some("dynamodb:moontide"), &environment, &settings).unwrap();
        let session = address.session_settings();
        assert_eq!((session.region, session.fallback_region.as_deref()), (None, Some("us-east-1")));
        assert_eq!((session.profile, session.endpoint_url), (None, None));
    }
}
