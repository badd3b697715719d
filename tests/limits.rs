//! What an operator lets a wave's program use: each limit trips, says its own name, and lets through what
//! it is raised for; in `moontide.toml`, in the environment and on the command line.

mod support;

#[path = "cli/given.rs"]
#[expect(dead_code, reason = "these stories use a part of it")]
mod given;

use given::{WORLD, runbook, shop};
use moontide_runtime::journal::{Execution, Format};
use moontide_runtime::store::{SqliteStore, Store};
use support::{Home, Ran, Sim};

/// A home with a runbook of one wave that does this, and these settings.
fn home(body: &str, limits: &str) -> Home {
    let wave = format!("{{ name = 'w', run = function() {body} end }},");
    let settings = format!("[limits]\n{limits}\n");
    let runbook = runbook("shop", &wave);
    shop(&[("runbook.luau", &runbook), ("world.toml", WORLD), ("moontide.toml", &settings)])
}

/// A rehearsal under these settings of the file.
fn rehearsed(body: &str, limits: &str) -> Ran {
    let home = home(body, limits);
    home.run(&["rehearse", &home.shop("")])
}

#[test]
fn every_limit_trips_and_names_itself_and_a_higher_one_lets_the_same_wave_through() {
    let effects = "for n = 1, 20 do moontide.now() end";
    let result = "return ('x'):rep(200 * 1024)";
    let arguments = "pcall(moontide.ask, { message = ('x'):rep(20 * 1024), choices = { 'a' } })
        local ok, err = pcall(moontide.ask, { message = ('x'):rep(20 * 1024), choices = { 'a' } })
        if not ok then moontide.fail(err.message) end";
    let memory = "local t = {} for n = 1, 12 do t[n] = ('x'):rep(1e6) .. n end return #t";
    let time = "local n = 0 for i = 1, 10000000 do n += i % 7 end return n";
    for (body, low, high, said) in [
        (
            memory,
            "vm_memory = \"8MiB\"",
            "vm_memory = \"32MiB\"",
            "more than 8 MiB of memory; an operator can raise `vm_memory`",
        ),
        (
            time,
            "cpu_slice = \"200ms\"",
            "cpu_slice = \"1m\"",
            "more than 200ms of processor time without waiting for anything; an operator can raise `cpu_slice`",
        ),
        (
            effects,
            "effects_per_lane = 19",
            "effects_per_lane = 20",
            "more than 19 effects in one lane; an operator can raise `effects_per_lane`",
        ),
        (
            result,
            "entry_size = \"16KiB\"",
            "entry_size = \"64KiB\"",
            "more than 64 KiB of text in it; an operator can raise `entry_size`",
        ),
        (
            arguments,
            "entry_size = \"16KiB\"",
            "entry_size = \"32KiB\"",
            "more than 16 KiB of text in it; an operator can raise `entry_size`",
        ),
    ] {
        let tripped = rehearsed(body, low).expect(1);
        assert!(tripped.stdout.contains(said), "{low}: {}", tripped.stdout);
        rehearsed(body, high).expect(0);
    }
}

/// A home with a runbook of these waves, and these settings.
fn of_waves(waves: &str, limits: &str) -> Home {
    let settings = format!("[limits]\n{limits}\n");
    let runbook = runbook("shop", waves);
    shop(&[("runbook.luau", &runbook), ("world.toml", WORLD), ("moontide.toml", &settings)])
}

#[test]
fn what_all_waves_use_together_has_limits_that_name_themselves() {
    let holds =
        "local held = buffer.create(20 * 1024 * 1024) moontide.sleep('1m') return buffer.len(held)";
    let wave = |name: &str| format!("{{ name = '{name}', run = function() {holds} end }},");
    let waves = wave("a") + &wave("b");
    let talks = "{ name = 'w', run = function() for n = 1, 120 do moontide.ask {
        message = 'm' .. ('x'):rep(10000), choices = { 'yes' } } end end },";
    for (waves, low, high, said) in [
        (
            waves.as_str(),
            "execution_memory = \"32MiB\"",
            "execution_memory = \"64MiB\"",
            "more memory than the 32 MiB that all waves of an execution have together; an operator can raise `execution_memory`",
        ),
        (
            talks,
            "journal_entries = 100",
            "journal_entries = 1000",
            "it has 100 entries; an operator can raise `journal_entries`",
        ),
        (
            talks,
            "journal_size = \"1MiB\"",
            "journal_size = \"4MiB\"",
            "it holds 1 MiB; an operator can raise `journal_size`",
        ),
    ] {
        let run = |limits: &str| {
            let home = of_waves(waves, limits);
            home.run(&["rehearse", &home.shop("")])
        };
        let tripped = run(low).expect(1);
        assert!(tripped.stdout.contains(said), "{low}: {}", tripped.stdout);
        run(high).expect(0);
    }
}

