use super::*;

const TWO: &str = "local results = moontide.parallel {\n\
    function() return host.effect('a.left').n end,\n\
    function() return host.effect('a.right').n end,\n\
    }\n\
    return { results = results, after = host.effect('a.after').n }";

#[test]
fn branches_have_lanes_of_their_own_and_the_parent_goes_on_when_all_ended() {
    let mut stage = Stage::set(TWO);
    let begun = stage.begin();
    assert_eq!(asked(&begun), [("only#1/1.1", 1, "a.left"), ("only#1/1.2", 1, "a.right")]);
    let root = stage.lane.clone();
    let right = stage.ok(&root.branch(1, 2), json!({"n": 2}));
    assert_eq!((right.asks.len(), right.ended), (0, None));
    let left = stage.ok(&root.branch(1, 1), json!({"n": 1}));
    assert_eq!(asked(&left), [("only#1", 1, "a.after")]);
    let end = stage.ok(&root, json!({"n": 3}));
    assert_eq!(end.ended, Some(Ok(json!({"results": [1, 2], "after": 3}))));
}

#[test]
fn the_first_error_by_branch_is_raised_after_all_ended() {
    let mut stage = Stage::set(TWO);
    stage.begin();
    let root = stage.lane.clone();
    let failed = |code| Outcome::Failed { error: EffectError::new(code, "no") };
    let right = stage.program.deliver(&root.branch(1, 2), &failed("Right"), false);
    assert_eq!(right.ended, None);
    let left = stage.program.deliver(&root.branch(1, 1), &failed("Left"), false);
    let error = left.ended.unwrap().unwrap_err();
    assert_eq!(error.code, "Left");
    assert_eq!(error.trace[0], "demo/runbook.luau:5");
}

#[test]
fn parallel_inside_parallel_and_parallel_again() {
    let mut stage = Stage::set(
        "moontide.parallel {\n\
           function() moontide.parallel { function() host.effect('a.deep') end } end,\n\
           function() end,\n\
         }\n\
         moontide.parallel { function() host.effect('a.second') end }\n\
         return 'done'",
    );
    let begun = stage.begin();
    assert_eq!(asked(&begun), [("only#1/1.1/1.1", 1, "a.deep")]);
    let root = stage.lane.clone();
    let next = stage.ok(&root.branch(1, 1).branch(1, 1), json!(1));
    assert_eq!(asked(&next), [("only#1/2.1", 1, "a.second")]);
    let end = stage.ok(&root.branch(2, 1), json!(1));
    assert_eq!(end.ended, Some(Ok(json!("done"))));
}

#[test]
fn parallel_of_nothing_returns_nothing() {
    assert_eq!(run("return moontide.parallel {}"), Ok(json!([])));
    let error = run("moontide.parallel { 1 }").unwrap_err();
    assert_eq!(error.message, "parallel needs a list of functions, but item 1 is number");
}

#[test]
fn a_loop_of_parallels_that_never_wait_is_stopped() {
    let error = run("while true do moontide.parallel { function() end } end").unwrap_err();
    assert_eq!((error.code.as_str(), error.poisoned), ("LimitExceeded", true));
}

#[test]
fn a_limit_that_trips_in_a_branch_ends_the_whole_program() {
    let error = run("pcall(moontide.parallel, { function() while true do end end })").unwrap_err();
    assert_eq!((error.code.as_str(), error.poisoned), ("LimitExceeded", true));
    assert_eq!(error.trace[0], "demo/runbook.luau:4");
}
