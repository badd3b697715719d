//! The pretend world of real servers: their names and tags, so that a rehearsal speaks of one's own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use moontide_control::estate::Server;
use serde_json::Value;

/// What a world takes for a server's replication, beside what it takes for granted.
const STATES: [&str; 9] = [
    "STOPPED",
    "INITIATING",
    "INITIAL_SYNC",
    "BACKLOG",
    "CREATING_SNAPSHOT",
    "PAUSED",
    "RESCAN",
    "STALLED",
    "DISCONNECTED",
];

/// The file.
pub(super) fn world(region: &str, account: &str, servers: &[Server]) -> String {
    let mut text = format!(
        "# The estate as DRS showed it. `moontide rehearse` runs against it, and never against AWS.\n\
         version = 1\naccount = {}\nregion = {}\n",
        quoted(account),
        quoted(region)
    );
    let mut names = BTreeSet::new();
    for server in servers {
        let name = name_of(server, &mut names);
        let _ = write!(
            text,
            "\n[[servers]]\nname = {}\nid = {}\ntags = {}\n",
            quoted(&name),
            quoted(&server.id),
            tags(&server.tags)
        );
        if STATES.contains(&server.replication.as_str()) {
            let _ = writeln!(text, "replication = {}", quoted(&server.replication));
        }
    }
    text
}

/// Its name, which no other one has.
fn name_of(server: &Server, names: &mut BTreeSet<String>) -> String {
    let name = if names.contains(&server.name) {
        format!("{}-{}", server.name, server.id)
    } else {
        server.name.clone()
    };
    names.insert(name.clone());
    name
}

/// As an inline table. The world makes the tag `Name` itself.
fn tags(tags: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = tags
        .iter()
        .filter(|(key, _)| *key != "Name" && !key.starts_with("aws:"))
        .map(|(key, value)| format!("{} = {}", key_of(key), quoted(value)))
        .collect();
    if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
}

/// A bare key, if it is one.
fn key_of(key: &str) -> String {
    let bare = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
    if !key.is_empty() && key.chars().all(bare) { key.to_owned() } else { quoted(key) }
}

/// A basic string, on one line. It is written as in JSON, but for the last control character.
fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}
