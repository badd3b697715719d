use std::fs;
use std::path::Path;

use full_moon::ast::GenericFor;
use full_moon::visitors::Visitor;

use super::*;

#[test]
fn the_call_stands_around_what_is_walked_and_no_line_moves() {
    for (text, checked) in [
        ("for a in t do end", "for a in __each( t ) do end"),
        ("for a in t\ndo end", "for a in __each( t\n) do end"),
        ("for i = 1, 2 do while x do end end", "for i = 1, 2 do while x do end end"),
        ("return 'for a in t do'", "return 'for a in t do'"),
        ("-- for a in t do\nx()", "-- for a in t do\nx()"),
        ("--[==[ for a in ]] t do\n]==] x()", "--[==[ for a in ]] t do\n]==] x()"),
        (
            "for a in f(function() for b in u do end end) do end",
            "for a in __each( f(function() for b in __each( u ) do end end) ) do end",
        ),
        (
            "local x: A<B> if x then for a in if x then t else u do end end",
            "local x: A<B> if x then for a in __each( if x then t else u ) do end end",
        ),
        (
            "local y = { 1; if x then if z then 1 else 2 elseif z then 3 else 4, 5 } for a in t do end",
            "local y = { 1; if x then if z then 1 else 2 elseif z then 3 else 4, 5 } for a in __each( t ) do end",
        ),
        (
            "for a in `{t}\\`\\{{u} in do `  do end",
            "for a in __each( `{t}\\`\\{{u} in do `  ) do end",
        ),
    ] {
        let found = check(text).unwrap();
        assert_eq!((found.text.as_str(), found.each.as_str()), (checked, EACH));
    }
    assert_eq!(check("local __each, __each1").unwrap().each, "__each2");
}

#[test]
fn what_cannot_be_told_apart_is_refused_with_its_line() {
    let error = check("local a = b > if c then 1 else 2\nfor k in t do end").unwrap_err();
    assert_eq!(error.line, 2);
    assert!(error.message.contains("put `if"), "{}", error.message);
    assert!(check("local a = b > (if c then 1 else 2)\nfor k in t do end").is_ok());
}

/// Counts loops as a whole parser sees them.
#[derive(Default)]
struct Count(usize);

impl Visitor for Count {
    fn visit_generic_for(&mut self, _: &GenericFor) {
        self.0 += 1;
    }
}

fn luau_files(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            luau_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "luau") {
            found.push(fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn in_every_source_of_this_repository_each_loop_is_found_and_the_rest_stays() {
    let mut sources = Vec::new();
    luau_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), &mut sources);
    let (mut files, mut loops) = (0, 0);
    for source in sources {
        let Ok(ast) = full_moon::parse(&source) else { continue };
        let mut count = Count::default();
        count.visit_ast(&ast);
        let Checked { text, each } = check(&source).unwrap();
        assert_eq!(text.matches(&format!(" {each}(")).count(), count.0, "{source}");
        assert_eq!(text.lines().count(), source.lines().count());
        let ast = full_moon::parse(&text).unwrap();
        let mut again = Count::default();
        again.visit_ast(&ast);
        assert_eq!(again.0, count.0);
        files += 1;
        loops += count.0;
    }
    assert!(files > 20 && loops > 50, "{files} files, {loops} loops");
}