#[test]
fn waves_wait_for_their_turn_and_a_resume_cannot_change_how_many_run() {
    let sleeps = "run = function() moontide.sleep('10m') end";
    let waves = format!(
        "{{ name = 'a', {sleeps} }}, {{ name = 'b', {sleeps} }}, {{ name = 'c', pause = '?', {sleeps} }},"
    );
    let (home, sim) = (of_waves(&waves, "waves_at_once = 1"), Sim::with(WORLD));
    let [endpoint, speed] = sim.flags();
    let folder = home.shop("");
    let run = ["run", &folder, "--mode=drill", "--execution-id=drill", &endpoint, &speed];
    let ran = home.run(&run).expect(4).stderr;
    let line = |end: &str| ran.lines().position(|line| line.ends_with(end));
    assert!(line("a  completed").is_some() && line("a  completed") < line("b  running"), "{ran}");
    let resume = ["resume", "drill", &endpoint, &speed, "--set-limit=waves_at_once=2"];
    let resumed = home.run(&resume).expect(4);
    assert!(
        resumed.stderr.contains(
            "not used: `waves_at_once=2`: it is fixed when an execution starts, and this one runs 1"
        ),
        "{}",
        resumed.stderr
    );
}

#[test]
fn a_runbooks_folder_cannot_loosen_what_the_operator_has_limited() {
    let body = "local b = buffer.create(20 * 1024 * 1024) return buffer.len(b)";
    let home = home(body, "vm_memory = \"4096MiB\"");
    home.run(&["rehearse", &home.shop("")]).expect(0);
    std::fs::create_dir_all(home.path().join("moontide")).expect("a folder");
    let own = home.path().join("moontide/moontide.toml");
    std::fs::write(&own, "[limits]\nvm_memory = \"16MiB\"\n").expect("it writes");
    let ran = home.run(&["rehearse", &home.shop("")]).expect(1);
    assert!(ran.stdout.contains("more than 16 MiB of memory"), "{}", ran.stdout);
    assert!(
        ran.stderr.contains("not used: the folder's `vm_memory = 4096MiB`: yours is 16MiB"),
        "{}",
        ran.stderr
    );
    // The operator, who types, is not held by the own file.
    home.run(&["rehearse", &home.shop(""), "--set-limit=vm_memory=64MiB"]).expect(0);
}

#[test]
fn what_is_logged_beyond_a_limit_is_dropped_after_a_warning() {
    let body = "for n = 1, 9 do moontide.log.info(`line {n} {('x'):rep(200)}`) end";
    for (low, high) in
        [("log_lines = 4", "log_lines = 10"), ("log_size = \"1KiB\"", "log_size = \"8KiB\"")]
    {
        let cut = rehearsed(body, low).expect(0).stderr;
        let warning =
            "its further lines are dropped; an operator can raise `log_lines` and `log_size`";
        assert!(cut.contains("line 4 ") && cut.contains(warning), "{low}: {cut}");
        assert!(!cut.contains("line 7 "), "{low}: {cut}");
        let whole = rehearsed(body, high).expect(0).stderr;
        assert!(whole.contains("line 9 ") && !whole.contains("dropped"), "{high}: {whole}");
    }
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let home = home("for n = 1, 20 do moontide.now() end", "effects_per_lane = 19");
    let folder = home.shop("");
    let rehearse = |flags: &[&str], variable: &str| {
        let mut command = home.moontide(&[&["rehearse", &folder], flags].concat());
        command.env("MOONTIDE_EFFECTS_PER_LANE", variable);
        Ran::of(&command.output().expect("moontide starts"))
    };
    rehearse(&[], "").expect(1);
    rehearse(&[], "20").expect(0);
    rehearse(&["--set-limit=effects_per_lane=5"], "20").expect(1);
    let wrong = rehearse(&[], "many").expect(6).stderr;
    let expected =
        "error[M0601]: MOONTIDE_EFFECTS_PER_LANE: `effects_per_lane` is written like 10000";
    assert!(wrong.starts_with(expected), "{wrong}");
    let wrong = rehearse(&["--set-limit=effects=5"], "").expect(2).stderr;
    assert!(wrong.contains("there is no limit `effects`"), "{wrong}");
}

