//! The files of a bundle, as the checker asks for them: found by the names by which the sandbox finds them.

use luau_analysis::frontend::resolver::ModuleInfo;
use luau_analysis::{FileResolver, ModuleName, SourceCode, SourceCodeType, TypeCheckLimits};
use luau_common::BString;
use luau_syntax::ast::{Expression, ExpressionKind};
use moontide_runtime::journal::Bundle;

/// What the engine provides itself.
const HOST: &str = "@moontide/host";

/// A bundle's files.
pub(super) struct Modules(pub(super) Bundle);

impl Modules {
    /// The source of a module.
    pub(super) fn source(&self, name: &str) -> Option<&str> {
        if name == HOST {
            return Some(moontide_stdlib::HOST);
        }
        self.0.modules.get(name).map(|module| &*module.source)
    }
}

impl FileResolver for Modules {
    fn read_source(&mut self, name: &ModuleName) -> Option<SourceCode> {
        let source = self.source(std::str::from_utf8(name).ok()?)?;
        Some(SourceCode { source: BString::from(source), kind: SourceCodeType::Module })
    }

    fn resolve_module(
        &mut self,
        _: Option<&ModuleInfo>,
        asked: Expression<'_>,
        _: &TypeCheckLimits,
    ) -> Option<ModuleInfo> {
        let ExpressionKind::String { value, .. } = asked.kind() else { return None };
        let name = std::str::from_utf8(value.as_bytes()).ok()?;
        let name = name.strip_prefix("./").unwrap_or(name);
        Some(ModuleInfo { name: BString::from(name), optional: false })
    }
}
