//! The platform's directories.

use std::path::PathBuf;

use etcetera::BaseStrategy;

use crate::environment::{self, Environment};
use crate::error::{CommandError, Result, code};

/// The directory of the default store: `MOONTIDE_HOME`, else the platform's state directory.
///
/// The SSM agent sets no HOME. The user database is asked then, so that root's shell and root's SSM
/// commands find the same store.
pub fn state(environment: &Environment) -> Result<PathBuf> {
    if let Some(home) = &environment.home {
        return Ok(home.clone());
    }
    if let Ok(base) = etcetera::choose_base_strategy() {
        let directory = base.state_dir().unwrap_or_else(|| base.data_dir());
        return Ok(directory.join("moontide"));
    }
    let message = "this user has no home directory, so there is no place for the store";
    Err(CommandError::new(code::NO_HOME, message)
        .hint(format!("set {}, or pass `--store sqlite:PATH`", environment::HOME)))
}

/// The directory of what can be made again, such as types for editors.
pub fn data(environment: &Environment) -> Result<PathBuf> {
    if let Some(home) = &environment.home {
        return Ok(home.clone());
    }
    match etcetera::choose_base_strategy() {
        Ok(base) => Ok(base.data_dir().join("moontide")),
        Err(_) => Err(CommandError::new(code::NO_HOME, "this user has no home directory")
            .hint(format!("set {}", environment::HOME))),
    }
}

/// The user's own directory, if there is one.
pub fn of_user() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.home_dir().to_path_buf())
}

/// The directory of the user's settings; none without a home.
pub(super) fn configuration(environment: &Environment) -> Option<PathBuf> {
    if let Some(home) = &environment.home {
        return Some(home.clone());
    }
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.config_dir().join("moontide"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operators_own_choice_wins() {
        let home = Some(PathBuf::from("/srv/moontide"));
        let environment = Environment { home, ..Environment::default() };
        assert_eq!(state(&environment).unwrap(), PathBuf::from("/srv/moontide"));
        assert_eq!(configuration(&environment), Some(PathBuf::from("/srv/moontide")));
    }
}