#[test]
fn limits_are_pinned_and_a_resume_elsewhere_runs_under_the_same() {
    let body = "for n = 1, 20 do moontide.now() end
        moontide.ask { message = 'Well?', choices = { 'yes' } }";
    for (limits, code) in [("effects_per_lane = 30", 0), ("effects_per_lane = 20", 1)] {
        let (home, sim) = (home(body, limits), Sim::with(WORLD));
        let [endpoint, speed] = sim.flags();
        let folder = home.shop("");
        let run = ["run", &folder, "--mode=drill", "--execution-id=drill", &endpoint, &speed];
        let run = home.run(&run);
        // The twenty-first effect is the question.
        if code == 1 {
            run.expect(1);
            continue;
        }
        run.expect(4);
        std::fs::remove_file(home.shop("moontide.toml")).expect("it is there");
        std::fs::create_dir_all(home.path().join("moontide")).expect("a folder");
        let elsewhere = home.path().join("moontide/moontide.toml");
        std::fs::write(elsewhere, "[limits]\neffects_per_lane = 3\n").expect("it writes");
        home.run(&["answer", "drill", "yes"]).expect(0);
        let resume = ["resume", "drill", &endpoint, &speed];
        home.run(&resume).expect(code);
    }
}

#[test]
fn what_a_resume_raises_holds_for_every_later_runner() {
    let body = "moontide.ask { message = 'Ready?', choices = { 'yes' } }
        for n = 1, 20 do moontide.now() end";
    let (home, sim) = (home(body, "effects_per_lane = 5"), Sim::with(WORLD));
    let [endpoint, speed] = sim.flags();
    let folder = home.shop("");
    home.run(&["run", &folder, "--mode=drill", "--execution-id=drill", &endpoint, &speed])
        .expect(4);
    let resume = ["resume", "drill", &endpoint, &speed];
    let raised = [&resume[..], &["--set-limit=effects_per_lane=30", "--by=ann"]].concat();
    let waiting = home.run(&raised).expect(4);
    assert!(!waiting.stdout.contains("--set-limit"), "{}", waiting.stdout);
    // The same again is no news.
    home.run(&raised).expect(4);
    let journal = home.run(&["journal", "drill"]).expect(0).stdout;
    let said = "limits: effects_per_lane=30 by ann";
    assert_eq!(journal.matches(said).count(), 1, "{journal}");
    // The attempt that has begun keeps what it was given; the next one is given more.
    home.run(&["answer", "drill", "yes"]).expect(0);
    home.run(&resume).expect(1);
    home.run(&["retry", "drill", "w"]).expect(0);
    home.run(&resume).expect(4);
    let journal = home.run(&["journal", "drill"]).expect(0).stdout;
    assert_eq!(journal.matches(said).count(), 1, "{journal}");
    home.run(&["answer", "drill", "yes"]).expect(0);
    home.run(&resume).expect(0);
}

