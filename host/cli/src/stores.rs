//! Which store, and opening it.

use std::path::PathBuf;
use std::sync::Arc;

use moontide_runtime::store::{SqliteStore, Store};

use crate::environment::Environment;
use crate::error::{CommandError, Result, code};
use crate::settings::{Settings, home};

/// The default store's file in the state directory.
const FILE: &str = "moontide.db";

/// A store by its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// A file of its own.
    Sqlite(PathBuf),
}

impl Address {
    /// Reads `sqlite:PATH`.
    pub(crate) fn parse(text: &str) -> Result<Address> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Address::Sqlite(PathBuf::from(path))),
            _ => Err(CommandError::new(code::BAD_ARGUMENT, format!("`{text}` is no store")).hint(
                "a store is written `sqlite:PATH`, such as `sqlite:/srv/moontide/moontide.db`",
            )),
        }
    }

    /// The store that flag, environment, settings or platform lead to, in this order.
    pub(crate) fn choose(
        flag: Option<&str>,
        environment: &Environment,
        settings: &Settings,
    ) -> Result<Address> {
        match flag.or(environment.store.as_deref()).or(settings.store.as_deref()) {
            Some(text) => Address::parse(text),
            None => Ok(Address::Sqlite(home::state(environment)?.join(FILE))),
        }
    }

    /// Where it is, as `--store` takes it.
    pub(crate) fn text(&self) -> String {
        match self {
            Address::Sqlite(path) => format!("sqlite:{}", path.display()),
        }
    }

    /// Opens a store that somebody has named, if it is there: a misspelled one would be empty, and look
    /// as if all executions were lost.
    pub(crate) fn open_existing(&self) -> Result<Arc<dyn Store>> {
        match self {
            Address::Sqlite(path) if !path.exists() => {
                let message = format!("there is no store at {}", path.display());
                Err(CommandError::new(code::STORE_UNUSABLE, message)
                    .hint("check `--store` and MOONTIDE_STORE; `moontide run` makes a new store"))
            }
            Address::Sqlite(_) => self.open(),
        }
    }

    /// Opens the store; a new one is made where there is none.
    pub(crate) fn open(&self) -> Result<Arc<dyn Store>> {
        match self {
            Address::Sqlite(path) => Ok(Arc::new(SqliteStore::open(path)?)),
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
        let error = Address::parse("postgres://x").expect_err("there is no such store");
        assert_eq!(error.code, code::BAD_ARGUMENT);
    }
}
