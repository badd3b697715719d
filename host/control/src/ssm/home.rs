//! Where executions are kept when a command of the agent runs: it has no `HOME`, and the root user's folder would be a
//! guess.

use crate::environment::Environment;
use crate::settings::Settings;

/// The store of a server, as `--store` takes it.
pub const SYSTEM_STORE: &str = "sqlite:/var/lib/moontide/moontide.db";

/// The store to use where no operator has named one and no variable says where a home is; `None`: there is one of
/// these.
pub fn store(
    flag: Option<&str>,
    environment: &Environment,
    settings: &Settings,
) -> Option<&'static str> {
    let is_named = flag.is_some() || environment.store.is_some() || settings.store.is_some();
    let has_home = environment.home.is_some() || environment.has_user_home;
    (!is_named && !has_home).then_some(SYSTEM_STORE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_of_the_server_is_used_only_where_nothing_else_says_where_to_keep_executions() {
        let (bare, none) = (Environment::default(), Settings::default());
        assert_eq!(store(None, &bare, &none), Some(SYSTEM_STORE));
        assert_eq!(store(Some("sqlite:/srv/x.db"), &bare, &none), None);
        let named = Environment { store: Some("dynamodb:moontide".into()), ..bare.clone() };
        assert_eq!(store(None, &named, &none), None);
        let settings = Settings { store: Some("sqlite:/srv/x.db".into()), ..Settings::default() };
        assert_eq!(store(None, &bare, &settings), None);
        let at_home = Environment { has_user_home: true, ..bare.clone() };
        assert_eq!(store(None, &at_home, &none), None);
        let chosen = Environment { home: Some("/srv/moontide".into()), ..bare };
        assert_eq!(store(None, &chosen, &none), None);
    }
}
