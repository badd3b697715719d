//! From text to a [`World`]: syntax, version, fields, and what only the whole can tell.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::error::Trouble;
use super::faults::Fault;
use super::{Command, Document, Pattern, Server, World, WorldError, place, read_fault};

/// The one version of the format that this release reads.
const VERSION: &str = "1";

/// Reads a world; `file_name` is for messages.
pub(super) fn world(text: &str, file_name: &str) -> Result<World, WorldError> {
    let mut table = DeTable::parse(text)
        .map_err(|error| place::name(&Trouble::from(error), text, file_name))?;
    let whole = table.clone();
    build(&mut table).map_err(|trouble| {
        let mut error = place::name(&trouble, text, file_name);
        error.field = place::field(whole.get_ref(), &trouble);
        error
    })
}

fn build(table: &mut Spanned<DeTable<'_>>) -> Result<World, Trouble> {
    check_version(table)?;
    let faults = read_faults(table)?;
    let document = Document::deserialize(Deserializer::from(table.clone()))?;

    let servers = unfold(&document)?;
    let named = faults
        .iter()
        .filter_map(Fault::servers)
        .chain(document.commands.iter().filter_map(|command: &Command| command.server.as_ref()));
    for pattern in named {
        check_matches_some(pattern, &servers)?;
    }

    Ok(World {
        account: document.account.0,
        region: document.region.0,
        seed: document.seed,
        start: document.start,
        page_size: document.page_size.get(),
        quotas: document.quotas,
        timing: document.timing,
        servers,
        commands: document.commands,
        automations: document.automations,
        faults,
    })
}

/// Comes before everything else: a newer file should be told from a mistaken one.
fn check_version(table: &Spanned<DeTable<'_>>) -> Result<(), Trouble> {
    match table.get_ref().get("version") {
        None => Err(Trouble::of_the_whole("missing field `version`: begin with `version = 1`")),
        Some(version) => match version.get_ref().as_integer() {
            Some(number) if number.as_str() == VERSION => Ok(()),
            _ => Err(Trouble::at(
                version.span(),
                format!("this release of Moontide reads worlds of version {VERSION} only"),
            )),
        },
    }
}

fn read_faults(table: &mut Spanned<DeTable<'_>>) -> Result<Vec<Fault>, Trouble> {
    let Some(entries) = table.get_mut().remove("faults") else {
        return Ok(Vec::new());
    };
    let span = entries.span();
    match entries.into_inner() {
        DeValue::Array(entries) => entries.into_iter().map(read_fault::fault).collect(),
        _ => Err(Trouble::at(span, "faults are a list of tables: write [[faults]]")),
    }
}

fn unfold(document: &Document) -> Result<Vec<Server>, Trouble> {
    let mut servers = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in &document.servers {
        for server in entry.get_ref().unfold()? {
            for identity in [&server.name, &server.id] {
                if !seen.insert(identity.clone()) {
                    let span = entry.get_ref().name.span();
                    return Err(Trouble::at(span, format!("there is already a server {identity}")));
                }
            }
            servers.push(server);
        }
    }
    Ok(servers)
}

fn check_matches_some(pattern: &Spanned<Pattern>, servers: &[Server]) -> Result<(), Trouble> {
    if servers.iter().any(|server| pattern.get_ref().matches(&server.name)) {
        return Ok(());
    }
    let written = pattern.get_ref().as_str();
    Err(Trouble::at(pattern.span(), format!("no server is called `{written}`"))
        .suggesting(written, servers.iter().map(|server| server.name.as_str())))
}
