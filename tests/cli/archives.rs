//! Journals that are cut down, and executions that leave for a file.

use serde_json::{Value, json};

use crate::support::{Home, Ran, Sim, repository, shim};

/// Prunes an hour later: a simulator that runs faster is ahead of the clock.
pub(crate) fn prune(home: &Home, flags: &[&str]) -> Ran {
    let command = home.moontide(&[&["store", "prune", "--older-than=1m"], flags].concat());
    let later = shim::shifted(command, 3600.0).output();
    Ran::of(&later.expect("moontide starts")).expect(0)
}

fn path(path: &str) -> String {
    repository(path).to_str().expect("a readable path").to_owned()
}

/// A drill of this name that is over; its instances live.
fn drill(home: &Home, sim: &Sim, id: &str) {
    let [endpoint, speed] = sim.flags();
    let id = format!("--execution-id={id}");
    home.run(&["run", &path("runbooks/hello"), "--mode=drill", &id, &endpoint, &speed]).expect(0);
}

#[test]
fn what_is_over_is_pruned_to_its_evidence_and_shown_as_before() {
    let home = Home::new();
    let sim = Sim::of(&repository("runbooks/hello/world.toml"));
    let [endpoint, speed] = sim.flags();
    drill(&home, &sim, "done");
    home.run(&["cleanup", "done", &endpoint, &speed]).expect(0);
    drill(&home, &sim, "left");
    let show = |id: &str| home.run(&["show", id, "--output=json"]).expect(0).json();
    let before = show("done");

    // Nothing is old enough; then what is, is shown first.
    let none = ["store", "prune", "--older-than=400d", "--output=json"];
    let none = home.run(&none).expect(0).json();
    assert_eq!((&none["pruned"], &none["kept"]), (&serde_json::json!([]), &serde_json::json!([])));
    let dry = prune(&home, &["--dry-run"]).stdout;
    assert!(dry.starts_with("2 executions would be pruned in sqlite:"), "{dry}");
    assert_eq!(show("done"), before);

    let pruned = prune(&home, &["--output=json"]).json();
    let ids: Vec<&str> = pruned["pruned"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| it["execution"].as_str().expect("an id"))
        .collect();
    assert_eq!(ids, ["done.cleanup-1", "done"]);
    let kept = &pruned["kept"][0];
    assert_eq!(kept["execution"], "left");
    let reason = kept["reason"].as_str().expect("a reason");
    assert!(reason.ends_with("whose instances may live: `moontide cleanup left`"), "{reason}");

    let mut after = show("done");
    let hint = after["hints"][0].as_str().expect("a hint").to_owned();
    assert!(hint.starts_with("it was pruned at ") && hint.ends_with("entries are gone"), "{hint}");
    let left = after["journal_entries"].as_u64().expect("a number");
    assert!(left < before["journal_entries"].as_u64().expect("a number"));
    // Nothing else has changed: verdicts, attempts, answers.
    for (key, value) in before.as_object().expect("an object") {
        if key != "journal_entries" {
            assert_eq!(after[key].take(), *value, "{key}");
        }
    }
    let again = prune(&home, &["--output=json"]).json();
    assert_eq!(again["pruned"], serde_json::json!([]));
    let listed = home.run(&["list", "--output=json"]).expect(0).json();
    assert_eq!(listed["executions"].as_array().map(Vec::len), Some(3));
    let drills = home.run(&["list", "--without-cleanups", "--output=json"]).expect(0).json();
    assert_eq!(drills["executions"].as_array().map(Vec::len), Some(2), "{drills}");
    // What is pruned takes nothing, and says so first.
    for typed in [&["retry", "done", "greet"][..], &["pause", "done"], &["note", "done", "x"]] {
        let said = home.run(typed).expect(2).stderr;
        assert!(said.starts_with("error[M0409]: the execution `done` was pruned at "), "{said}");
    }
}

#[test]
fn what_is_left_of_a_pruned_journal_is_held_together() {
    let home = Home::new();
    let sim = Sim::of(&repository("runbooks/hello/world.toml"));
    let [endpoint, speed] = sim.flags();
    drill(&home, &sim, "done");
    home.run(&["cleanup", "done", &endpoint, &speed]).expect(0);
    let pruned = prune(&home, &["--output=json"]).json();
    let file =
        pruned["store"].as_str().expect("an address").trim_start_matches("sqlite:").to_owned();
    let store = rusqlite::Connection::open(file).expect("the store");
    let sql = "DELETE FROM entries WHERE rowid = (SELECT max(rowid) FROM entries)";
    assert_eq!(store.execute(sql, []).expect("it is deleted"), 1);
    let found = home.run(&["show", "done.cleanup-1"]).expect(6).stderr;
    assert!(found.contains("error[M0407]"), "{found}");
    assert!(found.contains("pruned journal of execution `done.cleanup-1` is not as"), "{found}");
}

