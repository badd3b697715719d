//! The world of a case: a file or a table, with the faults and commands that the case adds.

use std::fs;
use std::path::{Component, Path};

use moontide_control::error::CommandError;
use moontide_control::world_file;
use moontide_runtime::effect::EffectError;
use moontide_runtime::plan::suggest;
use moontide_sim::{Scenario, WorldError};
use serde_json::Value;
use toml::Table;

use super::asked::refused;
use super::laid::Thing;

/// What is added to this list stands before the others, so that it answers.
const COMMANDS: &str = "commands";
/// What is added to this list stands behind the others.
const FAULTS: &str = "faults";
/// When it begins, where the world does not say so: a verdict depends on no hour of the day.
const START: &str = "2027-01-01T00:00:00Z";
/// What is said of an answer that another one before it gives.
const NEVER: &str = "can never answer";

/// A world in the making.
#[derive(Clone, Debug)]
pub(super) struct World {
    table: Table,
    /// What errors call it.
    title: String,
    /// How many of its last faults, and of its first commands, the case has laid out one by one.
    own: (usize, usize),
    /// Whether it is a file: then others have use for what this case has none for.
    is_file: bool,
}

impl World {
    /// The world file of this name, which lies in this folder or below it.
    pub(super) fn beside(folder: &Path, name: &str) -> Result<World, EffectError> {
        within(folder, name)?;
        World::file(folder, name)
    }

