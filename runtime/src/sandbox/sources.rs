//! The pinned modules of one VM: how they are named, found and loaded.

use std::collections::BTreeMap;

use mlua::chunk::ChunkMode;
use mlua::{Function, Lua, Table};
use moontide_stdlib::SESSION;

use super::compile::{Loops, bytecode};
use super::error::ScriptError;
use super::limits::Limits;
use super::lines;
use super::syntax_error::SyntaxError;
use super::trusted::EACH;
use crate::history::{Bundle, Source};
use crate::text::plain;

/// The module that the sandbox itself provides.
const HOST: &str = "@moontide/host";

/// The module that only a test file's bundle has.
const TEST: &str = "@moontide/test";

/// The name of a module that is longer is not compared with others: a slip of the pen is no reason for one of this length.
const LONGEST_NAME: usize = 128;

/// Every module of a bundle, checked for size.
#[derive(Debug)]
pub(super) struct Sources {
    modules: BTreeMap<String, Named>,
    loops: Loops,
}

#[derive(Debug)]
struct Named {
    /// How errors name it; also its chunk's name, so that Luau's own messages use it.
    file: String,
    text: Source,
}

impl Sources {
    pub(super) fn of(
        bundle: &Bundle,
        limits: &Limits,
        loops: Loops,
    ) -> Result<Sources, ScriptError> {
        let mut modules = BTreeMap::new();
        for (name, module) in &bundle.modules {
            let file = plain(&module.file, 200);
            if module.source.len() > limits.source {
                let most = limits.source / 1024;
                let message = format!("{file} is longer than {most} KiB: split it into modules");
                return Err(ScriptError::new("LimitExceeded", message).at(format!("{file}:1")));
            }
            modules.insert(name.clone(), Named { file, text: module.source.clone() });
        }
        Ok(Sources { modules, loops })
    }

    /// Each file's name, and whether it is in the runbook's own folder.
    pub(super) fn files(&self) -> BTreeMap<&str, bool> {
        let mut files = BTreeMap::new();
        for (name, source) in &self.modules {
            let own = !name.starts_with('@');
            *files.entry(source.file.as_str()).or_default() |= own;
        }
        files
    }

    /// Whether these are the modules of a session, which compiles what is typed. No author's folder has that one:
    /// names with `@` are ours.
    pub(super) fn is_session(&self) -> bool {
        self.modules.contains_key(SESSION.0)
    }

    /// Compiles a line of a session, whose globals are these variables.
    pub(super) fn line(
        &self,
        lua: &Lua,
        text: &str,
        name: &str,
        variables: &Table,
    ) -> mlua::Result<Result<Function, SyntaxError>> {
        let made = lines::source(text).and_then(|source| bytecode(&source, self.loops));
        let made = match made {
            Ok(made) => made,
            Err(error) => return Ok(Err(error)),
        };
        if let Some(each) = made.each.as_deref() {
            variables.raw_set(each, lua.named_registry_value::<Function>(EACH)?)?;
        }
        lua.load(&*made.bytecode)
            .set_name(format!("={name}"))
            .set_mode(ChunkMode::Binary)
            .set_environment(variables.clone())
            .into_function()
            .map(Ok)
    }

    /// How errors name a module's file.
    pub(super) fn file(&self, key: &str) -> Option<&str> {
        self.modules.get(key).map(|source| source.file.as_str())
    }

    /// The text of a file, by the name that errors give it.
    pub(super) fn text(&self, file: &str) -> Option<&str> {
        self.modules.values().find(|source| source.file == file).map(|source| &*source.text)
    }

    /// The file and the text of a module in the runbook's own folder.
    pub(super) fn own(&self, key: &str) -> Option<(&str, &str)> {
        let source = self.modules.get(key).filter(|_| !key.starts_with('@'))?;
        Some((&source.file, &source.text))
    }

    /// The names of all of those.
    pub(super) fn all_own(&self) -> impl Iterator<Item = &str> {
        self.modules.keys().map(String::as_str).filter(|key| !key.starts_with('@'))
    }

