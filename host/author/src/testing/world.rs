//! The world of a case: a file or a table, with the faults and commands that the case adds.

use std::fs;
use std::path::Path;

use moontide_control::error::CommandError;
use moontide_control::world_file;
use moontide_runtime::effect::EffectError;
use moontide_runtime::plan::suggest;
use moontide_sim::{Scenario, WorldError};
use serde_json::Value;
use toml::Table;

use super::asked::refused;

/// What is added to this list stands before the others, so that it answers.
const COMMANDS: &str = "commands";
/// What is added to this list stands behind the others.
const FAULTS: &str = "faults";
/// What is said of an answer that another one before it gives.
const NEVER: &str = "can never answer";

/// A world in the making.
#[derive(Clone, Debug)]
pub(super) struct World {
    table: Table,
    /// What errors call it.
    title: String,
    /// How many of its last faults, and of its first commands, are the case's own.
    own: (usize, usize),
}

impl World {
    /// The world file of this name, in this folder.
    pub(super) fn file(folder: &Path, name: &str) -> Result<World, EffectError> {
        let path = folder.join(name.strip_prefix("./").unwrap_or(name));
        if !path.is_file() {
            let names: Vec<String> = fs::read_dir(path.parent().unwrap_or(folder))
                .into_iter()
                .flatten()
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .filter(|name| Path::new(name).extension().is_some_and(|it| it == "toml"))
                .collect();
            let written = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let near = suggest::nearest(&written, names.iter().map(String::as_str));
            let near = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
            return Err(refused(format!("there is no world file {name} beside the test{near}")));
        }
        // What is wrong with it is told with its own lines.
        world_file::read(&path).map_err(|error| said(&error))?;
        let text = fs::read_to_string(&path)
            .map_err(|error| refused(format!("the world {name} cannot be read: {error}")))?;
        let table = text.parse().map_err(|error| refused(format!("{name}: {error}")))?;
        Ok(World { table, title: name.to_owned(), own: (0, 0) })
    }

    /// The world that a table describes.
    pub(super) fn of(table: &Value) -> Result<World, EffectError> {
        let table = Table::try_from(table)
            .map_err(|error| refused(format!("the world is a table of fields: {error}")))?;
        let mut world = World { table, title: "the world".to_owned(), own: (0, 0) };
        world.scenario()?;
        world.own = (world.count(FAULTS), world.count(COMMANDS));
        Ok(world)
    }

    /// One more fault.
    pub(super) fn fault(&mut self, entry: &Value) -> Result<(), EffectError> {
        self.add(FAULTS, entry)
    }

    /// One more answer to a command, before those that there are.
    pub(super) fn command(&mut self, entry: &Value) -> Result<(), EffectError> {
        self.add(COMMANDS, entry)
    }

    fn add(&mut self, list: &str, entry: &Value) -> Result<(), EffectError> {
        let entry = toml::Value::try_from(entry)
            .map_err(|error| refused(format!("this is no entry of `{list}`: {error}")))?;
        let mut changed = self.clone();
        let all = changed.table.entry(list).or_insert_with(|| toml::Value::Array(Vec::new()));
        let Some(all) = all.as_array_mut() else {
            return Err(refused(format!("`{list}` of the world is no list")));
        };
        if list == COMMANDS {
            all.insert(0, entry);
            changed.own.1 += 1;
            changed.give_way();
        } else {
            all.push(entry);
            changed.own.0 += 1;
        }
        changed.scenario()?;
        *self = changed;
        Ok(())
    }

    /// Takes away those answers of the world's own that a new one before them answers for.
    fn give_way(&mut self) {
        while let Err(error) = self.parse() {
            let place = error.field.strip_prefix("commands[").and_then(|it| it.split(']').next());
            let place = place.and_then(|it| it.parse::<usize>().ok());
            let is_shadowed = error.message.contains(NEVER);
            let Some(place) = place.filter(|place| is_shadowed && *place >= self.own.1) else {
                return;
            };
            let Some(all) = self.table.get_mut(COMMANDS).and_then(toml::Value::as_array_mut) else {
                return;
            };
            if place >= all.len() {
                return;
            }
            all.remove(place);
        }
    }

    fn count(&self, list: &str) -> usize {
        self.table.get(list).and_then(toml::Value::as_array).map_or(0, Vec::len)
    }

    /// Whether what a rehearsal says of an entry is about one of the case's own, and not of its world's.
    pub(super) fn is_own(&self, message: &str) -> bool {
        let number = |list: &str| {
            let rest = message.split_once(&format!("[[{list}]] "))?.1;
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<usize>().ok()
        };
        let fault = number(FAULTS).map(|it| it > self.count(FAULTS) - self.own.0);
        let command = number(COMMANDS).map(|it| it <= self.own.1);
        fault.or(command).unwrap_or(true)
    }

    /// The world, read as its file is read.
    pub(super) fn scenario(&self) -> Result<Scenario, EffectError> {
        self.parse().map_err(|error| {
            let field =
                if error.field.is_empty() { String::new() } else { format!("{}: ", error.field) };
            let near = error.suggestion.map(|near| format!(", did you mean `{near}`?"));
            let near = near.unwrap_or_default();
            refused(format!("{}: {field}{}{near}", self.title, error.message))
        })
    }

    fn parse(&self) -> Result<Scenario, WorldError> {
        // What was read as a table, or from one, is written as one.
        let text = toml::to_string(&self.table).unwrap_or_default();
        Scenario::parse(&text, &self.title)
    }
}

/// A command's error as a case is told it.
pub(super) fn said(error: &CommandError) -> EffectError {
    let place = error.places.first().map(|place| format!("{}: ", place.position()));
    refused(format!("{}{}", place.unwrap_or_default(), error.message))
}
#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn world() -> World {
        World::of(&json!({
            "version": 1,
            "account": "111122223333",
            "region": "eu-west-1",
            "servers": [{ "name": "db-{n}", "count": 2 }],
            "commands": [{ "contains": "pg_isready", "stdout": "ok" }],
        }))
        .expect("a world")
    }

    #[test]
    fn a_command_of_the_case_takes_the_place_of_what_the_world_would_have_answered() {
        let mut world = world();
        world.own = (0, 0);
        world.command(&json!({ "contains": "pg_isready", "exit_code": 2 })).expect("it is taken");
        assert_eq!(world.count(COMMANDS), 1);
        assert!(world.is_own("[[commands]] 1 (x) was never used"));
        world.command(&json!({ "contains": "pg_isready", "server": "db-1" })).expect("it is taken");
        assert_eq!(world.count(COMMANDS), 2);
    }

    #[test]
    fn a_fault_that_is_none_is_refused_and_not_kept() {
        let mut world = world();
        let wrong = world
            .fault(&json!({ "kind": "launch_fials", "server": "db-1" }))
            .expect_err("it is none");
        assert!(wrong.message.contains("did you mean `launch_fails`?"), "{}", wrong.message);
        world.fault(&json!({ "kind": "launch_fails", "server": "db-1" })).expect("it is one");
        assert!(world.is_own("[[faults]] 1 (launch_fails of db-1) never struck"));
    }
}
