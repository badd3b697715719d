use super::*;

#[test]
fn a_module_that_is_called_says_which_functions_it_has_and_is_walked_as_any_table() {
    for (call, says) in [
        (
            "moontide.log('x')",
            "moontide.log is no function, but a table of functions: moontide.log.debug, moontide.log.error, \
             moontide.log.info, moontide.log.warn",
        ),
        (
            "require('@moontide/sts') {}",
            "sts is no function, but a table of functions: sts.get_caller_identity",
        ),
    ] {
        let error = run(call).unwrap_err();
        assert!(error.message.contains(says), "{call}: {}", error.message);
        assert!(error.trace[0].starts_with("demo/runbook.luau:4"), "{:?}", error.trace);
    }
    let walked = "local count = 0\n\
                  for _ in moontide.log do count += 1 end\n\
                  for _ in pairs(moontide.log) do count += 1 end\n\
                  return { count, moontide.log.inform == nil }";
    let error = run(walked).unwrap_err().message;
    assert!(error.contains("moontide.log has no `inform`: did you mean `info`?"), "{error}");
    assert_eq!(run(&walked.replace("moontide.log.inform == nil", "true")), Ok(json!([8, true])));
}

#[test]
fn the_world_of_a_script_is_this() {
    let body = "local names = {}\n\
         for name, value in _G do\n\
           if type(value) == 'table' and value ~= _G then\n\
             for inner in value do table.insert(names, name .. '.' .. inner) end\n\
           else table.insert(names, name) end\n\
         end\n\
         table.sort(names)\n\
         return names";
    let Value::Array(names) = run(body).unwrap() else { panic!() };
    let names: Vec<_> = names.iter().filter_map(Value::as_str).collect();
    insta::assert_snapshot!(names.join("\n"));
}

#[test]
fn nothing_of_it_can_be_changed() {
    for body in [
        "string.rep = nil",
        "_G.x = 1",
        "rawset(_G, 'x', 1)",
        "getmetatable('').__index = nil",
        "rawset(string, 'rep', nil)",
        "table.clear(math)",
        "require('@moontide').runbook = nil",
        "require('@moontide/host').effect = nil",
    ] {
        let error = run(body).unwrap_err();
        assert!(error.message.contains("readonly"), "{body}: {error}");
    }
}

#[test]
fn what_differs_from_run_to_run_is_replaced_or_refused() {
    let body = "return { tostring({}), `{print} {print == nil} {function() end}`,\n\
         ('%s %d %5.1f %*'):format({}, 3, 0.25, nil), tostring(0/0), tostring(nil), tostring(true), tostring(1.5) }";
    let expected =
        json!(["table", "nil true function", "table 3   0.2 nil", "nan", "nil", "true", "1.5"]);
    assert_eq!(run(body), Ok(expected));
    for (body, said) in [
        ("for _ in pairs({ [{}] = 1 }) do end", "order of table keys"),
        ("next({ [function() end] = 1 })", "order of function keys"),
        ("setmetatable({}, { __mode = 'k' })", "weak tables"),
    ] {
        let error = run(body).unwrap_err();
        assert!(error.message.contains(said), "{body}: {error}");
        assert_eq!(error.trace[0], "demo/runbook.luau:4 in function `run`");
    }
}

#[test]
fn everyday_luau_works() {
    let body = "local keys = {}\n\
         for k, v in pairs({ b = 1, a = 2 }) do table.insert(keys, k) end\n\
         table.sort(keys)\n\
         local sorted = { 3, 1, 2 } table.sort(sorted, function(x, y) return x > y end)\n\
         local class = {} class.__index = class function class.double(self) return self.n * 2 end\n\
         local object = setmetatable({ n = 21 }, class)\n\
         return { keys, sorted, object:double(), ('a,b'):split(','), ('x'):rep(3),\n\
           (('k=v'):gsub('(%w)=(%w)', '%2=%1')), (string.gsub('abc', '.', { b = 'B' })), ('abc'):find('c', 1, true),\n\
           table.move({ 1, 2, 3 }, 2, 3, 1, {}), next({}) == nil, #table.pack(('a b'):match('(%w) (%w)')) }";
    let expected =
        json!([["a", "b"], [3, 2, 1], 42, ["a", "b"], "xxx", "v=k", "aBc", 3, [2, 3], true, 2]);
    assert_eq!(run(body), Ok(expected));
}