#[test]
fn what_to_type_after_a_limit_was_met_raises_it_and_that_goes_through() {
    let body = "local b = buffer.create(20 * 1024 * 1024) return buffer.len(b)";
    let (home, sim) = (home(body, "vm_memory = \"16MiB\""), Sim::with(WORLD));
    let [endpoint, speed] = sim.flags();
    let folder = home.shop("");
    let run = ["run", &folder, "--mode=drill", "--execution-id=drill", &endpoint, &speed];
    let ran = home.run(&run).expect(1);
    let raise = "moontide resume drill --set-limit vm_memory=32MiB";
    for said in [ran.stdout, home.run(&["status", "drill"]).expect(0).stdout] {
        let lines: Vec<&str> = said.lines().map(str::trim).collect();
        let retry = lines.iter().position(|line| line.ends_with("moontide retry drill w"));
        let then = retry.and_then(|at| lines.get(at + 1)).copied().unwrap_or_default();
        assert!(then.starts_with(raise), "{said}");
    }
    // Before there is something to attempt again nothing is raised, and nothing is to be raised further.
    let early = home.run(&["resume", "drill", "--set-limit=vm_memory=32MiB", &endpoint, &speed]);
    let early = early.expect(1);
    let first = "not used: `--set-limit vm_memory=32MiB`: `moontide retry drill WAVE";
    assert!(early.stderr.contains(first), "{}", early.stderr);
    assert!(early.stdout.contains(raise), "{}", early.stdout);
    let retried = home.run(&["retry", "drill", "w"]).expect(0).stdout;
    assert!(retried.contains(raise), "{retried}");
    let status = home.run(&["status", "drill"]).expect(0).stdout;
    assert!(status.contains(&format!("next: {raise}")), "{status}");
    let raised = ["resume", "drill", "--set-limit", "vm_memory=32MiB", &endpoint, &speed];
    home.run(&raised).expect(0);
    let late = home.run(&raised).expect(0).stderr;
    assert!(late.contains("`--set-limit vm_memory=32MiB`: nothing is left to attempt"), "{late}");
}

#[test]
fn help_names_every_limit() {
    let help = home("", "").run(&["run", "--help"]).expect(0).stdout;
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for limit in ["vm_memory (64MiB)", "cpu_slice (1s)", "log_size (1MiB)", "journal_size (64MiB)"]
    {
        assert!(words.contains(limit), "{help}");
    }
}

#[test]
fn an_attempt_that_has_begun_goes_on_under_the_limits_that_it_began_with() {
    // It has caught that an effect was given too much: under more it would take another turn.
    let body = "local host = require('@moontide/host') local filters = {} for n = 1, 300 do filters[n] = ('x'):rep(1000) end
        local ok = pcall(host.effect, 'moontide.ask', { message = 'x', choices = filters })
        moontide.log.info('large: ' .. tostring(ok)) moontide.now()
        moontide.ask { message = 'Ready?', choices = { 'yes' } }";
    let (home, sim) = (home(body, ""), Sim::with(WORLD));
    let [endpoint, speed] = sim.flags();
    let folder = home.shop("");
    home.run(&["run", &folder, "--mode=drill", "--execution-id=drill", &endpoint, &speed])
        .expect(4);
    let resume = ["resume", "drill", &endpoint, &speed];
    let raised = home.run(&[&resume[..], &["--set-limit=entry_size=1MiB"]].concat()).expect(4);
    let said = "limits: entry_size was as usual, and is 1MiB for attempts that start from here on";
    assert!(raised.stderr.contains(said), "{}", raised.stderr);
    // What the shell of another operator says is for what begins there.
    let mut command = home.moontide(&resume);
    command.env("MOONTIDE_ENTRY_SIZE", "16KiB");
    Ran::of(&command.output().expect("moontide starts")).expect(4);
    assert!(!home.run(&["journal", "drill"]).expect(0).stdout.contains("16KiB"));
    home.run(&["answer", "drill", "yes"]).expect(0);
    home.run(&resume).expect(0);
}

/// An execution of this home that waits for its only answer, as the release that wrote format 5 would have begun it.
fn begun_before_changes_were_kept(home: &Home) {
    let open = |name: &str| {
        let store = SqliteStore::open(&home.path().join(name));
        store.expect("it opens")
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let new = open("moontide/moontide.db").execution("new").await.expect("it is there");
        let old = Execution { id: "old".to_owned(), format: Format(5), ..new }.pinned();
        open("old.db").create(&old).await.expect("it is created");
    });
}

