//! Which files editors get.
//!
//! ```text
//! .luaurc                 says what `@moontide` is, for the modules themselves
//! moontide/init.luau      @moontide
//! moontide/ssm.luau       @moontide/ssm
//! ```
//!
//! A module sees the `.luaurc` of the folder above it, and not one beside it: hence the two levels.

/// The alias that runbooks and modules require by.
pub const ALIAS: &str = "moontide";

/// What the modules themselves go by.
const OWN: &str = "{\n  \"aliases\": {\n    \"moontide\": \"./moontide\"\n  },\n  \"languageMode\": \"strict\"\n}\n";

/// Every file: its path below the folder of types, and its text.
pub fn files() -> impl Iterator<Item = (String, &'static str)> {
    let module = |(name, source): &(&'static str, &'static str)| (path(name), *source);
    let modules = moontide_stdlib::MODULES.iter().chain([&moontide_stdlib::TEST]).map(module);
    let host = (path("@moontide/host"), moontide_stdlib::HOST);
    [(luaurc(), OWN), host].into_iter().chain(modules)
}

fn luaurc() -> String {
    super::luaurc::FILE.to_owned()
}

/// The path of a module below the folder of types.
pub fn path(module: &str) -> String {
    match module.strip_prefix("@moontide/") {
        Some(name) => format!("{ALIAS}/{name}.luau"),
        None => format!("{ALIAS}/init.luau"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_module_has_a_file_under_the_alias() {
        let paths: Vec<String> = files().map(|(path, _)| path).collect();
        assert_eq!(paths.len(), moontide_stdlib::MODULES.len() + 3);
        for expected in [".luaurc", "moontide/init.luau", "moontide/host.luau", "moontide/ssm.luau"]
        {
            assert!(paths.iter().any(|path| path == expected), "{expected}: {paths:?}");
        }
    }
}