    /// The module that `require(name)` means. Names are `@moontide/…`, or files beside the runbook,
    /// always as seen from the runbook's folder: `helpers`, `./helpers`, `lib/dns`.
    pub(super) fn find(&self, name: &str) -> Result<&str, String> {
        let shown = plain(name, 100);
        let inside = name.strip_prefix("./").unwrap_or(name);
        let whole = |part: &str| !part.is_empty() && part != "." && part != "..";
        if inside.starts_with('/') || inside.contains(['\\', ':']) || !inside.split('/').all(whole)
        {
            return Err(format!(
                "`{shown}` is no module: require sees @moontide/… and the runbook's own folder"
            ));
        }
        if inside == HOST {
            return Ok(HOST);
        }
        if let Some((key, _)) = self.modules.get_key_value(inside) {
            return Ok(key);
        }
        if inside == TEST {
            return Err(format!(
                "there is no module `{TEST}` here: only test files have it, such as runbook.test.luau"
            ));
        }
        let near = self
            .modules
            .keys()
            // Comparing is quadratic in the length.
            .filter(|key| key.len() <= LONGEST_NAME && inside.len() <= LONGEST_NAME)
            .map(|key| (strsim::jaro_winkler(inside, key), key))
            .filter(|(likeness, _)| *likeness > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        Err(match near {
            Some((_, key)) => format!("there is no module `{shown}`, did you mean `{key}`?"),
            None => format!("there is no module `{shown}`"),
        })
    }

    /// Compiles a module into a function with an environment of its own.
    pub(super) fn compile(
        &self,
        lua: &Lua,
        builtins: &Table,
        key: &str,
    ) -> mlua::Result<Result<Function, SyntaxError>> {
        let source = self.modules.get(key).ok_or_else(|| mlua::Error::runtime("no such module"))?;
        let made = match bytecode(&source.text, self.loops) {
            Ok(made) => made,
            Err(error) => return Ok(Err(error)),
        };
        let each = made.each.as_deref();
        lua.load(&*made.bytecode)
            .set_name(format!("={}", source.file))
            .set_mode(ChunkMode::Binary)
            .set_environment(environment(lua, builtins, each)?)
            .into_function()
            .map(Ok)
    }
}

/// The globals of one module: its own on top of the builtins, so that no module can change what another
/// sees. `each` is what its loops call the checked iterator, a name that the module's text does not have.
fn environment(lua: &Lua, builtins: &Table, each: Option<&str>) -> mlua::Result<Table> {
    let environment = lua.create_table()?;
    if let Some(each) = each {
        environment.raw_set(each, lua.named_registry_value::<Function>(EACH)?)?;
    }
    let beneath = lua.create_table()?;
    beneath.raw_set("__index", builtins)?;
    beneath.raw_set("__metatable", false)?;
    beneath.set_readonly(true);
    environment.set_metatable(Some(beneath))?;
    environment.set_safeenv(true);
    Ok(environment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Module;

    fn sources() -> Sources {
        let module = |file: &str| Module { file: file.to_owned(), source: "return 1".into() };
        let modules = ["runbook", "helpers", "lib/dns", "@moontide/drs"]
            .map(|name| (name.to_owned(), module(&format!("demo/{name}.luau"))));
        let bundle = Bundle { entry: "runbook".to_owned(), modules: modules.into() };
        Sources::of(&bundle, &Limits::default(), Loops::Checked).unwrap()
    }

    #[test]
    fn a_module_is_found_in_the_bundle_and_nowhere_else() {
        let sources = sources();
        for (name, key) in [
            ("helpers", "helpers"),
            ("./helpers", "helpers"),
            ("lib/dns", "lib/dns"),
            ("@moontide/drs", "@moontide/drs"),
            ("@moontide/host", "@moontide/host"),
        ] {
            assert_eq!(sources.find(name), Ok(key));
        }
        for name in
            ["", ".", "..", "../etc", "/etc/passwd", "a/../b", "./../x", "a\\b", "C:x", "a//b"]
        {
            assert!(sources.find(name).unwrap_err().contains("is no module"), "{name}");
        }
        let only = "there is no module `@moontide/test` here: only test files have it, such as runbook.test.luau";
        assert_eq!(sources.find("@moontide/test"), Err(only.to_owned()));
        assert_eq!(
            sources.find("helper"),
            Err("there is no module `helper`, did you mean `helpers`?".to_owned())
        );
    }

    #[test]
    fn a_module_that_is_too_long_is_refused_before_it_is_compiled() {
        let module = Module { file: "big.luau".to_owned(), source: " ".repeat(300 * 1024).into() };
        let bundle =
            Bundle { entry: "big".to_owned(), modules: [("big".to_owned(), module)].into() };
        let error = Sources::of(&bundle, &Limits::default(), Loops::Checked).unwrap_err();
        assert_eq!(
            error.to_string(),
            "LimitExceeded: big.luau is longer than 256 KiB: split it into modules"
        );
    }
}