#[test]
fn a_limit_of_what_an_earlier_release_began_is_raised_for_one_runner_and_that_is_said() {
    let body = "local b = buffer.create(20 * 1024 * 1024)
        moontide.ask { message = 'Ready?', choices = { 'yes' } } return ('x'):rep(2 * 1024 * 1024)";
    let (home, sim) = (home(body, "vm_memory = \"48MiB\""), Sim::with(WORLD));
    let [endpoint, speed] = sim.flags();
    let folder = home.shop("");
    home.run(&["run", &folder, "--mode=drill", "--execution-id=new", &endpoint, &speed]).expect(4);
    begun_before_changes_were_kept(&home);
    let store = format!("--store=sqlite:{}", home.path().join("old.db").display());
    let with = |arguments: &[&str]| home.moontide(&[&[store.as_str()][..], arguments].concat());
    let ran = |arguments: &[&str]| Ran::of(&with(arguments).output().expect("moontide starts"));
    let resume = ["resume", "old", &endpoint, &speed];
    // What the shell of another operator says is for what begins there.
    let mut elsewhere = with(&resume);
    elsewhere.env("MOONTIDE_VM_MEMORY", "8MiB");
    Ran::of(&elsewhere.output().expect("moontide starts")).expect(4);
    let raised = ran(&[&resume[..], &["--set-limit=vm_memory=128MiB"]].concat()).expect(4).stderr;
    let said = "limits: vm_memory was 48MiB, and is 128MiB for this runner, also for what has begun; an earlier \
                release began this execution, which keeps no change: give it to every later `resume` too";
    assert!(raised.contains(said), "{raised}");
    assert!(!ran(&["journal", "old"]).expect(0).stdout.contains("128MiB"));
    ran(&["answer", "old", "yes"]).expect(0);
    let failed = ran(&resume).expect(1).stdout;
    assert!(failed.contains("an operator can raise `entry_size`"), "{failed}");
    assert!(!failed.contains("--set-limit"), "{failed}");
    ran(&["retry", "old", "w"]).expect(0);
    let refused = ran(&[&resume[..], &["--set-limit=entry_size=1MiB"]].concat());
    insta::assert_snapshot!(home.said(refused, 2), @"
    error[M0105]: `entry_size=1MiB`: an earlier release began `old`, and entry_size stays as it was then: what has begun would take another turn
    hint: `moontide --store sqlite:~/old.db retry old WAVE --runbook ~/shop` attempts a wave again with a hook that was mended to give less
    hint: a new execution has more from its start: `run … --set-limit entry_size=1MiB`
    ");
}

#[test]
fn a_limit_that_is_lowered_fails_nothing_that_has_begun_and_nothing_that_adds_nothing() {
    let large = "return { x = ('y'):rep(900000) }";
    let asks =
        "moontide.ask { message = 'Ready?', choices = { 'yes' } } return { x = ('y'):rep(5000) }";
    let waves = format!(
        "{{ name = 'a', run = function() {large} end }},
         {{ name = 'b', depends_on = {{ 'a' }}, run = function() {asks} end }},
         {{ name = 'c', depends_on = {{ 'b' }}, run = function(wave) assert(#wave.results.b.x == 5000) return {{}} end }},"
    );
    let (home, sim) = (of_waves(&waves, ""), Sim::with(WORLD));
    let [endpoint, speed] = sim.flags();
    let folder = home.shop("");
    home.run(&["run", &folder, "--mode=drill", "--execution-id=drill", &endpoint, &speed])
        .expect(4);
    let resume = ["resume", "drill", &endpoint, &speed];
    let lowered = ["--set-limit=entry_size=16KiB", "--set-limit=journal_size=32MiB"];
    let said = home.run(&[&resume[..], &lowered].concat()).expect(4).stderr;
    let together = "journal_size was as usual, and is 32MiB from here on, also for what has begun";
    assert!(said.contains(together), "{said}");
    home.run(&["answer", "drill", "yes"]).expect(0);
    home.run(&resume).expect(0);
}

#[test]
fn what_a_runbook_says_of_limits_is_no_advice() {
    let said = "an operator can raise `vm_memory`";
    for body in [
        format!("error({{ code = 'LimitExceeded', message = '; {said}' }})"),
        format!("error({{ code = 'InvalidResult', message = 'x; {said}' }})"),
        format!("require('@moontide').fail('it is full; {said}')"),
        format!("error('it is full; {said}')"),
    ] {
        let (home, sim) = (home(&body, ""), Sim::with(WORLD));
        let [endpoint, speed] = sim.flags();
        let folder = home.shop("");
        let run = ["run", &folder, "--mode=drill", "--execution-id=drill", &endpoint, &speed];
        let ran = home.run(&run).expect(1);
        assert!(ran.stdout.contains(said) && !ran.stdout.contains("--set-limit"), "{}", ran.stdout);
    }
}
