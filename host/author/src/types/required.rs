//! Modules that are not there.

use moontide_runtime::journal::Bundle;
use moontide_runtime::plan::suggest::nearest;

use super::checker::{Kind, Told};

/// What the checker is told of a module that is not there, as the loader says it.
pub(super) fn missing(plain: Told, name: &str) -> Told {
    let name = if name.starts_with('@') { name.to_owned() } else { format!("./{name}") };
    let message = format!("there is no module `{name}`");
    Told { message, field: Some(name), kind: Kind::Module, ..plain }
}

/// Adds the module of a bundle that was probably meant.
pub(super) fn suggest(told: &mut Told, bundle: &Bundle) {
    if told.kind != Kind::Module {
        return;
    }
    let is_hidden = |name: &str| name == moontide_stdlib::TEST.0 && bundle.entry != name;
    let known = bundle.modules.keys().filter(|name| !is_hidden(name) && **name != bundle.entry);
    let known: Vec<String> = known
        .map(|name| if name.starts_with('@') { name.clone() } else { format!("./{name}") })
        .collect();
    let name = told.field.as_deref().unwrap_or_default();
    told.suggestion = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
}
