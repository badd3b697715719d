//! `servers = { tags = …, ids = …, optional = … }`, or a function that returns such a table.

use std::collections::BTreeMap;

use super::complaint::Complaints;
use super::declared::Declared;
use super::path::{Path, quoted};
use super::tags::tags;
use super::{Node, ServerSelector, Wave, names};

pub(super) const FIELDS: &[&str] = &["tags", "ids", "optional"];

/// Reads which source servers belong to a wave.
pub(super) fn read(declared: &Declared<'_>) -> Option<ServerSelector> {
    if *declared.node == Node::Function {
        return Some(ServerSelector { chosen: true, ..ServerSelector::default() });
    }
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
    Some(ServerSelector { tags, ids, optional, chosen: false })
}

/// Complains about servers that several waves name by their ids: the launch of the second would delete what the
/// first has launched, in whatever order they run. Tags are no matter of the plan: what carries them shows later.
pub(super) fn check_overlap(waves: &[Wave], complaints: &Complaints) {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for (index, wave) in waves.iter().enumerate() {
        for (place, id) in wave.servers.iter().flat_map(|it| it.ids.iter().enumerate()) {
            let other = *first.entry(id).or_insert(&wave.name);
            if other != wave.name {
                let path = Path::root().field("waves").item(index + 1).field("servers");
                let message = format!(
                    "{} is also in the wave {}, and a launch by {} would delete the instance that the other \
                     launched: name it in one of them",
                    quoted(id),
                    quoted(other),
                    quoted(&wave.name)
                );
                complaints.add(&path.field("ids").item(place + 1), message);
            }
        }
    }
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
