//! `servers = { tags = …, ids = …, optional = … }`.

use std::collections::BTreeMap;

use super::ServerSelector;
use super::declared::Declared;
use super::names;
use super::path::quoted;

const FIELDS: &[&str] = &["tags", "ids", "optional"];

/// Reads which source servers belong to a wave.
pub(super) fn read(declared: &Declared<'_>) -> Option<ServerSelector> {
    let fields = declared.fields("`servers`", FIELDS)?;
    if !fields.has("tags") && !fields.has("ids") {
        declared.complain("`servers` needs `tags` or `ids`");
    }
    let tags = fields.get("tags").map(|field| tags(&field)).unwrap_or_default();
    let ids = fields.get("ids").map(|field| ids(&field)).unwrap_or_default();
    let optional = fields.get("optional").map(|field| field.texts()).unwrap_or_default();
    // Where only ids select, an id that is not among them is a slip that would make a server
    // critical. A name, or an id beside tags, cannot be judged before the servers are looked up.
    if !fields.has("tags") {
        for (item, name) in &optional {
            if names::is_server_id(name) && !ids.iter().any(|id| id == name) {
                item.complain(format!("{} is optional, but not among `ids`", quoted(name)));
            }
        }
    }
    let optional = optional.into_iter().map(|(_, name)| name.to_owned()).collect();
    Some(ServerSelector { tags, ids, optional })
}

/// Tags to select by: at least one.
pub(super) fn tags(declared: &Declared<'_>) -> BTreeMap<String, String> {
    if declared.is_empty() {
        declared.complain("`tags` needs at least one tag, because no tags would mean every server");
    }
    let mut tags = BTreeMap::new();
    for (key, value) in declared.entries() {
        if key.is_empty() {
            value.complain("a tag needs a name");
        }
        tags.insert(key.to_owned(), value.text().unwrap_or_default().to_owned());
    }
    tags
}

fn ids(declared: &Declared<'_>) -> Vec<String> {
    if declared.is_empty() {
        declared.complain("`ids` needs at least one source server");
    }
    let id = |(item, id): (Declared<'_>, &str)| {
        if !names::is_server_id(id) {
            item.complain(format!(
                "{} is not the id of a source server: `s-` and 17 letters or digits",
                quoted(id)
            ));
        }
        id.to_owned()
    };
    declared.texts().into_iter().map(id).collect()
}
