use super::*;

#[test]
fn a_wave_is_walked_from_effect_to_effect() {
    let mut stage = Stage::set(
        "local found = host.effect('drs.describe', { tags = { App = 'shop' } })\n\
         local job = host.effect('drs.start', { ids = found.ids })\n\
         return { job = job.id, count = #found.ids }",
    );
    let first = stage.begin();
    let [ask] = &first.asks[..] else { panic!("{first:?}") };
    assert_eq!(ask.arguments, json!({"tags": {"App": "shop"}}));
    assert_eq!((ask.position, ask.site.as_str()), (1, "demo/runbook.luau:4"));

    let lane = stage.lane.clone();
    let second = stage.ok(&lane, json!({"ids": ["s-1", "s-2"]}));
    assert_eq!(asked(&second), [("only#1", 2, "drs.start")]);
    assert_eq!(second.asks[0].arguments, json!({"ids": ["s-1", "s-2"]}));

    let end = stage.ok(&lane, json!({"id": "job-1"}));
    assert_eq!(end.ended, Some(Ok(json!({"job": "job-1", "count": 2}))));
    assert_eq!(end.asks, []);
}

#[test]
fn the_site_is_in_the_runbook_even_when_a_library_asks() {
    let library = "local host = require('@moontide/host')\n\
                   return { go = function() return host.effect('a.b', nil) end }";
    let mut sources = bundle(&[("runbook", &one_wave("return require('@moontide/x').go()"))]);
    let module = Module { file: "@moontide/x.luau".to_owned(), source: library.into() };
    sources.modules.insert("@moontide/x".to_owned(), module);
    let mut stage = Stage::with(&sources, &Limits::default(), &json!({}));
    let progress = stage.begin();
    assert_eq!(progress.asks[0].site, "demo/runbook.luau:4");
    assert_eq!(progress.asks[0].arguments, json!([]));
}

#[test]
fn a_failed_effect_is_a_structured_error() {
    let body = "local ok, err = pcall(host.effect, 'a.b', {})\n\
         return { ok = ok, code = err.code, text = tostring(err), again = err.retryable, n = err.details.n }";
    let mut stage = Stage::set(body);
    stage.begin();
    let error =
        EffectError { details: json!({"n": 3}), ..EffectError::new("Throttled", "slow down") };
    let outcome = Outcome::Failed { error: error.retryable() };
    let end = stage.program.deliver(&stage.lane.clone(), &outcome, false);
    let expected = json!({"ok": false, "code": "Throttled", "text": "Throttled: slow down", "again": true, "n": 3});
    assert_eq!(end.ended, Some(Ok(expected)));
}

#[test]
fn an_uncaught_failure_keeps_its_code_and_names_the_line() {
    let mut stage = Stage::set("local function launch()\nhost.effect('a.b', {})\nend\nlaunch()");
    stage.begin();
    let outcome = Outcome::Failed { error: EffectError::new("Conflict", "busy") };
    let end = stage.program.deliver(&stage.lane.clone(), &outcome, false);
    let error = end.ended.unwrap().unwrap_err();
    assert_eq!((error.code.as_str(), error.message.as_str()), ("Conflict", "busy"));
    let own = ["demo/runbook.luau:5 in function `launch`", "demo/runbook.luau:7 in function `run`"];
    assert_eq!(error.trace[..2], own);
}

#[test]
fn an_unknown_outcome_makes_the_failure_uncertain_whatever_the_program_does() {
    let mut stage = Stage::set("pcall(host.effect, 'a.b', {}) error('later')");
    stage.begin();
    let outcome = Outcome::Unknown { evidence: Evidence::new("no reply") };
    let end = stage.program.deliver(&stage.lane.clone(), &outcome, false);
    let error = end.ended.unwrap().unwrap_err();
    assert_eq!((error.message.as_str(), error.uncertain), ("later", true));
}

