use super::*;

fn failure(body: &str) -> ScriptError {
    run(body).unwrap_err()
}

#[test]
fn a_mistake_names_its_line() {
    let error = failure("local t = nil\nreturn t.field");
    assert_eq!(error.code, "ScriptError");
    assert_eq!(error.message, "attempt to index nil with 'field'");
    assert_eq!(error.trace[0], "demo/runbook.luau:5 in function `run`");
    assert!(error.trace[1].starts_with("@moontide/program.luau:"), "{:?}", error.trace);
}

#[test]
fn a_syntax_error_names_its_line_in_any_module() {
    let error = declare("local x = = 1").unwrap_err();
    assert_eq!(error.code, "SyntaxError");
    assert_eq!(error.trace[0], "demo/runbook.luau:1");
    assert!(error.message.starts_with("Expected identifier"), "{}", error.message);

    let sources =
        bundle(&[("runbook", "\nreturn require('./helpers')"), ("helpers", "\n\nif then")]);
    let error = Vm::open(&sources, &Limits::default(), 7).unwrap().declare().unwrap_err();
    assert_eq!(error.code, "SyntaxError");
    assert_eq!(error.trace, ["demo/helpers.luau:3", "demo/runbook.luau:2"]);
}

#[test]
fn catching_and_raising_again_keeps_the_place() {
    let error = failure(
        "local ok, err = pcall(function()\n\
           host.raise { code = 'Unhealthy', message = 'disk', retryable = true, details = { n = 1 }, decision = 'skip' }\n\
         end)\n\
         error(err)",
    );
    assert_eq!((error.code.as_str(), error.message.as_str()), ("Unhealthy", "disk"));
    assert_eq!((error.retryable, error.details), (true, json!({"n": 1})));
    assert_eq!(error.decision, Some(crate::plan::FailurePolicy::Skip));
    assert_eq!(error.trace[0], "demo/runbook.luau:5");
}

#[test]
fn an_error_of_another_kind_still_says_something() {
    assert_eq!(failure("error('plain', 0)").message, "plain");
    insta::assert_snapshot!(failure("error()").message, @r#"an error without a message: error() throws nil, and moontide.fail("why") says why"#);
    insta::assert_snapshot!(failure("error({ 1 })").message, @r#"an error that is a table without a message: moontide.fail("why") says why, or error({ code = …, message = … })"#);
    insta::assert_snapshot!(failure("error({ code = 'X' })").to_string(), @r#"X: an error with the code X and without a message: error({ code = "X", message = "why" }) says why"#);
    assert_eq!(failure("error({ code = 'C', message = 'm' })").to_string(), "C: m");
    let object = "error(setmetatable({}, { __tostring = function() return 'from tostring' end }))";
    assert_eq!(failure(object).message, "from tostring");
}

#[test]
fn an_error_in_a_helper_names_the_helper_and_its_caller() {
    let sources = bundle(&[
        ("runbook", &one_wave("require('helpers').check()")),
        ("helpers", "return {\ncheck = function()\nerror('bad')\nend }"),
    ]);
    let error = Stage::with(&sources, &Limits::default(), &json!({})).result().unwrap_err();
    assert_eq!(error.message, "bad");
    assert_eq!(
        error.trace[..2],
        ["demo/helpers.luau:3 in function `check`", "demo/runbook.luau:4 in function `run`"]
    );
}

#[test]
fn builtins_complain_about_the_line_that_called_them() {
    let error = failure("string.find()");
    assert!(error.message.contains("argument #1 to 'find'"), "{}", error.message);
    assert_eq!(error.trace[0], "demo/runbook.luau:4 in function `run`");
    assert_eq!(
        run("return select(2, pcall(string.match, 'x', '%'))").unwrap(),
        json!("malformed pattern (ends with '%')")
    );
}

#[test]
fn builtins_that_call_back_blame_the_code_that_is_to_blame() {
    for (body, said) in [
        ("string.gsub(nil, '', '')", "invalid argument #1 to 'gsub' (string expected, got nil)"),
        ("table.sort(1)", "invalid argument #1 to 'sort' (table expected, got number)"),
        ("table.sort({ 1, {} })", "attempt to compare table < number"),
        ("table.sort({ 1, 2 }, function() error('mine') end)", "mine"),
        ("string.gsub('x', '.', function() error('mine', 0) end)", "mine"),
        ("error(print or error)", "function"),
    ] {
        let error = failure(body);
        assert_eq!(error.message, said, "{body}");
        assert!(error.trace[0].starts_with("demo/runbook.luau:4"), "{body}: {:?}", error.trace);
    }
    let body = "return select(2, pcall(table.sort, { 1, 2 }, function() error('mine', 0) end))";
    assert_eq!(run(body), Ok(json!("mine")));
}

#[test]
fn xpcall_runs_its_handler_with_the_error() {
    let body =
        "return { xpcall(function(a) error(a, 0) end, function(e) return e .. '!' end, 'no') }";
    assert_eq!(run(body), Ok(json!([false, "no!"])));
    let body = "return { xpcall(function() error('a', 0) end, function() error('b', 0) end) }";
    assert_eq!(run(body), Ok(json!([false, "b"])));
}

#[test]
fn modules_that_require_each_other_are_named() {
    let sources = bundle(&[
        ("runbook", "return require('a')"),
        ("a", "return require('b')"),
        ("b", "return require('./a')"),
    ]);
    let error = Vm::open(&sources, &Limits::default(), 7).unwrap().declare().unwrap_err();
    assert_eq!(error.to_string(), "ModuleCycle: modules require each other: a → b → a");
    assert_eq!(error.trace[0], "demo/b.luau:1");
}

#[test]
fn a_duration_is_read_or_refused() {
    let body = "return { host.duration('2h30m'), host.duration(90), host.duration('1500ms') }";
    assert_eq!(run(body), Ok(json!([9000, 90, 1.5])));
    assert_eq!(failure("host.duration('soon')").code, "InvalidArguments");
    assert_eq!(failure("host.duration(-1)").code, "InvalidArguments");
}
