//! Looking for the mistakes of an author, module by module.

use std::collections::BTreeSet;

use mlua::{Lua, Table, Value};

use super::bytecode::{Global, Names, names};
use super::tree;
use super::tree::Called;
use crate::plan::{Complaint, LONGEST_LINE, Located, Path, Place, suggest};
use crate::sandbox::compile;
use crate::sandbox::sources::Sources;

/// So many are told; their author mends these first.
pub(super) const MOST: usize = 20;

/// A longer name is cut.
pub(super) const LONGEST_NAME: usize = 60;

/// A name is compared with so many others.
pub(super) const MOST_COMPARED: usize = 500;

/// The table of all globals, which no runbook needs.
pub(super) const WORLD: &str = "_G";

/// What scripts of other programs find in their world, and what a runbook does instead.
pub(super) const INSTEAD: [(&str, &str); 17] = [
    (WORLD, "names are declared with `local`, and a file gives others what it returns"),
    ("print", "moontide.log.info(…) says it"),
    ("warn", "moontide.log.warn(…) says it"),
    ("wait", "moontide.sleep(…) waits"),
    ("sleep", "moontide.sleep(…) waits"),
    ("task", "moontide.sleep(…) waits, moontide.parallel { … } runs side by side"),
    ("coroutine", "moontide.parallel { … } runs side by side"),
    ("os", "moontide.now() tells the time; nothing else of the system is there"),
    ("io", "a runbook reads and writes no files; what it is to know comes as a param"),
    ("debug", "errors carry their trace by themselves"),
    ("package", "require sees @moontide/… and the runbook's own folder"),
    ("loadstring", "require sees @moontide/… and the runbook's own folder"),
    ("load", "require sees @moontide/… and the runbook's own folder"),
    ("dofile", "require sees @moontide/… and the runbook's own folder"),
    ("unpack", "table.unpack(…) does it"),
    ("null", "Luau says nil"),
    ("None", "Luau says nil"),
];

/// What was found.
#[derive(Debug, Default)]
pub struct Mistakes {
    /// The mistakes, each at its place.
    pub found: Vec<Located>,
    /// The files whose syntax Luau knows and this does not: only their names were looked at.
    pub unread: Vec<String>,
}

/// The mistakes of every module of the author's that `entry` names, directly or not. What does not compile is
/// left to the loader.
pub(in crate::sandbox) fn find(lua: &Lua, sources: &Sources, entry: &str) -> Mistakes {
    let (mut todo, mut seen) = (vec![entry.to_owned()], BTreeSet::new());
    let (mut found, mut untold, mut unread) = (Vec::new(), 0, Vec::new());
    while let Some(key) = todo.pop() {
        let Some((file, text)) = sources.own(&key).filter(|_| seen.insert(key.clone())) else {
            continue;
        };
        let Ok(code) = compile::unoptimized(text) else { continue };
        let Some(names) = names(&code) else {
            let message = "a defect of Moontide: it cannot tell which names this file uses";
            found.push(located(file, text, (1, None), message, None));
            continue;
        };
        let inside = |name: &String| name.strip_prefix("./").unwrap_or(name).to_owned();
        todo.extend(names.required.iter().map(inside));
        if names.computes {
            // It may mean any of them.
            todo.extend(sources.all_own().map(str::to_owned));
        }
        let left = MOST.saturating_sub(found.len());
        let (mut mistakes, mut more) = undefined(lua, file, text, &names);
        let (in_tree, more_of_them) = in_tree(file, text).unwrap_or_else(|| {
            unread.push(file.to_owned());
            (Vec::new(), 0)
        });
        mistakes.extend(in_tree);
        mistakes.sort_by_key(|it| it.place.as_ref().map(|place| (place.line, place.column)));
        more += more_of_them + mistakes.len().saturating_sub(left);
        mistakes.truncate(left);
        found.extend(mistakes);
        untold += more;
    }
    if untold > 0 {
        let message = format!("and {untold} more of this kind");
        let file = found.last().map_or_else(String::new, |last| last.file.clone());
        found.push(Located { file, place: None, complaint: plain(&message, None) });
    }
    Mistakes { found, unread }
}

/// The first globals that do not exist, with what was probably meant, and how many more there are.
pub(super) fn undefined(lua: &Lua, file: &str, text: &str, names: &Names) -> (Vec<Located>, usize) {
    let exists =
        |name: &str| name != WORLD && !matches!(lua.globals().get(name), Ok(Value::Nil) | Err(_));
    let lines: Vec<&str> = text.lines().collect();
    let written: BTreeSet<&str> =
        names.globals.iter().filter(|it| it.is_written).map(|it| it.name.as_str()).collect();
    let mut told = BTreeSet::new();
    let is_wrong = |it: &&Global| it.is_written || !exists(&it.name) || no_field(lua, it).is_some();
    let globals = names.globals.iter().filter(is_wrong);
    // A global that is written is told of there, not wherever it is read.
    let globals = globals.filter(|it| it.is_written || !written.contains(it.name.as_str()));
    let mut globals = globals.filter(|it| told.insert((it.name.as_str(), it.line)));
    let mistake = |global: &Global| {
        let missing = no_field(lua, global).filter(|_| exists(&global.name));
        let (message, suggestion) =
            missing.unwrap_or_else(|| what(global, text, names, exists(&global.name)));
        let line = usize::try_from(global.line).unwrap_or_default();
        let column = lines.get(line.saturating_sub(1)).and_then(|line| word(line, &global.name));
        located(file, text, (line, column), &message, suggestion)
    };
    let first = globals.by_ref().take(MOST).map(mistake).collect();
    (first, globals.count())
}