#[test]
fn an_execution_leaves_for_a_file_and_comes_back() {
    let home = Home::new();
    let sim = Sim::of(&repository("runbooks/three_tier/world.toml"));
    let [endpoint, speed] = sim.flags();
    let run = ["run", &path("runbooks/three_tier"), "--mode=drill", "--execution-id=drill"];
    home.run(&[&run[..], &[&endpoint, &speed]].concat()).expect(4);
    let file = home.path().join("drill.json");
    let to = file.to_str().expect("a readable path");
    let refused = home.run(&["store", "export", "drill", "--to", to]).expect(2).stderr;
    assert!(refused.contains("error[M0410]"), "{refused}");
    assert!(!file.exists(), "nothing is left of it");
    home.run(&["store", "export", "drill", "--to", to, "--move"]).expect(0);
    let refused = home.run(&["store", "export", "drill", "--to", to, "--move"]).expect(2).stderr;
    assert!(refused.contains("name a file that is not there yet"), "{refused}");
    let sealed = home.run(&["resume", "drill", &endpoint, &speed]).expect(2).stderr;
    assert!(sealed.contains(&format!("was moved to {to}")), "{sealed}");

    let text = std::fs::read_to_string(&file).expect("the file");
    let spoilt = home.path().join("spoilt.json");
    std::fs::write(&spoilt, text.replacen("three_tier", "three-tier", 1)).expect("it is written");
    let elsewhere = Home::new();
    let import = |file: &std::path::Path| {
        elsewhere.run(&["store", "import", file.to_str().expect("a readable path")])
    };
    let refused = import(&spoilt).expect(2).stderr;
    assert!(refused.contains("it is not as it was written"), "{refused}");
    let foreign = import(&repository("Cargo.toml")).expect(2).stderr;
    assert!(
        foreign.contains("it is no execution") && !foreign.contains("[workspace]"),
        "{foreign}"
    );
    import(&file).expect(0);
    // One store takes it in.
    let again = import(&file).expect(2).stderr;
    assert!(again.contains("a store has taken the execution in"), "{again}");
    let second = import(&home.path().join("drill.json.taken")).expect(2).stderr;
    assert!(second.contains("a store has taken the execution in from it"), "{second}");
    let delete = ["state", "delete", "drill", "x", "--execution", "--at-version=1"];
    let sealed = home.run(&delete).expect(2).stderr;
    assert!(sealed.contains("was moved to") && sealed.contains("error[M0409]"), "{sealed}");
    // Nor is it written for another one.
    let again = home.run(&["store", "export", "drill", "--to", to, "--move"]).expect(2).stderr;
    assert!(again.contains("drill.json.taken is there"), "{again}");
    let taken = home.path().join("drill.json.taken");
    let resume = ["resume", "drill", "--answer=continue", &endpoint, &speed];
    elsewhere.run(&resume).expect(0);
    assert_eq!(sim.performed("StartRecovery"), 3);
    // A copy of the old file, taken in once more, changes nothing of what has gone on.
    let journal = elsewhere.run(&["journal", "drill"]).expect(0).stdout;
    let copy = home.path().join("copy.json");
    std::fs::copy(&taken, &copy).expect("it is copied");
    import(&copy).expect(0);
    assert_eq!(elsewhere.run(&["journal", "drill"]).expect(0).stdout, journal);
}