#[test]
fn arguments_that_cannot_leave_are_an_error_and_no_effect() {
    let mut stage = Stage::set(
        "local t = {}; t.t = t\n\
         local ok, err = pcall(host.effect, 'a.b', t)\n\
         host.effect('a.c', { said = err.message })",
    );
    let progress = stage.begin();
    assert_eq!(asked(&progress), [("only#1", 1, "a.c")]);
    let said = "the arguments of a.b cannot leave: at `t`: the table holds itself";
    assert_eq!(progress.asks[0].arguments, json!({"said": said}));
}

#[test]
fn the_context_is_what_the_wave_sees() {
    let context = json!({"name": "only", "params": {"n": 2}, "previous": null});
    let sources = bundle(&[(
        "runbook",
        &one_wave("return { wave.name, wave.params.n, wave.previous == nil }"),
    )]);
    let stage = Stage::with(&sources, &Limits::default(), &context);
    assert_eq!(stage.result(), Ok(json!(["only", 2, true])));
}

#[test]
fn what_was_said_before_is_not_said_again() {
    let mut stage = Stage::set(
        "host.phase('one') host.effect('a.b', {}) host.log('info', 'two')\n\
         host.effect('a.b', {}) host.report('server', { id = 's-1' })",
    );
    let lane = stage.lane.clone();
    stage.program.begin(true);
    stage.program.deliver(&lane, &Outcome::Ok { value: json!(1) }, true);
    assert_eq!(*stage.said.borrow(), []);
    stage.ok(&lane, json!(2));
    let report = Said::Report { topic: "server".to_owned(), data: json!({"id": "s-1"}) };
    assert_eq!(*stage.said.borrow(), [report]);
}

#[test]
fn hooks_of_the_runbook_are_units_of_their_own() {
    let source = "return require('@moontide').runbook { name = 'd', waves = {},\n\
                  on_start = function(x) return x.a end, on_finish = function(x) return x.b end }";
    for (unit, expected) in [(Unit::Start, 1), (Unit::Finish, 2)] {
        let vm = Vm::open(&bundle(&[("runbook", source)]), &Limits::default(), 7).unwrap();
        let lane = Lane::of_wave("@start", 1);
        let mut program = vm.start(unit, lane, &json!({"a": 1, "b": 2}), Rc::new(|_| ())).unwrap();
        assert_eq!(program.begin(false).ended, Some(Ok(json!(expected))));
    }
}

#[test]
fn effects_of_a_lane_are_counted_and_too_many_poison_it() {
    let limits = Limits { effects_per_lane: 2, ..Limits::default() };
    let sources = bundle(&[("runbook", &one_wave("while true do pcall(host.effect, 'a.b') end"))]);
    let mut stage = Stage::with(&sources, &limits, &json!({}));
    let lane = stage.lane.clone();
    stage.begin();
    stage.ok(&lane, json!(1));
    let end = stage.ok(&lane, json!(1));
    let error = end.ended.unwrap().unwrap_err();
    assert_eq!((error.code.as_str(), error.poisoned), ("LimitExceeded", true));
}

#[test]
fn a_program_that_ended_runs_no_further() {
    let mut stage = Stage::set("return 1");
    assert_eq!(stage.begin().ended, Some(Ok(json!(1))));
    let lane = stage.lane.clone();
    let error = stage.ok(&lane, json!(1)).ended.unwrap().unwrap_err();
    assert_eq!(error.code, "Internal");
}

#[test]
fn any_thread_may_stop_a_program() {
    let mut stage = Stage::set("host.effect('a.b') while true do pcall(error) end");
    stage.begin();
    stage.program.stopper().stop();
    let lane = stage.lane.clone();
    let error = stage.ok(&lane, json!(1)).ended.unwrap().unwrap_err();
    assert_eq!((error.code.as_str(), error.poisoned), ("Stopped", true));
}

#[test]
fn one_seed_gives_one_sequence() {
    let body = "return { math.random(1e6), math.random(1e6) }";
    assert_eq!(run(body).unwrap(), run(body).unwrap());
}

#[test]
fn luau_says_its_version() {
    assert_eq!(luau_version(), "Luau 0.740");
}
