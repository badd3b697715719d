//! From complaints about a declared table to the lines of the runbook that they are about.
//!
//! A declared table remembers nothing of its source, so the source is read a second time, as a syntax
//! tree, and the path of each complaint is followed through the literals in it. Where a table was
//! computed the way ends, and the closest literal around it is named instead.

use std::thread;

use serde::Serialize;

use super::complaint::Complaint;
use super::literal::Declaration;
use super::path::Path;

/// A complaint and the place in the source that it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Located {
    /// The runbook's file, as errors name it.
    pub file: String,
    /// Where in it; `None` if not even the declaration was found.
    pub place: Option<Place>,
    /// What is wrong.
    pub complaint: Complaint,
}

/// A place in a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// The whole line, without its end; empty if it cannot be read on a terminal.
    pub source_line: String,
}

/// Sources that are longer are not read a second time. The sandbox does not load them either.
const LONGEST_SOURCE: usize = 256 * 1024;
/// A longer line is not shown.
pub const LONGEST_LINE: usize = 400;
/// The parser recurses with the nesting of the source. Luau, which has accepted the source by now,
/// stops at a nesting of 1000; this leaves a quarter of a megabyte for each level. It is address
/// space: what is not used is not allocated.
const STACK: usize = 256 * 1024 * 1024;

/// Finds the places of `complaints` in `source`, a source that Luau accepted, and sorts them by place.
/// `line` is the line of the call that declared the runbook, where known.
pub fn locate(
    file: &str,
    source: &str,
    line: Option<usize>,
    complaints: Vec<Complaint>,
) -> Vec<Located> {
    let paths: Vec<&Path> = complaints.iter().map(|complaint| &complaint.path).collect();
    let mut places = positions(source, line, &paths);
    places.resize(complaints.len(), line.map(|line| (line, None)));
    let mut located: Vec<Located> = complaints
        .into_iter()
        .zip(places)
        .map(|(complaint, position)| {
            let place = position.and_then(|(line, column)| place(source, line, column));
            Located { file: file.to_owned(), place, complaint }
        })
        .collect();
    located.sort_by_key(|located| {
        let place = located.place.as_ref();
        place.map_or((usize::MAX, 0), |place| (place.line, place.column))
    });
    located
}

/// The line of one path in `source`, or of the closest literal around it.
pub fn line_of(source: &str, line: Option<usize>, path: &Path) -> Option<usize> {
    let position = positions(source, line, &[path]).into_iter().next().flatten();
    position.map(|(line, _)| line).or(line)
}

/// A line, and the column in it where that is known.
type Position = (usize, Option<usize>);

/// The positions of all paths; nothing if the declaration is not found in the source.
fn positions(source: &str, line: Option<usize>, paths: &[&Path]) -> Vec<Option<Position>> {
    if source.len() > LONGEST_SOURCE {
        return Vec::new();
    }
    let read = || -> Option<Vec<Option<Position>>> {
        let declaration = Declaration::find(source, line)?;
        let position = |path: &&Path| {
            let (line, column) = declaration.position(path);
            Some((line, Some(column)))
        };
        Some(paths.iter().map(position).collect())
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("locate".to_owned()).stack_size(STACK);
        let reader = thread.spawn_scoped(scope, read).ok()?;
        reader.join().ok()?
    })
    .unwrap_or_default()
}

