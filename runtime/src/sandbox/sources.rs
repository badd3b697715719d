//! The pinned modules of one VM: how they are named, found and compiled.

use std::collections::BTreeMap;

use mlua::chunk::{ChunkMode, Compiler};
use mlua::{Function, Lua, Table};

use super::error::ScriptError;
use super::limits::Limits;
use super::text::plain;
use crate::journal::Bundle;

/// The module that the sandbox itself provides.
const HOST: &str = "@moontide/host";

/// Builtins that we replace, and that the compiler would otherwise call directly.
const REPLACED: [&str; 2] = ["tostring", "setmetatable"];

/// Every module of a bundle, checked for size.
#[derive(Debug)]
pub(super) struct Sources {
    modules: BTreeMap<String, Source>,
}

#[derive(Debug)]
struct Source {
    /// How errors name it; also its chunk's name, so that Luau's own messages use it.
    file: String,
    text: String,
}

/// A module that does not compile: where and why.
#[derive(Debug)]
pub(super) struct SyntaxError {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) message: String,
}

impl Sources {
    pub(super) fn of(bundle: &Bundle, limits: &Limits) -> Result<Sources, ScriptError> {
        let mut modules = BTreeMap::new();
        for (name, module) in &bundle.modules {
            let file = plain(&module.file, 200);
            if module.source.len() > limits.source {
                let most = limits.source / 1024;
                let message = format!("{file} is longer than {most} KiB: split it into modules");
                return Err(ScriptError::new("LimitExceeded", message).at(format!("{file}:1")));
            }
            modules.insert(
                name.clone(),
                Source {
                    file,
                    text: module.source.clone(),
                },
            );
        }
        Ok(Sources { modules })
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

    /// How errors name a module's file.
    pub(super) fn file(&self, key: &str) -> Option<&str> {
        self.modules.get(key).map(|source| source.file.as_str())
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
        let near = self
            .modules
            .keys()
            .map(|key| (strsim::jaro_winkler(inside, key), key))
            .filter(|(likeness, _)| *likeness > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        Err(match near {
            Some((_, key)) => format!("there is no module `{shown}`, did you mean `{key}`?"),
            None => format!("there is no module `{shown}`"),
        })
    }

    /// Compiles a module, as text only, into an environment of its own.
    pub(super) fn compile(
        &self,
        lua: &Lua,
        builtins: &Table,
        key: &str,
    ) -> Result<Function, SyntaxError> {
        let Some(source) = self.modules.get(key) else {
            return Err(SyntaxError::of(key, "there is no such module"));
        };
        let compiler = Compiler::new().set_disabled_builtins(REPLACED);
        environment(lua, builtins)
            .and_then(|environment| {
                lua.load(readable(&source.text))
                    .set_name(format!("={}", source.file))
                    .set_mode(ChunkMode::Text)
                    .set_compiler(compiler)
                    .set_environment(environment)
                    .into_function()
            })
            .map_err(|error| match error {
                mlua::Error::SyntaxError { message, .. } => SyntaxError::of(&source.file, &message),
                other => SyntaxError::of(&source.file, &other.to_string()),
            })
    }
}

impl SyntaxError {
    /// Reads Luau's `file:line: message`.
    fn of(file: &str, message: &str) -> SyntaxError {
        let located = message.strip_prefix(file).and_then(|rest| {
            let (line, message) = rest.strip_prefix(':')?.split_once(": ")?;
            Some((line.parse().ok()?, message))
        });
        let (line, message) = located.unwrap_or((1, message));
        SyntaxError {
            file: file.to_owned(),
            line,
            message: message.to_owned(),
        }
    }
}

/// The globals of one module: its own on top of the builtins, so that no module can change what another
/// sees.
fn environment(lua: &Lua, builtins: &Table) -> mlua::Result<Table> {
    let environment = lua.create_table()?;
    let beneath = lua.create_table()?;
    beneath.raw_set("__index", builtins)?;
    beneath.raw_set("__metatable", false)?;
    beneath.set_readonly(true);
    environment.set_metatable(Some(beneath))?;
    environment.set_safeenv(true);
    Ok(environment)
}

/// The source without what editors and shells put before it: a byte order mark, a `#!` line.
fn readable(text: &str) -> &str {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.strip_prefix("#!") {
        Some(rest) => rest.find('\n').map_or("", |end| &rest[end..]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::execution::Module;

    fn sources() -> Sources {
        let module = |file: &str| Module {
            file: file.to_owned(),
            source: "return 1".to_owned(),
        };
        let modules = ["runbook", "helpers", "lib/dns", "@moontide/drs"]
            .map(|name| (name.to_owned(), module(&format!("demo/{name}.luau"))));
        let bundle = Bundle {
            entry: "runbook".to_owned(),
            modules: modules.into(),
        };
        Sources::of(&bundle, &Limits::default()).unwrap()
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
        for name in [
            "",
            ".",
            "..",
            "../etc",
            "/etc/passwd",
            "a/../b",
            "./../x",
            "a\\b",
            "C:x",
            "a//b",
        ] {
            assert!(
                sources.find(name).unwrap_err().contains("is no module"),
                "{name}"
            );
        }
        assert_eq!(
            sources.find("helper"),
            Err("there is no module `helper`, did you mean `helpers`?".to_owned())
        );
    }

    #[test]
    fn a_byte_order_mark_and_a_shebang_are_no_part_of_the_source() {
        assert_eq!(readable("\u{feff}return 1"), "return 1");
        assert_eq!(readable("#!/usr/bin/env moontide\nreturn 1"), "\nreturn 1");
        assert_eq!(readable("#!only"), "");
    }

    #[test]
    fn a_module_that_is_too_long_is_refused_before_it_is_compiled() {
        let module = Module {
            file: "big.luau".to_owned(),
            source: " ".repeat(300 * 1024),
        };
        let bundle = Bundle {
            entry: "big".to_owned(),
            modules: [("big".to_owned(), module)].into(),
        };
        let error = Sources::of(&bundle, &Limits::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "LimitExceeded: big.luau is longer than 256 KiB: split it into modules"
        );
    }
}
