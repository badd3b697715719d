//! However a table is walked, nothing depends on where its keys lie in memory.

use super::*;

/// Every way to walk `t`, with what it gives in `seen`.
const WAYS: [&str; 19] = [
    "for k in t do look(k) end",
    "for k, v in t do look(k, v) end",
    "for k, v, more in t do look(k, v) end",
    "for k in (t) do look(k) end",
    "for k in t, nil, nil do look(k) end",
    "for k in(t)do look(k)end",
    "for k in --[[ in do ]] t -- do\n do look(k) end",
    "for k: any, v: { [any]: number } in t :: any do look(k, v) end",
    "for k in if t then t else {} do look(k) end",
    "for k in (function() for _ in {} do end return t end)() do look(k) end",
    "for k in pairs(t) do look(k) end",
    "for k, v in next, t do look(k, v) end",
    "for k, v in next, t, nil do look(k, v) end",
    "local walk = next for k, v in walk, t do look(k, v) end",
    "for k in table.clone(t) do look(k) end",
    "for k in setmetatable(t, { __index = {} }) do look(k) end",
    "for k in setmetatable({}, { __iter = function() return next, t end }) do look(k) end",
    "local k repeat k = next(t, k) if k then look(k) end until not k",
    "local text = `a{(function() for k in t do look(k) end return 1 end)()}b{2}` look(text)",
];

fn with(keys: &str, way: &str) -> Result<Value, ScriptError> {
    run(&format!(
        "local t, seen = {{}}, {{}}\nlocal function look(k) table.insert(seen, tostring(k)) end\n\
         {keys}\n{way}\nreturn #seen"
    ))
}

#[test]
fn keys_without_an_order_are_refused_in_every_way_to_walk_them() {
    let keys = [
        ("table", "for i = 1, 12 do t[{}] = i end"),
        ("function", "for i = 1, 12 do t[function() return i end] = i end"),
        ("table", "t.a = 1 t[1] = 2 t[{}] = 3"),
    ];
    for way in WAYS {
        for (kind, keys) in keys {
            let error = with(keys, way).expect_err(way);
            assert!(error.message.contains(&format!("the order of {kind} keys")), "{way}: {error}");
        }
        assert!(with("t.a = 1 t[1] = 2 t[true] = 3", way).is_ok(), "{way}");
    }
}

#[test]
fn a_key_that_comes_while_the_table_is_walked_is_refused_too() {
    for way in ["t", "pairs(t)", "next, t"] {
        let error = with("t.a = 1", &format!("for k in {way} do t.a = nil t[{{}}] = 1 end"));
        // Whether Luau comes to it, or has moved the table meanwhile, is the same in every run.
        if let Err(error) = error {
            let said = ["the order of table keys", "invalid key to 'next'"];
            assert!(said.iter().any(|said| error.message.contains(said)), "{error}");
        }
    }
    let body = "for i = 1, 64 do t[i] = i end";
    let error = with(body, "for k in t do if k == 1 then t[{}] = 1 end end").unwrap_err();
    assert!(error.message.contains("the order of table keys"), "{error}");
}

#[test]
fn all_other_loops_do_what_they_did() {
    let body = "local out = {}\n\
         local function add(...) table.insert(out, table.concat({ ... }, ' ')) end\n\
         for i, v in { 'a', 'b' } do add(i, v) end\n\
         for i, v in ipairs { 'c' } do add(i, v) end\n\
         for k, v in pairs { d = 1 } do add(k, v) end\n\
         for word in ('e f'):gmatch('%a') do add(word) end\n\
         for n in (function() local n = 0 return function() n += 1 return if n < 3 then n else nil end end)() do add(n) end\n\
         for a, b in function(s, c) if c < s then return c + 1, 'g' end return nil end, 2, 0 do add(a, b) end\n\
         local list = setmetatable({}, { __iter = function() return function(_, at) if not at then return 1, 'h' end return nil end end })\n\
         for a, b in list do add(a, b) end\n\
         local hidden = setmetatable({}, { __metatable = 'no', __call = function(_, _, at) if not at then return 'i' end return nil end })\n\
         for a in hidden do add(a) end\n\
         for i = 1, 2 do if i == 2 then continue end add('j', i) end\n\
         return out";
    let expected =
        json!(["1 a", "2 b", "1 c", "d 1", "e", "f", "1", "2", "1 g", "2 g", "1 h", "i", "j 1"]);
    assert_eq!(run(body), Ok(expected));
}

#[test]
fn what_cannot_be_walked_is_refused_on_its_line_and_in_luaus_words() {
    let error = run("local nothing\nfor k in nothing do end").unwrap_err();
    assert_eq!(error.message, "attempt to iterate over a nil value");
    assert_eq!(error.trace[0], "demo/runbook.luau:5 in function `run`");
    let error = run("\n\nfor k in { [{}] = 1 } do\nend").unwrap_err();
    assert_eq!(error.trace[0], "demo/runbook.luau:6 in function `run`");
}

#[test]
fn an_effect_is_possible_in_a_loop_over_anything() {
    let mut stage = Stage::set("for name in { a = 1 } do host.effect('a.b', { name = name }) end");
    let progress = stage.begin();
    assert_eq!(progress.asks[0].arguments, json!({ "name": "a" }));
    let lane = stage.lane.clone();
    assert_eq!(stage.ok(&lane, json!(1)).ended, Some(Ok(Value::Null)));
}

#[test]
fn the_library_walks_no_other_way_than_the_runbook() {
    let library = "return { walk = function(t) for _ in t do end end }";
    let mut sources =
        bundle(&[("runbook", &one_wave("return require('@moontide/x').walk({ [{}] = 1 })"))]);
    let module = Module { file: "@moontide/x.luau".to_owned(), source: library.into() };
    sources.modules.insert("@moontide/x".to_owned(), module);
    let error = Stage::with(&sources, &Limits::default(), &json!({})).result().unwrap_err();
    assert!(error.message.contains("the order of table keys"), "{error}");
}

#[test]
fn a_script_cannot_reach_the_iterator() {
    for body in ["return __each", "return _G['__' .. 'each']"] {
        assert_eq!(run(&format!("{body} == nil")), Ok(json!(true)));
    }
    let body = "local function __each() error('mine') end\nfor k in { [{}] = 1 } do end";
    assert!(run(body).unwrap_err().message.contains("the order of table keys"));
    let error = run("local __each = 1\n__each1 = 2\nfor k in { [{}] = 1 } do end").unwrap_err();
    assert!(error.message.contains("the order of table keys"), "{error}");
}

#[test]
fn an_execution_of_format_1_is_finished_as_it_began() {
    let source = one_wave("local n = 0 for _ in { [{}] = 1, [run] = 2 } do n += 1 end return n");
    let vm =
        Vm::open_as(Format(1), &bundle(&[("runbook", &source)]), &Limits::default(), 7).unwrap();
    let lane = Lane::of_wave("only", 1);
    let mut program = vm.start(Unit::Wave(0), lane, &json!({}), Rc::new(|_| ())).unwrap();
    assert_eq!(program.begin(false).ended, Some(Ok(json!(2))));
}
