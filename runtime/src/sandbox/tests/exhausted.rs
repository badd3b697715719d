use super::*;

const BUSY: &str = "local all = {}\n\
    for i = 1, 40 do\n\
      local got = host.effect('a.b', { name = `server {i}`, list = table.create(20, i) })\n\
      all[i] = { got = got, text = ('x'):rep(200) }\n\
      pcall(error, { code = 'C', message = 'm', details = all })\n\
      moontide.parallel { function() return host.effect('a.c', all[i]) end, function() return i end }\n\
      host.log('info', `line {i}`) host.report('server', { n = i })\n\
    end\n\
    return #all";

/// A busy program in a VM with this much memory.
fn busy(memory: usize) -> Result<Value, ScriptError> {
    let limits = Limits { memory, ..Limits::default() };
    let sources = bundle(&[("runbook", &one_wave(BUSY))]);
    Vm::open(&sources, &limits, 7)?.declare()?;
    let lane = Lane::of_wave("only", 1);
    let context = json!({"name": "only", "params": {"servers": ["s-1", "s-2"]}});
    let vm = Vm::open(&sources, &limits, 7)?;
    let mut program = vm.start(Unit::Wave(0), lane, &context, Rc::new(|_| ()))?;
    let mut progress = program.begin(false);
    loop {
        if let Some(ended) = progress.ended {
            return ended;
        }
        let ask = progress.asks.pop().unwrap();
        let outcome = Outcome::Ok { value: ask.arguments };
        progress = program.deliver(&ask.lane, &outcome, false);
    }
}

#[test]
fn memory_may_run_out_at_any_moment() {
    let mut ends = [0, 0];
    for memory in (300..1_500).step_by(9).map(|kilobytes| kilobytes * 1024) {
        match busy(memory) {
            Ok(value) => {
                assert_eq!(value, json!(40));
                ends[0] += 1;
            }
            Err(error) => {
                assert_eq!(
                    (error.code.as_str(), error.poisoned),
                    ("LimitExceeded", true),
                    "{error}"
                );
                ends[1] += 1;
            }
        }
    }
    assert!(ends[0] > 10 && ends[1] > 10, "{ends:?}");
}

#[test]
fn an_outcome_that_does_not_fit_into_memory_poisons() {
    let limits = Limits { memory: 2 << 20, ..Limits::default() };
    let sources = bundle(&[("runbook", &one_wave("pcall(host.effect, 'a.b') host.effect('a.c')"))]);
    let mut stage = Stage::with(&sources, &limits, &json!({}));
    stage.begin();
    let lane = stage.lane.clone();
    let end = stage.ok(&lane, json!("x".repeat(3 << 20)));
    let error = end.ended.unwrap().unwrap_err();
    assert_eq!((error.code.as_str(), error.poisoned), ("LimitExceeded", true));
}

#[test]
fn garbage_does_not_count_for_long() {
    let body = "local n = 0\n\
         for i = 1, 200 do n += #(('x'):rep(1e6) .. i) end\n\
         for i = 1, 200000 do n += #{ i, { i } } end\n\
         return n > 0";
    assert_eq!(run(body), Ok(json!(true)));
}

#[test]
fn a_vm_frees_all_that_it_holds_when_it_is_dropped() {
    let sources = bundle(&[("runbook", &one_wave("host.effect('a.b')"))]);
    let vm = Vm::open(&sources, &Limits::default(), 7).unwrap();
    let remembered = vm.remembered();
    let lane = Lane::of_wave("only", 1);
    let context = json!({ "name": "only" });
    let mut program = vm.start(Unit::Wave(0), lane, &context, Rc::new(|_| ())).unwrap();
    assert_eq!(program.begin(false).asks.len(), 1);
    // The functions in the VM hold what it shares with its program.
    assert_eq!(Rc::strong_count(&remembered), 2);
    drop(program);
    assert_eq!(Rc::strong_count(&remembered), 1);
}