fn place(source: &str, line: usize, column: Option<usize>) -> Option<Place> {
    let source_line = source.lines().nth(line.checked_sub(1)?)?;
    let source_line = if source_line.len() > LONGEST_LINE { "" } else { source_line }.to_owned();
    let first = || source_line.chars().take_while(|c| c.is_whitespace()).count() + 1;
    Some(Place { line, column: column.unwrap_or_else(first), source_line })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    /// The places of paths in a source, one a line, the character marked with `»`.
    fn places(source: &str, line: Option<usize>, paths: &[Path]) -> String {
        let complaint = |path: &Path| Complaint {
            path: path.clone(),
            message: path.to_string(),
            suggestion: None,
        };
        let located = locate("runbook.luau", source, line, paths.iter().map(complaint).collect());
        let line = |located: Located| match located.place {
            None => format!("{}: nowhere\n", located.complaint.message),
            Some(place) => {
                let (before, after): (String, String) = (
                    place.source_line.chars().take(place.column - 1).collect(),
                    place.source_line.chars().skip(place.column - 1).collect(),
                );
                let message = located.complaint.message;
                format!("{message}: {} {}»{}\n", place.line, before.trim_start(), after)
            }
        };
        located.into_iter().map(line).collect()
    }

    fn wave(number: usize) -> Path {
        Path::root().field("waves").item(number)
    }

    const LITERAL: &str = r#"--!strict
local moontide = require("@moontide")

return moontide.runbook {
	name = "three-tier", ["description"] = "ü", region = "us-west-2",
	waves = {
		{ name = "database", servers = { tags = { App = "shop" } } },
		({
			name = "web",
			depend_on = { "database", "datbase" },
		} :: any),
	},
}
"#;

    #[test]
    fn a_literal_is_followed_to_the_field() {
        let paths = [
            Path::root(),
            Path::root().field("description"),
            Path::root().field("region"),
            wave(1).field("servers").field("tags").field("App"),
            wave(2),
            wave(2).field("depend_on"),
            wave(2).field("depend_on").item(2),
        ];
        assert_snapshot!(places(LITERAL, Some(4), &paths), @r#"
        : 4 return »moontide.runbook {
        description: 5 name = "three-tier", »["description"] = "ü", region = "us-west-2",
        region: 5 name = "three-tier", ["description"] = "ü", »region = "us-west-2",
        waves[1].servers.tags.App: 7 { name = "database", servers = { tags = { »App = "shop" } } },
        waves[2]: 8 »({
        waves[2].depend_on: 10 »depend_on = { "database", "datbase" },
        waves[2].depend_on[2]: 10 depend_on = { "database", »"datbase" },
        "#);
    }

    #[test]
    fn what_is_not_there_is_looked_for_around() {
        let paths =
            [Path::root().field("objectives"), wave(3), wave(1).field("servers").field("ids")];
        assert_snapshot!(places(LITERAL, None, &paths), @r#"
        objectives: 4 return »moontide.runbook {
        waves[3]: 6 »waves = {
        waves[1].servers.ids: 7 { name = "database", »servers = { tags = { App = "shop" } } },
        "#);
    }

    #[test]
    fn tables_with_a_name_are_followed() {
        let source = r#"local moontide = require("@moontide")
local database = { name = "database", servres = {} }
local waves = { database }
local twice = { name = "x" }
twice = { name = "y" }
local plan = { name = "n", waves = waves, params = twice }
return moontide.runbook(plan)
"#;
        let paths = [wave(1).field("servres"), Path::root().field("params").field("name")];
        assert_snapshot!(places(source, Some(7), &paths), @r#"
        waves[1].servres: 2 local database = { name = "database", »servres = {} }
        params.name: 6 local plan = { name = "n", waves = waves, »params = twice }
        "#);
    }

    #[test]
    fn a_computed_table_leads_to_what_is_around_it() {
        let source = r#"local function build() return { nmae = "x" } end
local function waves() return {} end
if true then
	return moontide.runbook({ name = "x", waves = waves() })
end
return moontide.runbook(build())
"#;
        let deep = wave(2).field("depend_on");
        assert_snapshot!(places(source, Some(4), std::slice::from_ref(&deep)), @r#"waves[2].depend_on: 4 return moontide.runbook({ name = "x", »waves = waves() })"#);
        assert_snapshot!(places(source, Some(6), &[deep]), @"waves[2].depend_on: 6 return »moontide.runbook(build())");
    }

    #[test]
    fn a_source_that_cannot_be_read_leaves_the_line_of_the_call() {
        let path = [Path::root().field("name")];
        assert_snapshot!(places("x =\n  = runbook {", Some(2), &path), @"name: 2 »= runbook {");
        assert_snapshot!(places("x =\n  = runbook {", None, &path), @"name: nowhere");
        assert_snapshot!(places("x", Some(7), &path), @"name: nowhere");
    }

    #[test]
    fn a_deeply_nested_source_is_read_all_the_same() {
        // As deep as Luau lets them be, or deeper.
        let nestings = [
            ("{ a = (", ") }", 500),
            ("(", ")", 1000),
            ("- ", "", 1000),
            ("f(", ")", 1000),
            ("function() return ", " end", 1000),
            ("if a then 1 else ", "", 1000),
            ("`{", "}`", 1000),
        ];
        for (open, close, depth) in nestings {
            let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let source = format!("return moontide.runbook {{\n\ta = {nested},\n\tb = 1,\n}}");
            let place = places(&source, Some(1), &[Path::root().field("b")]);
            assert_eq!(place, "b: 3 »b = 1,\n", "nested in {open}");
        }
    }
}