    /// The world file of this name.
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
        Ok(World { table, title: name.to_owned(), own: (0, 0), is_file: true }.begun())
    }

    /// The world that a table describes.
    pub(super) fn of(table: &Value) -> Result<World, EffectError> {
        let table = Table::try_from(table)
            .map_err(|error| refused(format!("the world is a table of fields: {error}")))?;
        let title = "the world".to_owned();
        let world = World { table, title, own: (0, 0), is_file: false }.begun();
        world.scenario()?;
        Ok(world)
    }

    /// The same, with a moment at which it begins.
    fn begun(mut self) -> World {
        self.table.entry("start").or_insert_with(|| START.into());
        self
    }

    /// One more fault.
    pub(super) fn fault(&mut self, entry: &Value) -> Result<Thing, EffectError> {
        self.add(FAULTS, entry)?;
        Ok(Thing::Fault(self.own.0 - 1))
    }

    /// One more answer to a command, before those that there are.
    pub(super) fn command(&mut self, entry: &Value) -> Result<Thing, EffectError> {
        self.add(COMMANDS, entry)?;
        Ok(Thing::Command(self.own.1 - 1))
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

    /// What a rehearsal says of an entry that nothing met, if that is of one that the case has laid out.
    pub(super) fn unmet(&self, message: &str) -> Option<(Thing, String)> {
        let of = |list: &str| {
            let rest = message.split_once(&format!("[[{list}]] "))?.1;
            let digits = rest.len() - rest.trim_start_matches(|it: char| it.is_ascii_digit()).len();
            let (number, rest) = rest.split_at(digits);
            Some((number.parse::<usize>().ok()?, rest.trim_start()))
        };
        if let Some((number, rest)) = of(FAULTS) {
            let first = self.count(FAULTS) - self.own.0;
            let place = number.checked_sub(first + 1)?;
            return Some((Thing::Fault(place), format!("the fault {}", bare(rest, " never "))));
        }
        let (number, rest) = of(COMMANDS)?;
        // The newest stands first.
        let place = self.own.1.checked_sub(number)?;
        let what = bare(rest, " was never ");
        Some((Thing::Command(place), format!("the answer to a command {what}")))
    }

    /// Whether what a rehearsal says of an entry that nothing met is told.
    pub(super) fn is_told(&self) -> bool {
        !self.is_file
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

/// `(launch_fails of db-1) never struck` without its brackets.
fn bare(text: &str, verb: &str) -> String {
    let Some((what, rest)) = text.split_once(verb) else { return text.to_owned() };
    let what = what.strip_prefix('(').and_then(|it| it.strip_suffix(')')).unwrap_or(what);
    format!("{what}{verb}{rest}").trim_start().to_owned()
}

/// A file beside the test, or in a folder there: what lies elsewhere is another's, and a link may lead there.
fn within(folder: &Path, name: &str) -> Result<(), EffectError> {
    let path = folder.join(name);
    let is_plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    let whole = |path: &Path| path.canonicalize().ok();
    let here = if folder == Path::new("") { Path::new(".") } else { folder };
    let is_inside = match (whole(&path), whole(here)) {
        (Some(path), Some(folder)) => path.starts_with(folder),
        _ => true,
    };
    if Path::new(name).components().all(is_plain) && is_inside {
        return Ok(());
    }
    Err(refused(format!("the world {name} does not lie beside the test, where it belongs")))
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
        let command = |text: &str| json!({ "contains": text, "exit_code": 2 });
        assert_eq!(world.command(&command("pg_isready")).expect("taken"), Thing::Command(0));
        assert_eq!(world.count(COMMANDS), 1);
        let server = json!({ "contains": "pg_isready", "server": "db-1" });
        assert_eq!(world.command(&server).expect("taken"), Thing::Command(1));
        assert_eq!(world.count(COMMANDS), 2);
        let unmet = world.unmet("[[commands]] 1 (contains = \"x (a)\") was never used");
        let says = "the answer to a command contains = \"x (a)\" was never used";
        assert_eq!(unmet, Some((Thing::Command(1), says.to_owned())));
        let (thing, _) = world.unmet("[[commands]] 2 was never used").expect("it is the first");
        assert_eq!(thing, Thing::Command(0));
        assert_eq!(world.unmet("[[commands]] 3 was never used"), None);
    }

    #[test]
    fn a_fault_that_is_none_is_refused_and_not_kept() {
        let mut world = world();
        let wrong = world
            .fault(&json!({ "kind": "launch_fials", "server": "db-1" }))
            .expect_err("it is none");
        assert!(wrong.message.contains("did you mean `launch_fails`?"), "{}", wrong.message);
        let right = json!({ "kind": "launch_fails", "server": "db-1" });
        assert_eq!(world.fault(&right).expect("it is one"), Thing::Fault(0));
        let unmet = world.unmet("[[faults]] 1 (launch_fails of db-1) never struck");
        let says = "the fault launch_fails of db-1 never struck".to_owned();
        assert_eq!(unmet, Some((Thing::Fault(0), says)));
    }

    #[test]
    fn a_world_lies_beside_its_test() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("shop");
        fs::create_dir(&folder).expect("a folder");
        fs::write(home.path().join("other.toml"), "version = 1").expect("it writes");
        let absolute = home.path().join("other.toml");
        for name in ["../other.toml", "./a/../../other.toml", absolute.to_str().expect("text")] {
            let error = World::beside(&folder, name).expect_err("it lies elsewhere");
            assert!(error.message.contains("does not lie beside the test"), "{}", error.message);
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&absolute, folder.join("link.toml")).expect("a link");
            let error = World::beside(&folder, "link.toml").expect_err("it leads elsewhere");
            assert!(error.message.contains("does not lie beside the test"), "{}", error.message);
        }
    }

    #[test]
    fn a_world_that_does_not_say_when_it_begins_begins_at_a_moment_that_is_always_the_same() {
        let start = START.parse().expect("a time");
        assert_eq!(world().scenario().expect("a world").start(), Some(start));
        let mut table = json!({ "version": 1, "account": "111122223333", "region": "eu-west-1" });
        (table["start"], table["servers"]) = (json!("2026-11-13T08:00:00Z"), json!([]));
        let said = World::of(&table).expect("a world").scenario().expect("a world").start();
        assert_eq!(said, Some("2026-11-13T08:00:00Z".parse().expect("a time")));
    }
}
