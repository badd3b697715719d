use super::super::limits::Limits;
use super::super::vm::Vm;
use super::Mistakes;
use crate::history::{Bundle, Module};

/// What is said of these modules, a line each; the first one is the runbook.
fn said(modules: &[(&str, &str)]) -> Vec<String> {
    let modules = modules.iter().map(|(name, source)| {
        let module = Module { file: format!("{name}.luau"), source: (*source).into() };
        ((*name).to_owned(), module)
    });
    let bundle = Bundle { entry: "runbook".to_owned(), modules: modules.collect() };
    let Mistakes { found, .. } = Vm::open(&bundle, &Limits::default(), 7).unwrap().mistakes();
    let line = |it: &crate::plan::Located| match &it.place {
        Some(place) => format!("{}:{}:{}: {}", it.file, place.line, place.column, it.complaint),
        None => format!("{}: {}", it.file, it.complaint),
    };
    found.iter().map(line).collect()
}

/// The same of one runbook, without its file's name.
fn of(source: &str) -> Vec<String> {
    let said = said(&[("runbook", source)]);
    said.into_iter().map(|line| line.replacen("runbook.luau:", "", 1)).collect()
}

#[test]
fn a_name_that_is_not_defined_is_told_on_every_path() {
    for (source, expected) in [
        (
            "local tags = { App = app_name }",
            "1:22: `app_name` is not defined: declare it with `local`, or write \"app_name\" if it is a text",
        ),
        (
            "local answers = 1\nreturn function()\n\tif false then return answer end\nend",
            "3:23: `answer` is not defined, did you mean `answers`?",
        ),
        (
            "local w = { name = 'db' }\nreturn { w, depends_on = { db } }",
            "2:28: `db` is not defined, did you mean `\"db\"`?",
        ),
        (
            "local plan = { verify = check }\nlocal function check() end\nreturn { plan, check }",
            "1:25: `check` is not defined yet: its `local` is in line 2, below",
        ),
        (
            "do\n\tlocal x = 1\nend\nreturn x",
            "4:8: `x` is not defined here: its `local` in line 2 is in another block",
        ),
        ("return { a = True }", "1:14: `True` is not defined, did you mean `true`?"),
        (
            "return string.fromat('x')",
            "1:8: Luau's `string` has no `fromat`, did you mean `string.format`?",
        ),
        (
            "return function() return table.contains({}, 1) end",
            "1:26: Luau's `table` has no `contains`",
        ),
        (
            "return _G.name",
            "1:8: `_G` does not exist in a runbook: names are declared with `local`, and a file gives others what it returns",
        ),
        (
            "local m = require('@moontide')\nreturn function() m.log:warn('x') end",
            "2:24: `m.log:warn` hands `m.log` over as well: write a dot, `m.log.warn`",
        ),
        ("print('x')", "1:1: `print` does not exist in a runbook: moontide.log.info(…) says it"),
        (
            "return os.time()",
            "1:8: `os` does not exist in a runbook: moontide.now() tells the time; nothing else of the system is there",
        ),
        (
            "return `{nmae}`",
            "1:10: `nmae` is not defined: declare it with `local`, or write \"nmae\" if it is a text",
        ),
        (
            "return nmae.x.y.z:f()",
            "1:8: `nmae` is not defined: declare it with `local`, or write \"nmae\" if it is a text",
        ),
    ] {
        assert_eq!(of(source), [expected], "{source}");
    }
}

#[test]
fn a_global_that_is_written_is_told_where_it_is_written() {
    let source = "return function()\n\tcount = 0\n\tcount += 1\n\treturn count\nend";
    let message = "`count` is not declared: write `local count` where it is given its first value";
    assert_eq!(of(source), [2, 3].map(|line| format!("{line}:2: {message}")));
    assert_eq!(of("function f() end return f").len(), 1);
    assert_eq!(of("string = 1"), ["1:1: `string` is Luau's own, and cannot be written to"]);
}

#[test]
fn a_key_that_is_given_twice_is_told_with_the_first() {
    let source = "return {\n\tverify = 1,\n\tverify = 2,\n}";
    assert_eq!(of(source), ["3:2: `verify` is given twice in one table, first in line 2"]);
}

