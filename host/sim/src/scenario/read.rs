//! From text to a [`Scenario`]: syntax, version, fields, and what only the whole can tell.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::error::{Mistake, WorldError};
use super::faults::PlacedFault;
use super::identity::Region;
use super::pattern::Pattern;
use super::section::{Contents, Section};
use super::server::Server;
use super::server_entry::Usual;
use super::whole::Scenario;
use super::written::Written;
use super::{document, place, read_fault, scripts};
use crate::documents::Kind;
use crate::wire::Service;

/// The one version of the format that this release reads.
const VERSION: &str = "1";

/// DRS keeps so many source servers in one account and Region.
const MOST_SERVERS: usize = 4000;

/// AWS has not many more; each is an estate of its own here.
const MOST_REGIONS: usize = 40;

/// Whether a world may start processes of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commands {
    /// No: each command has the result that the world gives it.
    Scripted,
    /// Yes: the operator who serves it has said so.
    Allowed,
}

/// Reads a world. Its faults may name operations of `services`, and each of `sections` is read for its service;
/// `file_name` is for messages.
pub(crate) fn world_file(
    text: &str,
    file_name: &str,
    services: &[&'static Service],
    sections: &[&'static Section],
    commands: Commands,
) -> Result<Scenario, WorldError> {
    let mut table = DeTable::parse(text)
        .map_err(|error| place::name(&Mistake::from(error), text, file_name))?;
    let whole = table.clone();
    build(&mut table, services, sections, commands).map_err(|mistake| {
        let mut error = place::name(&mistake, text, file_name);
        error.field = place::field(whole.get_ref(), &mistake);
        error
    })
}

fn build(
    table: &mut Spanned<DeTable<'_>>,
    services: &[&'static Service],
    sections: &[&'static Section],
    commands: Commands,
) -> Result<Scenario, Mistake> {
    check_version(table)?;
    let faults = read_faults(table, services)?;
    let contents = Contents::take(table.get_mut(), sections)?;
    let mut document = read_fields(table, sections)?;
    settle_documents(&mut document)?;

    check_regions(&document, &faults)?;
    let servers = unfold(&document)?;
    for placed in &faults {
        if let Some(pattern) = placed.fault.servers() {
            check_matches_some(pattern, servers.iter().filter(|it| placed.is_of(&it.region)))?;
        }
    }
    for command in document.commands.iter().map(Spanned::get_ref) {
        if let Some(pattern) = &command.server {
            check_matches_some(pattern, servers.iter().filter(|it| command.is_of(&it.region)))?;
        }
    }
    scripts::check_processes(&document.commands, commands)?;
    scripts::check_commands(&document.commands, &servers)?;
    scripts::check_automations(&document.automations, &document.commands)?;

    Ok(Scenario {
        account: document.account.0,
        region: document.region.0,
        regions: document.regions.into_iter().map(|region| region.into_inner().0).collect(),
        seed: document.seed,
        start: document.start,
        page_size: document.page_size.get(),
        timing: document.timing,
        servers,
        commands: document.commands.into_iter().map(Spanned::into_inner).collect(),
        automations: document.automations.into_iter().map(Spanned::into_inner).collect(),
        faults,
        sections: contents,
        state: document.state,
    })
}

/// The fields that every world file may have. Of an unknown one the known `sections` may be meant, too.
fn read_fields(
    table: &Spanned<DeTable<'_>>,
    sections: &[&'static Section],
) -> Result<Written, Mistake> {
    Written::deserialize(Deserializer::from(table.clone())).map_err(|error| {
        let is_own = |span| table.get_ref().keys().any(|key| Some(key.span()) == span);
        let names = sections.iter().map(|section| section.name);
        let names: Vec<&str> = names.filter(|_| is_own(error.span())).collect();
        Mistake::from_toml(&error, &names)
    })
}

/// From here on a document of the world's account is its name, of whatever Region.
fn settle_documents(document: &mut Written) -> Result<(), Mistake> {
    let account = document.account.0.as_str();
    for command in document.commands.iter_mut().map(Spanned::get_mut) {
        document::settle(&mut command.document, &mut command.region, account)?;
        document::check(Kind::Command, command.document.as_ref())?;
    }
    for automation in document.automations.iter_mut().map(Spanned::get_mut) {
        document::settle(&mut automation.document, &mut automation.region, account)?;
        document::check(Kind::Automation, automation.document.as_ref())?;
    }
    Ok(())
}

/// Comes before everything else: a newer file should be told from a mistaken one.
fn check_version(table: &Spanned<DeTable<'_>>) -> Result<(), Mistake> {
    match table.get_ref().get("version") {
        None => Err(Mistake::of_the_whole("missing field `version`: begin with `version = 1`")),
        Some(version) => match version.get_ref().as_integer() {
            Some(number) if number.as_str() == VERSION => Ok(()),
            _ => Err(Mistake::at(
                version.span(),
                format!("this release of Moontide reads worlds of version {VERSION} only"),
            )),
        },
    }
}

fn read_faults(
    table: &mut Spanned<DeTable<'_>>,
    services: &[&'static Service],
) -> Result<Vec<PlacedFault>, Mistake> {
    let Some(entries) = table.get_mut().remove("faults") else {
        return Ok(Vec::new());
    };
    let span = entries.span();
    match entries.into_inner() {
        DeValue::Array(entries) => {
            entries.into_iter().map(|entry| read_fault::fault(entry, services)).collect()
        }
        _ => Err(Mistake::at(span, "faults are a list of tables: write [[faults]]")),
    }
}

/// The Regions of a world are told apart, and everything is in one of them.
fn check_regions(document: &Written, faults: &[PlacedFault]) -> Result<(), Mistake> {
    let mut known = vec![document.region.0.as_str()];
    for region in &document.regions {
        let name = region.get_ref().0.as_str();
        if known.contains(&name) {
            return Err(Mistake::at(region.span(), format!("the Region {name} is given twice")));
        }
        known.push(name);
    }
    if let Some(beyond) = document.regions.get(MOST_REGIONS) {
        let message = format!("a world has {MOST_REGIONS} more Regions at most");
        return Err(Mistake::at(beyond.span(), message));
    }
    let servers = document.servers.iter().filter_map(|server| server.get_ref().region.as_ref());
    let commands = document.commands.iter().filter_map(|command| command.get_ref().region.as_ref());
    let automations = document.automations.iter().filter_map(|it| it.get_ref().region.as_ref());
    let faults = faults.iter().filter(|placed| !placed.is_of_any_region());
    let faults = faults.filter_map(|placed| placed.region.as_ref());
    let unknown = |region: &&Spanned<Region>| !known.contains(&region.get_ref().0.as_str());
    match servers.chain(commands).chain(automations).chain(faults).find(unknown) {
        None => Ok(()),
        Some(region) => {
            let written = region.get_ref().0.as_str();
            let message = format!("`{written}` is no Region of this world: add it to `regions`");
            Err(Mistake::at(region.span(), message).suggesting(written, known))
        }
    }
}

fn unfold(document: &Written) -> Result<Vec<Server>, Mistake> {
    let mut servers = Vec::new();
    let mut seen = BTreeSet::new();
    let mut counts = BTreeMap::new();
    let usual = Usual { region: &document.region.0, source: document.source_region.as_ref() };
    for entry in &document.servers {
        for server in entry.get_ref().unfold(&usual)? {
            let name = (server.region.clone(), server.name.clone());
            for (place, identity) in [name, (String::new(), server.id.clone())] {
                if !seen.insert((place, identity.clone())) {
                    let span = entry.get_ref().name.span();
                    return Err(Mistake::at(span, format!("there is already a server {identity}")));
                }
            }
            let of_region: &mut usize = counts.entry(server.region.clone()).or_default();
            *of_region += 1;
            if *of_region > MOST_SERVERS {
                let message = format!(
                    "DRS keeps {MOST_SERVERS} servers in an account and Region, and with these {} has more",
                    server.region
                );
                return Err(Mistake::at(entry.get_ref().name.span(), message));
            }
            servers.push(server);
        }
    }
    Ok(servers)
}

fn check_matches_some<'a>(
    pattern: &Spanned<Pattern>,
    servers: impl Iterator<Item = &'a Server>,
) -> Result<(), Mistake> {
    let names: Vec<&str> = servers.map(|server| server.name.as_str()).collect();
    if names.iter().any(|name| pattern.get_ref().matches(name)) {
        return Ok(());
    }
    let written = pattern.get_ref().as_str();
    Err(Mistake::at(pattern.span(), format!("no server is called `{written}`"))
        .suggesting(written, names))
}
