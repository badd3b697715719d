//! A first runbook of the servers that DRS protects: a wave for each value of a tag.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use moontide_control::error::{CommandError, Result, code};
use moontide_control::estate::{Estate, Server};
use moontide_control::words;
use moontide_runtime::plan::suggest::nearest;

use super::folder::Fresh;
use super::world;

/// Luau's own words, which are no names.
const RESERVED: [&str; 21] = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local",
    "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
];

/// Runbooks and worlds of this many servers are still read by people.
const MOST: usize = 1_000;

/// The files, of the servers that carry `tags`. With `by`, those with the same value of that tag are one wave, and
/// each wave waits for the one before it.
pub fn of_estate(
    name: &str,
    estate: &Estate,
    tags: &BTreeMap<String, String>,
    by: Option<&str>,
) -> Result<Fresh> {
    let Estate { account, region, servers } = estate;
    if servers.is_empty() {
        let message = format!("no source server in {region} carries these tags");
        return Err(CommandError::new(code::BAD_ARGUMENT, message)
            .hint("`--tag KEY=VALUE` chooses; without one it is every server of the Region"));
    }
    if servers.len() > MOST {
        let message =
            format!("{} are too many for one runbook", words::count(servers.len(), "server"));
        return Err(CommandError::new(code::BAD_ARGUMENT, message)
            .hint("choose fewer with `--tag KEY=VALUE`"));
    }
    let waves = waves(servers, tags, by)?;
    let mut rows = String::new();
    for wave in &waves {
        let _ = writeln!(rows, "| `{}` | {} | {} |", wave.name, wave.servers.len(), wave.shown());
    }
    Ok(Fresh {
        runbook: runbook(name, region, &waves),
        test: include_str!("template/estate.test.luau").to_owned(),
        world: world::world(region, account, servers),
        readme: format!(
            "# {name}\n\n{} of {account}, to {region}.\n\n| wave | servers | which |\n|---|---|---|\n{rows}\n    \
             moontide check .\n    moontide rehearse .\n    moontide test .\n    moontide run . --mode drill\n\n\
             The order of the waves is a guess: it is that of the alphabet. Put what depends on what into\n\
             `depends_on`, and a check of your own into `verify`.\n",
            words::count(servers.len(), "source server")
        ),
    })
}

struct Wave<'e> {
    name: String,
    /// What chooses its servers, unless they have no tag in common that others lack.
    tags: Option<BTreeMap<String, String>>,
    servers: Vec<&'e Server>,
}

impl Wave<'_> {
    fn shown(&self) -> String {
        let tag = |(key, value): (&String, &String)| code_span(&format!("{key} = {value}"));
        match &self.tags {
            Some(tags) => cell(&tags.iter().map(tag).collect::<Vec<_>>().join(", ")),
            None => "by their ids".to_owned(),
        }
    }
}

fn waves<'e>(
    servers: &'e [Server],
    tags: &BTreeMap<String, String>,
    by: Option<&str>,
) -> Result<Vec<Wave<'e>>> {
    let Some(by) = by else {
        let tags = Some(tags.clone()).filter(is_selector);
        let servers = servers.iter().collect();
        return Ok(vec![Wave { name: "servers".to_owned(), tags, servers }]);
    };
    let mut groups: BTreeMap<Option<&str>, Vec<&Server>> = BTreeMap::new();
    for server in servers {
        groups.entry(server.tags.get(by).map(String::as_str)).or_default().push(server);
    }
    if groups.len() == 1 && groups.contains_key(&None) {
        let known = servers.iter().flat_map(|server| server.tags.keys().map(String::as_str));
        let error = CommandError::new(code::BAD_ARGUMENT, format!("no server has a tag `{by}`"));
        return Err(match nearest(by, known) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("name a tag that the servers carry, or leave `--by` out"),
        });
    }
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut wave = |(value, servers): (Option<&str>, Vec<&'e Server>)| {
        let name = value.map_or_else(|| "others".to_owned(), slug);
        // Other values may have made the same name already, and the next one with a number too.
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let mut free = [name.clone()].into_iter().chain(numbered);
        let name = free.find(|name| names.insert(name.clone())).unwrap_or(name);
        let tags = value.map(|value| {
            let own = (by.to_owned(), value.to_owned());
            tags.clone().into_iter().chain([own]).collect()
        });
        let tags = tags.filter(is_selector);
        Wave { name, tags, servers }
    };
    // Those without the tag come last.
    let rest = groups.remove(&None);
    let mut waves: Vec<Wave<'e>> = groups.into_iter().map(&mut wave).collect();
    waves.extend(rest.map(|servers| wave((None, servers))));
    Ok(waves)
}

/// Whether a runbook takes these tags: an empty value chooses nothing, and its servers go by their ids.
fn is_selector(tags: &BTreeMap<String, String>) -> bool {
    !tags.is_empty() && tags.values().all(|value| !value.is_empty())
}

/// As code in Markdown, whatever is in it.
fn code_span(text: &str) -> String {
    let text: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    let longest = text.split(|it| it != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let blank = if longest > 0 { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// As a cell of a table in Markdown: a bar would end it, in code too.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// A wave's name of a tag's value: lower-case words joined by `-`.
fn slug(value: &str) -> String {
    let letters = value
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '-' });
    let words: String = letters.take(40).collect();
    let words: Vec<&str> = words.split('-').filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "wave".to_owned() } else { words.join("-") }
}

fn runbook(name: &str, region: &str, waves: &[Wave<'_>]) -> String {
    let mut text = format!(
        "--!strict\nlocal moontide = require(\"@moontide\")\n\nreturn moontide.runbook {{\n\tname = {},\n\tregion = {},\n\twaves = {{\n",
        luau(name),
        luau(region)
    );
    for (at, wave) in waves.iter().enumerate() {
        let _ = writeln!(text, "\t\t{{\n\t\t\tname = {},", luau(&wave.name));
        if let Some(before) = at.checked_sub(1).and_then(|at| waves.get(at)) {
            let _ = writeln!(text, "\t\t\tdepends_on = {{ {} }},", luau(&before.name));
        }
        let _ = writeln!(text, "\t\t\t-- {}", words::count(wave.servers.len(), "server"));
        let _ = writeln!(text, "\t\t\tservers = {{ {} }},", selector(wave));
        text.push_str("\t\t},\n");
    }
    text.push_str("\t},\n}\n");
    text
}

/// What chooses its servers, as Luau.
fn selector(wave: &Wave<'_>) -> String {
    if let Some(tags) = &wave.tags {
        let tag = |(key, value): (&String, &String)| format!("{} = {}", key_of(key), luau(value));
        let tags: Vec<String> = tags.iter().map(tag).collect();
        return format!("tags = {{ {} }}", tags.join(", "));
    }
    let ids: Vec<String> = wave.servers.iter().map(|it| luau(&it.id)).collect();
    format!("ids = {{ {} }}", ids.join(", "))
}

/// A key as Luau reads it.
fn key_of(key: &str) -> String {
    let begins = key.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
    let is_name = begins && key.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
    if is_name && !RESERVED.contains(&key) { key.to_owned() } else { format!("[{}]", luau(key)) }
}

/// A string as Luau reads it.
fn luau(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted + "\""
}