/// A field that one of Luau's own tables does not have: `string.fromat`.
pub(super) fn no_field(lua: &Lua, global: &Global) -> Option<(String, Option<String>)> {
    let field = global.field.as_ref().filter(|_| !global.is_written)?;
    let table: Table = lua.globals().get(global.name.as_str()).ok()?;
    if !matches!(table.get::<Value>(field.as_str()), Ok(Value::Nil)) {
        return None;
    }
    let fields = table.pairs::<String, Value>().filter_map(|pair| Some(pair.ok()?.0));
    let fields: Vec<String> = fields.collect();
    let nearest = suggest::nearest(field, fields.iter().map(String::as_str));
    let (name, field) = (&global.name, crate::text::plain(field, LONGEST_NAME));
    let nearest = nearest.map(|nearest| format!("{name}.{nearest}"));
    Some((format!("Luau's `{name}` has no `{field}`"), nearest))
}

/// What is wrong with the use of a global, and what was probably meant.
pub(super) fn what(
    global: &Global,
    text: &str,
    names: &Names,
    exists: bool,
) -> (String, Option<String>) {
    let Global { name: whole, line, is_written, .. } = global;
    let name = &crate::text::plain(whole, LONGEST_NAME);
    if *is_written && exists {
        return (format!("`{name}` is Luau's own, and cannot be written to"), None);
    }
    if *is_written {
        let message = format!(
            "`{name}` is not declared: write `local {name}` where it is given its first value"
        );
        return (message, None);
    }
    if let Some((_, instead)) = INSTEAD.iter().find(|(word, _)| word == name) {
        return (format!("`{name}` does not exist in a runbook: {instead}"), None);
    }
    let missing = format!("`{name}` is not defined");
    let declared = names.locals.iter().filter(|(local, _)| local == whole).map(|(_, line)| *line);
    let (before, after): (Vec<u32>, Vec<u32>) = declared.partition(|declared| declared <= line);
    if let (Some(after), []) = (after.first(), before.as_slice()) {
        return (format!("{missing} yet: its `local` is in line {after}, below"), None);
    }
    if let Some(before) = before.last() {
        return (format!("{missing} here: its `local` in line {before} is in another block"), None);
    }
    if ["\"", "'"].iter().any(|quote| text.contains(&format!("{quote}{name}{quote}"))) {
        return (missing, Some(format!("\"{name}\"")));
    }
    let locals: BTreeSet<&str> = names.locals.iter().map(|(local, _)| local.as_str()).collect();
    let locals = locals.into_iter().take(MOST_COMPARED);
    let words =
        ["true", "false", "nil", "require", "tostring", "tonumber", "pairs", "ipairs", "error"];
    let near = suggest::nearest(name, locals.chain(words)).map(str::to_owned);
    match near {
        Some(near) => (missing, Some(near)),
        None => (
            format!("{missing}: declare it with `local`, or write \"{name}\" if it is a text"),
            None,
        ),
    }
}

/// The first mistakes that the syntax tree shows, and how many more there are; `None` if the parser knows less than
/// Luau does: that is no reason not to load the file, but one to say so.
pub(super) fn in_tree(file: &str, text: &str) -> Option<(Vec<Located>, usize)> {
    let found = tree::read(compile::readable(text))?;
    let all = found.duplicates.len() + found.compared.len() + found.called.len();
    let twice = found.duplicates.into_iter().map(|it| {
        let key = crate::text::plain(&it.key, LONGEST_NAME);
        (it.at, format!("{key} is given twice in one table, first in line {}", it.first))
    });
    let compared = found.compared.into_iter().map(|it| {
        let text = crate::text::plain(&it.text, LONGEST_NAME);
        (it.at, format!("an answer is a table, and never equals {text}: compare its `choice`"))
    });
    let called = found.called.into_iter().map(|it| {
        let Called { path, name, at } = it;
        (at, format!("`{path}:{name}` hands `{path}` over as well: write a dot, `{path}.{name}`"))
    });
    let told = twice.chain(compared).chain(called).take(MOST);
    let told = told
        .map(|((line, column), message)| located(file, text, (line, Some(column)), &message, None));
    Some((told.collect(), all.saturating_sub(MOST)))
}

pub(super) fn located(
    file: &str,
    text: &str,
    (line, column): (usize, Option<usize>),
    message: &str,
    suggestion: Option<String>,
) -> Located {
    let source_line = line.checked_sub(1).and_then(|at| text.lines().nth(at)).unwrap_or_default();
    let source_line = if source_line.len() > LONGEST_LINE { "" } else { source_line };
    let first = || source_line.chars().take_while(|it| it.is_whitespace()).count() + 1;
    let column = column.unwrap_or_else(first);
    let place = Place { line, column, source_line: source_line.to_owned() };
    Located { file: file.to_owned(), place: Some(place), complaint: plain(message, suggestion) }
}

pub(super) fn plain(message: &str, suggestion: Option<String>) -> Complaint {
    Complaint { path: Path::root(), message: message.to_owned(), suggestion }
}

/// The column, from 1, of a name that is a word of the line.
pub(super) fn word(line: &str, name: &str) -> Option<usize> {
    let is_of_name = |it: char| it.is_alphanumeric() || it == '_';
    let at = line.match_indices(name).map(|(at, _)| at).find(|at| {
        let before = line[..*at].chars().next_back();
        let after = line[at + name.len()..].chars().next();
        let is_field = before == Some('.') && !line[..*at].ends_with("..");
        !before.is_some_and(is_of_name) && !after.is_some_and(is_of_name) && !is_field
    })?;
    Some(line[..at].chars().count() + 1)
}