#[test]
fn what_has_moved_takes_nothing_and_names_the_command_to_type_there() {
    let home = Home::new();
    let sim = Sim::of(&repository("runbooks/three_tier/world.toml"));
    let [endpoint, speed] = sim.flags();
    let run = ["run", &path("runbooks/three_tier"), "--mode=drill", "--execution-id=drill"];
    home.run(&[&run[..], &[&endpoint, &speed]].concat()).expect(4);
    let file = |name: &str| format!("sqlite:{}", home.path().join(name).display());
    let (here, there) = (file("moontide/moontide.db"), file("there.db"));
    home.run(&["store", "copy", &here, &there, "drill", "--move"]).expect(0);
    let status = home.run(&["status", "drill"]).expect(0).stdout;
    assert!(!status.contains("\n? ") && !status.contains("answer"), "{status}");
    assert!(
        status.ends_with(&format!("next: moontide --store {there} status drill\n")),
        "{status}"
    );
    let status = home.run(&["status", "drill", "--output=json"]).expect(0).json();
    assert_eq!(status["prompts"], serde_json::json!([]));
    // Whatever else would be said of it there: it is open, answered, paused, over.
    for (typed, proposed) in [
        (&["answer", "drill", "application", "continue"][..], "answer drill application continue"),
        (&["answer", "drill", "continue", "--by=a b"], "answer drill continue --by 'a b'"),
        (&["pause", "drill", "--comment=late"], "pause drill --comment late"),
        (&["pause", "nope"], ""),
        (&["cancel", "drill"], "cancel drill"),
        (&["retry", "drill", "database"], "retry drill database"),
        (&["skip", "drill", "no-wave"], "skip drill no-wave"),
        (&["note", "drill", "it is late"], "note drill 'it is late'"),
        (&["resume", "drill"], "resume drill"),
    ] {
        let said = home.run(typed).expect(2).stderr;
        if proposed.is_empty() {
            assert!(said.contains("error[M0401]"), "{said}");
            continue;
        }
        let hint = format!("hint: it goes on there: `moontide --store {there} {proposed}`\n");
        assert!(said.starts_with("error[M0409]") && said.contains(&hint), "{typed:?}: {said}");
    }
    let answer = ["--store", &there, "answer", "drill", "application", "continue"];
    home.run(&answer).expect(0);
}

