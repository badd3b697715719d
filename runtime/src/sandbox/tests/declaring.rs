use super::*;

#[test]
fn a_runbook_becomes_plain_data_with_the_place_of_its_declaration() {
    let declared = declare(
        "local moontide = require('@moontide')\n\n\
         return moontide.runbook {\n\
           name = 'demo',\n\
           waves = { { name = 'a', run = function() end }, {} },\n\
         }",
    )
    .unwrap();
    let text = |text: &str| Node::Text(text.to_owned());
    let wave =
        Node::Record(vec![("name".to_owned(), text("a")), ("run".to_owned(), Node::Function)]);
    let waves = Node::List(vec![wave, Node::List(vec![])]);
    let node = Node::Record(vec![("name".to_owned(), text("demo")), ("waves".to_owned(), waves)]);
    assert_eq!(declared, Declared { node, file: "demo/runbook.luau".to_owned(), line: 3 });
}

#[test]
fn what_no_declaration_may_hold_is_left_to_the_plan() {
    let declared = declare(
        "return require('@moontide').runbook { a = { 1, x = 2 }, b = { [3] = 1 }, c = '\\255' }",
    )
    .unwrap();
    let Node::Record(fields) = declared.node else { panic!() };
    let kinds: Vec<_> = fields.iter().map(|(_, node)| node.describe()).collect();
    assert_eq!(
        kinds,
        [
            "a table that mixes a list and named fields",
            "a table with keys that are neither names nor 1 to n",
            "a string that is not UTF-8"
        ]
    );
}

#[test]
fn a_file_that_declares_nothing_or_returns_something_else_is_no_runbook() {
    for source in [
        "return {}",
        "return require('@moontide').runbook({}) and {}",
        "local m = require('@moontide') m.runbook {} return m.runbook {}",
        "return require('@moontide').runbook(1)",
        "local t = {} t.t = t return require('@moontide').runbook(t)",
        "",
    ] {
        let error = declare(source).unwrap_err();
        assert_eq!(
            error.trace.first().map(String::as_str),
            Some("demo/runbook.luau:1"),
            "{source}"
        );
    }
    assert_eq!(declare("return {}").unwrap_err().code, "NotARunbook");
}

#[test]
fn loading_has_no_effects_and_says_nothing() {
    let error = declare("require('@moontide/host').effect('drs.start_recovery', {})").unwrap_err();
    assert_eq!(error.code, "EffectDuringLoad");
    assert_eq!(error.trace[0], "demo/runbook.luau:1");
    let error = declare("require('@moontide').log.info('hello')").unwrap_err();
    assert!(error.message.contains("nothing is said while a runbook is loaded"), "{error}");
}

#[test]
fn a_module_that_a_wave_requires_is_loaded_without_effects_too() {
    let sources = bundle(&[
        (
            "runbook",
            &one_wave("local ok, err = pcall(require, 'late') host.effect('a.b', { err.code })"),
        ),
        ("late", "require('@moontide/host').effect('a.late')"),
    ]);
    let mut stage = Stage::with(&sources, &Limits::default(), &json!({}));
    let progress = stage.begin();
    assert_eq!(asked(&progress), [("only#1", 1, "a.b")]);
    assert_eq!(progress.asks[0].arguments, json!(["EffectDuringLoad"]));
}

#[test]
fn a_module_runs_once_and_cannot_change_what_another_sees() {
    let sources = bundle(&[
        (
            "runbook",
            &one_wave(
                "require('a') require('a') return { require('b'), require('a').n, tostring(1) }",
            ),
        ),
        ("a", "tostring = nil leaked = 1 local t = { n = 0 } t.n += 1 return t"),
        ("b", "return { leaked == nil, tostring(2) }"),
    ]);
    let stage = Stage::with(&sources, &Limits::default(), &json!({}));
    assert_eq!(stage.result(), Ok(json!([[true, "2"], 1, "1"])));
}

#[test]
fn a_runbook_that_never_finishes_loading_is_stopped() {
    let limits = Limits { fuel: 10_000, ..Limits::default() };
    let sources = bundle(&[("runbook", "\nwhile true do end")]);
    let error = Vm::open(&sources, &limits, 7).unwrap().declare().unwrap_err();
    assert_eq!((error.code.as_str(), error.poisoned), ("LimitExceeded", true));
    assert_eq!(error.trace, ["demo/runbook.luau:2"]);
}

#[test]
fn every_module_of_the_standard_library_loads_and_is_closed() {
    // The clean-up is a runbook itself: it is declared, not required.
    let modules = moontide_stdlib::MODULES.iter().filter(|(name, _)| *name != "@moontide/cleanup");
    for (name, _) in modules {
        let body = format!(
            "local module = require('{name}')\n\
             return type(module) == 'function' or table.isfrozen(module)"
        );
        assert_eq!(run(&body), Ok(json!(true)), "{name}");
    }
}

#[test]
fn a_declaration_that_is_too_large_names_the_field_and_how_much_it_is() {
    let refusal = |table: &str| {
        let source = format!("local t = {{}} {table} return require('@moontide').runbook(t)");
        let error = declare(&source).unwrap_err();
        assert_eq!(
            (error.code.as_str(), &error.trace[..]),
            ("NotARunbook", &["demo/runbook.luau:1".to_owned()][..])
        );
        error.message
    };
    let waves = "t.waves = { { name = 'a' }, { name = 'b' } }";
    insta::assert_snapshot!(
        refusal(&format!("{waves} t.waves[2].name = ('x'):rep(5e6)")),
        @"the runbook's `waves[2].name` is too much text, of 4883 KiB; an operator can raise `entry_size`"
    );
    insta::assert_snapshot!(refusal("t[('n'):rep(2e6)] = 1"), @"the runbook's `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn…` is too much text, of 1954 KiB; an operator can raise `entry_size`");
    insta::assert_snapshot!(refusal(&format!("{waves} for n = 1, 1e5 do t.waves[2]['k' .. n] = n end")), @"the runbook's `waves[2]` has too many names: 49996 and more; an operator can raise `entry_size`");
    insta::assert_snapshot!(refusal("t.waves = {} for n = 1, 1e4 do t.waves[n] = { a = 1, b = 2, c = 3, d = 4, e = 5 } end"), @"the runbook's `waves` has too many items: 8333 and more; an operator can raise `entry_size`");
    insta::assert_snapshot!(refusal("t.a = { b = {} } t.a.b.c = t"), @"the runbook's `a.b.c` holds a table that holds itself");
}