#[test]
fn what_is_right_is_not_told() {
    for source in [
        "local a, b = 1, 2\nlocal function f(c, ...) return a + b + c + select('#', ...) end\nreturn f",
        "for i = 1, 3 do local _ = i end for k, v in pairs({}) do local _ = k, v end",
        "repeat local x = 1 until x == 1",
        "type T<U> = { a: U, unknown: string } local t: T<number> = { a = 1, unknown = '' } return t",
        "return { name = 'x', ['name2'] = string.format('%d', math.max(1, 2)), buffer, bit32, utf8 }",
        "#!/usr/bin/env moontide\nlocal x = 1 return x",
        "if if true then then end",
    ] {
        assert_eq!(of(source), [""; 0], "{source}");
    }
}

#[test]
fn the_modules_that_a_runbook_requires_are_read_and_others_are_not() {
    let said = said(&[
        (
            "runbook",
            "local dns = require('./lib/dns') return function() require('late') return { 'other', other = 1 } end",
        ),
        ("lib/dns", "return { ttl = tll }"),
        ("late", "return lost"),
        ("other", "return never_read"),
    ]);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().any(|it| it.starts_with("lib/dns.luau:1:16: `tll`")), "{said:?}");
    assert!(said.iter().any(|it| it.starts_with("late.luau:1:8: `lost`")), "{said:?}");
}

#[test]
fn a_name_that_is_computed_may_mean_any_module() {
    for required in
        ["require('lib/' .. 'b')", "require(name)", "local load = require load('lib/b')"]
    {
        let source = format!("local name = 'lib/b' return function() {required} return name end");
        let said = said(&[("runbook", &source), ("lib/b", "return lost")]);
        assert_eq!(said.len(), 1, "{required}: {said:?}");
    }
}

#[test]
fn a_byte_order_mark_hides_nothing() {
    assert_eq!(of("\u{feff}return { a = 1, a = 2 }").len(), 1);
}

#[test]
fn many_mistakes_are_counted() {
    let calls: Vec<String> = (0..50).map(|n| format!("lost_{n}()")).collect();
    let said = of(&calls.join("\n"));
    assert_eq!(said.len(), 21);
    assert_eq!(said[20], " and 30 more of this kind");
}

/// The names of every function of a source with all that the compiler knows are read to the last byte.
#[test]
fn the_librarys_own_code_is_read_whole() {
    for (name, source) in moontide_stdlib::MODULES {
        let code = crate::sandbox::compile::unoptimized(source).unwrap();
        let names = super::bytecode::names(&code).unwrap_or_else(|| panic!("{name}"));
        assert!(!names.globals.is_empty() && !names.locals.is_empty(), "{name}: {names:?}");
        let lines = u32::try_from(source.lines().count()).unwrap();
        assert!(names.globals.iter().all(|it| (1..=lines).contains(&it.line)), "{name}");
        assert_eq!(of(source), [""; 0], "{name}");
    }
}

/// Whatever Luau compiles is read: a runbook is not refused because its code is not understood here.
#[test]
fn the_code_of_every_hostile_script_is_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/hostile");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let Ok(source) = std::fs::read_to_string(entry.unwrap().path()) else { continue };
        let Ok(code) = crate::sandbox::compile::unoptimized(&source) else { continue };
        assert!(super::bytecode::names(&code).is_some(), "{source}");
        read += 1;
    }
    assert!(read > 100, "{read}");
}

#[test]
fn a_file_that_only_luau_can_read_is_named() {
    let source = "@[deprecated] local function f() end\nreturn { f, a = 1, a = 2 }";
    let module = Module { file: "runbook.luau".to_owned(), source: source.into() };
    let modules = [("runbook".to_owned(), module)].into();
    let bundle = Bundle { entry: "runbook".to_owned(), modules };
    let mistakes = Vm::open(&bundle, &Limits::default(), 7).unwrap().mistakes();
    assert_eq!((mistakes.unread, mistakes.found.len()), (vec!["runbook.luau".to_owned()], 0));
}