#[test]
fn a_move_is_for_one_store_whatever_its_address_and_may_be_taken_back() {
    let home = Home::new();
    let sim = Sim::of(&repository("runbooks/three_tier/world.toml"));
    let [endpoint, speed] = sim.flags();
    let in_folder = |folder: &str, arguments: &[&str]| {
        let folder = home.path().join(folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut command = home.moontide(arguments);
        Ran::of(&command.current_dir(folder).output().expect("moontide starts"))
    };
    let file = |name: &str| format!("sqlite:{}", home.path().join(name).display());
    let (here, taken) = (file("here.db"), file("taken.db"));
    let begin = |store: &str| {
        let run = ["run", &path("runbooks/three_tier"), "--mode=drill", "--execution-id=drill"];
        home.run(&[&run[..], &[&endpoint, &speed, "--store", store]].concat()).expect(4);
    };
    begin(&here);
    // Another one of that id is there: it is refused before anything is sealed.
    let other = Sim::of(&repository("runbooks/three_tier/world.toml"));
    let [endpoint_2, speed_2] = other.flags();
    let run = ["run", &path("runbooks/three_tier"), "--mode=drill", "--execution-id=drill"];
    home.run(&[&run[..], &[&endpoint_2, &speed_2, "--store", &taken]].concat()).expect(4);
    let refused = home.run(&["store", "copy", &here, &taken, "drill", "--move"]).expect(1).stdout;
    assert!(refused.contains("not copied"), "{refused}");
    let status = home.run(&["status", "drill", "--store", &here]).expect(0).stdout;
    assert!(status.contains("next: ") && !status.contains("was moved"), "{status}");

    // The same words from another folder mean another store.
    let copy = ["store", "copy", &here, "sqlite:there.db", "drill", "--move"];
    in_folder("a", &copy).expect(0);
    in_folder("a", &copy).expect(0);
    let refused = in_folder("b", &copy).expect(1).stdout;
    assert!(
        refused.contains("0 executions moved") && refused.contains("was moved to"),
        "{refused}"
    );
    let listed = in_folder("b", &["list", "--store", "sqlite:there.db"]).expect(0).stdout;
    assert!(listed.contains("no executions"), "{listed}");

    // It is there: it is not taken back.
    let there = file("a/there.db");
    let back = ["store", "take-back", "drill", "--from", &there, "--store", &here];
    let refused = home.run(&[&back[..], &["--yes"]].concat()).expect(2).stderr;
    assert!(refused.contains("and goes on there"), "{refused}");
    // A file that no store has taken in is taken back with a word, once it is deleted.
    let out = home.path().join("out.json");
    let out = out.to_str().expect("a readable path");
    home.run(&["store", "export", "drill", "--to", out, "--move", "--store", &there]).expect(0);
    let back = ["store", "take-back", "drill", "--from", out, "--store", &there];
    std::fs::remove_file(out).expect("it is there");
    let asked = home.run(&back).expect(2).stderr;
    assert!(asked.contains("--yes"), "{asked}");
    home.run(&[&back[..], &["--yes"]].concat()).expect(0);
    // A store that does not have it may still be about to get it.
    let gone = file("gone.db");
    home.run(&["store", "copy", &there, &gone, "drill", "--move"]).expect(0);
    std::fs::remove_file(home.path().join("gone.db")).expect("it is there");
    let back = ["store", "take-back", "drill", "--from", &gone, "--store", &there];
    let asked = home.run(&back).expect(2).stderr;
    assert!(asked.contains("cannot see whether `drill` goes on at"), "{asked}");
    let asked = home.run(&[&back[..], &["--yes"]].concat()).expect(2).stderr;
    assert!(asked.contains("there is no store at") && asked.contains("--unseen"), "{asked}");
    home.run(&[&back[..], &["--yes", "--unseen"]].concat()).expect(0);
    let resume = ["resume", "drill", "--answer=continue", &endpoint, &speed, "--store", &there];
    home.run(&resume).expect(0);
    assert_eq!(sim.performed("StartRecovery"), 3);
}

#[test]
fn a_move_names_what_stays_and_what_to_do_about_it() {
    let home = Home::new();
    let sim = Sim::of(&repository("runbooks/hello/world.toml"));
    let [endpoint, speed] = sim.flags();
    let file = |name: &str| format!("sqlite:{}", home.path().join(name).display());
    let (here, there) = (file("here.db"), file("there.db"));
    let folder = home.path().join("turns");
    std::fs::create_dir(&folder).expect("it is new");
    let runbook = "local moontide = require('@moontide')\n\
                   local state = require('@moontide/state')\n\
                   return moontide.runbook { name = 'turns', region = 'us-west-2', waves = {\n\
                   { name = 'cut', run = function(wave)\n\
                   state.put('count', 1)\n\
                   state.put('dns', { execution = wave.execution, wave = wave.name }) end },\n\
                   { name = 'asks', depends_on = { 'cut' }, pause = 'Go on?', run = function() end } } }";
    std::fs::write(folder.join("runbook.luau"), runbook).expect("it is written");
    let folder = folder.to_str().expect("a readable path");
    let begin = |folder: &str, id: &str, code: i32| {
        let run = ["run", folder, "--mode=drill", "--execution-id", id, "--store", &here];
        home.run(&[&run[..], &[&endpoint, &speed]].concat()).expect(code);
    };
    begin(folder, "turn", 4);
    begin(&path("runbooks/hello"), "drill", 0);
    home.run(&["cleanup", "drill", &endpoint, &speed, "--store", &here]).expect(0);

    // A third store beside the two would be ignored.
    let copy = ["store", "copy", &here, &there, "turn", "drill", "--move"];
    let refused = home.run(&[&copy[..], &["--store", &there]].concat()).expect(2).stderr;
    assert!(
        refused.contains("`store copy` takes FROM and TO, and no `--store sqlite:"),
        "{refused}"
    );
    let listed = home.run(&["list", "--store", &here]).expect(0).stdout;
    assert!(!listed.contains("moved to"), "{listed}");

    let moved = home.run(&[&copy[..], &["--output=json"]].concat()).expect(0).json();
    let stays: Vec<(&str, &str, &str)> = moved["stays"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| ["execution", "what", "next"].map(|field| it[field].as_str().expect("a text")))
        .map(|[execution, what, next]| (execution, what, next))
        .collect();
    assert_eq!(stays.len(), 3, "{stays:?}");
    assert!(
        stays[0].0 == "turn" && stays[0].1.contains("the value `count` of `turns`"),
        "{stays:?}"
    );
    assert!(stays[0].2.ends_with(" state list turns"), "{stays:?}");
    assert!(stays[1].1.contains("the lock `dns` that it holds stays in sqlite:"), "{stays:?}");
    let listed = home.run(&["state", "list", "turns", "--store", &here, "--output=json"]);
    let version = listed.expect(0).json()["keys"][1]["version"].to_string();
    let delete = format!(" state delete turns dns --at-version {version}");
    assert!(stays[1].2.ends_with(&delete), "{stays:?}");
    assert!(stays[2].1.starts_with("its cleanup drill.cleanup-1 stays in "), "{stays:?}");

    // The proposed command works, and leaves nothing to say.
    let words: Vec<&str> = stays[2].2.split(' ').skip(1).collect();
    let moved = home.run(&words).expect(0).stdout;
    assert!(moved.starts_with("1 execution moved") && !moved.contains("stays: "), "{moved}");
    let again = home.run(&copy).expect(0).stdout;
    assert!(!again.contains("cleanup-1") && again.contains("stays: turn"), "{again}");

    // The list says of each where it goes on, also of those that were over.
    let listed = home.run(&["list", "--store", &here]).expect(0).stdout;
    assert_eq!(listed.matches(&format!("moved to {there}")).count(), 3, "{listed}");
    let listed = home.run(&["list", "--store", &here, "--output=json"]).expect(0).json();
    assert_eq!(listed["executions"][0]["moved_to"], there.as_str());
    home.run(&["store", "copy", &there, &here, "turn", "--move"]).expect(0);
    let listed = home.run(&["list", "--store", &here]).expect(0).stdout;
    assert_eq!(listed.matches("moved to").count(), 2, "what is back is here: {listed}");
}

#[test]
fn a_lock_of_one_store_is_not_given_back_in_another() {
    let home = Home::new();
    let sim = Sim::of(&repository("runbooks/hello/world.toml"));
    let [endpoint, speed] = sim.flags();
    let file = |name: &str| format!("sqlite:{}", home.path().join(name).display());
    let (here, there) = (file("here.db"), file("there.db"));
    let folder = home.path().join("turns");
    std::fs::create_dir(&folder).expect("it is new");
    let runbook = "local moontide = require('@moontide')\n\
                   local state = require('@moontide/state')\n\
                   return moontide.runbook { name = 'turns', region = 'us-west-2', waves = {\n\
                   { name = 'cut', run = function(wave)\n\
                   state.locked('dns', wave, function()\n\
                   moontide.ask { message = 'Done?', choices = { 'yes', 'no' } } end) end } } }";
    std::fs::write(folder.join("runbook.luau"), runbook).expect("it is written");
    let folder = folder.to_str().expect("a readable path");
    for (id, store) in [("one", &here), ("two", &there)] {
        let run = ["run", folder, "--mode=drill", "--execution-id", id, "--store", store];
        home.run(&[&run[..], &[&endpoint, &speed]].concat()).expect(4);
    }
    home.run(&["store", "copy", &here, &there, "one", "--move"]).expect(0);
    let resume = |id: &str| {
        let resume = ["resume", id, "--answer=yes", "--beside=two", "--store", &there];
        home.run(&[&resume[..], &[&endpoint, &speed]].concat()).expect(0)
    };
    let held = |store: &str| {
        let listed = home.run(&["state", "list", "turns", "--store", store, "--output=json"]);
        listed.expect(0).json()["keys"][0]["value"]["execution"].clone()
    };
    let said = resume("one").stderr;
    assert!(said.contains("dns was no longer held by cut"), "{said}");
    assert_eq!((held(&here), held(&there)), (json!("one"), json!("two")));
    assert!(!resume("two").stderr.contains("no longer held"));
    assert_eq!(held(&there), Value::Null);
}

#[test]
fn a_prune_that_ends_in_the_middle_says_what_it_has_pruned() {
    let home = Home::new();
    let sim = Sim::of(&repository("runbooks/hello/world.toml"));
    let [endpoint, speed] = sim.flags();
    for id in ["first", "second"] {
        drill(&home, &sim, id);
        home.run(&["cleanup", id, &endpoint, &speed]).expect(0);
    }
    let listed = home.run(&["list", "--output=json"]).expect(0).json();
    let file = listed["store"].as_str().expect("an address").trim_start_matches("sqlite:");
    let store = rusqlite::Connection::open(file).expect("the store");
    let sql = "CREATE TRIGGER away BEFORE INSERT ON seals
               WHEN new.execution = (SELECT number FROM executions WHERE id = 'first')
               BEGIN SELECT RAISE(ABORT, 'the disk is away'); END";
    store.execute_batch(sql).expect("it is made");
    let command = ["store", "prune", "--older-than=1m", "--output=json"];
    let later = shim::shifted(home.moontide(&command), 3600.0).output();
    let ended = Ran::of(&later.expect("moontide starts")).expect(6);
    assert!(ended.stderr.contains("the disk is away"), "{ended:?}");
    let report = ended.json();
    assert_eq!(report["complete"], false);
    let pruned = report["pruned"].to_string();
    assert!(pruned.contains("\"second\"") && !pruned.contains("\"first\""), "{pruned}");
    let status = home.run(&["status", "second"]).expect(0).stdout;
    assert!(status.contains("it was pruned at "), "{status}");
    store.execute_batch("DROP TRIGGER away").expect("it is there");
    assert_eq!(prune(&home, &["--output=json"]).json()["complete"], true);
}
