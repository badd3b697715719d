//! A secret param reaches nothing that is kept or shown, whatever a runbook does with it, and the next runner has
//! it all the same.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use support::{Home, Ran, Sim, repository};

const PEM: &str = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END KEY-----\n";

/// Says its secrets in every way that a program has.
const TALKATIVE: &str = r#"
local moontide = require("@moontide")
local host = require("@moontide/host")
local ssm = require("@moontide/ssm")
local waves = {}
local function wave(name, run)
    table.insert(waves, { name = name, run = run })
end
wave("plain", function(wave)
    for _, secret in { wave.params.password, wave.params.pem, tostring(wave.params.pin) } do
        moontide.log.info("said " .. secret)
        moontide.log.info(string.rep("x ", 997) .. secret)
        moontide.phase("phase " .. secret)
        host.report("server", { server = "s-1", verdict = "launched", reason = secret, [secret] = secret })
    end
    return { got = wave.params.password, [wave.params.pem] = 1, pin = wave.params.pin, pins = { wave.params.pin } }
end)
wave("spelled", function(wave)
    local escaped = string.gsub(wave.params.pem, "\n", "\\n")
    return { string.upper(wave.params.password), string.split(wave.params.pem, "\n")[2], escaped }
end)
wave("message", function(wave) error("cannot use " .. wave.params.pem) end)
wave("cut", function(wave) error(string.rep("x ", 997) .. wave.params.password) end)
wave("code", function(wave)
    host.raise { code = wave.params.password, message = "no", details = { pin = wave.params.pin } }
end)
wave("operation", function(wave) host.effect(wave.params.password, {}) end)
wave("argument", function(wave) host.effect("moontide.sleep", { [wave.params.pem] = 1, duration = 1 }) end)
wave("length", function(wave) host.duration(wave.params.pem) end)
wave("field", function(wave) return wave[wave.params.password] end)
wave("choice", function(wave) moontide.ask { message = "?", choices = { wave.params.password, "abort" } } end)
wave("question", function(wave)
    moontide.ask { message = "is it " .. wave.params.password .. wave.params.pem .. "?", choices = { "yes" } }
end)
wave("command", function(wave)
    ssm.send_command {
        instance_ids = { "i-0123456789abcdef0" },
        document_name = "AWS-RunShellScript",
        comment = wave.params.password,
        parameters = { commands = { "login " .. wave.params.password, wave.params.pem, tostring(wave.params.pin) } },
    }
end)
return moontide.runbook {
    name = "talkative",
    region = "us-west-2",
    outside = { instances = { ids = { "i-0123456789abcdef0" } } },
    params = {
        password = { type = "string", secret = true },
        pem = { type = "string", secret = true },
        pin = { type = "number", secret = true },
    },
    waves = waves,
}
"#;

/// Parts of the secrets by which they would be known.
const TELLING: [&str; 6] = ["hunter22", "HUNTER22", "hunter", "MIIEvQ", "BEGIN KEY", "471147"];

struct Story {
    home: Home,
    sim: Sim,
}

impl Story {
    fn of(runbook: &str) -> Story {
        let home = Home::new();
        let folder = home.path().join("book");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("runbook.luau"), runbook).expect("it can be written");
        let world = repository("runbooks/hello/world.toml");
        fs::copy(&world, folder.join("world.toml")).expect("it can be copied");
        fs::write(home.path().join("pem"), PEM).expect("it can be written");
        fs::write(home.path().join("password"), "hunter22\n").expect("it can be written");
        Story { home, sim: Sim::of(&world) }
    }

    /// Runs it, in a process that has the variable `PIN`.
    fn moontide(&self, words: &[&str]) -> Ran {
        self.moontide_with(words, Some("471147"))
    }

    fn moontide_with(&self, words: &[&str], pin: Option<&str>) -> Ran {
        let mut words = words.to_vec();
        let flags = self.sim.flags();
        if ["run", "resume"].contains(&words[0]) {
            words.extend(flags.iter().map(String::as_str));
        }
        let mut command = self.home.moontide(&words);
        command.current_dir(self.home.path()).envs(pin.map(|pin| ("PIN", pin)));
        Ran::of(&command.output().expect("moontide starts"))
    }

    fn store(&self) -> std::path::PathBuf {
        self.home.path().join("moontide")
    }

    /// No telling part of a secret stands in these texts, nor in any file of the store.
    #[track_caller]
    fn check_hidden(&self, texts: &[&str]) {
        let files: Vec<Vec<u8>> = fs::read_dir(self.store())
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.is_file())
            .map(|path| fs::read(path).expect("it can be read"))
            .collect();
        assert!(files.iter().map(Vec::len).sum::<usize>() > 10_000, "the store is elsewhere");
        let all = files.iter().map(Vec::as_slice).chain(texts.iter().map(|text| text.as_bytes()));
        for text in all {
            for telling in TELLING {
                let found = text.windows(telling.len()).position(|it| it == telling.as_bytes());
                let around =
                    found.map(|at| &text[at.saturating_sub(80)..(at + 80).min(text.len())]);
                assert_eq!(around.map(String::from_utf8_lossy), None, "`{telling}` is told");
            }
        }
    }
}

const RUN: [&str; 7] = [
    "run",
    "book",
    "--mode=drill",
    "--execution-id=x",
    "--param=password=@password",
    "--param=pem=@pem",
    "--param=pin=env:PIN",
];

#[test]
fn no_secret_reaches_the_store_or_any_view() {
    let story = Story::of(TALKATIVE);
    let ran = story.moontide(&RUN);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    let mut told = vec![ran];
    for view in ["status", "show", "journal"] {
        told.push(story.moontide(&[view, "x"]).expect(0));
        told.push(story.moontide(&[view, "x", "--output=json"]).expect(0));
    }
    let texts: Vec<&str> =
        told.iter().flat_map(|ran| [ran.stdout.as_str(), ran.stderr.as_str()]).collect();
    story.check_hidden(&texts);
    // It has said all of it, and what was said is there but for the secrets.
    let show = &told[3].stdout;
    for name in ["«password»", "«pem»", "«pin»"] {
        assert!(texts[1].contains(name), "{name}: {}", texts[1]);
        let escaped = name.replace('«', "\\u00ab").replace('»', "\\u00bb");
        assert!(told[6].stdout.contains(&escaped), "{name}: {}", told[6].stdout);
    }
    assert!(show.contains("password=\"(secret, sealed)\" pem=\"(secret, sealed)\""), "{show}");
    assert!(show.contains("pin=\"(secret, from env:PIN)\""), "{show}");
    let rehearsed = story.moontide(&["rehearse", "book", RUN[4], RUN[5], RUN[6], "--answer=yes"]);
    story.check_hidden(&[&rehearsed.stdout, &rehearsed.stderr]);
    assert!(rehearsed.stdout.contains("«password»"), "{}", rehearsed.stderr);
}

/// Waits for a person, then uses its secrets.
const WAITS: &str = r#"
local moontide = require("@moontide")
return moontide.runbook {
    name = "waits",
    region = "us-west-2",
    params = { password = { type = "string", secret = true }, pin = { type = "number", secret = true } },
    waves = {
        { name = "a", pause = { message = "go on?" }, run = function(wave)
            if string.byte(wave.params.password, 8) ~= 50 or wave.params.pin % 1000 ~= 147 then
                error("these are not the secrets")
            end
        end },
    },
}
"#;

const WAITING: [&str; 6] = [
    "run",
    "book",
    "--mode=drill",
    "--execution-id=x",
    "--param=password=@password",
    "--param=pin=env:PIN",
];

#[test]
fn the_next_runner_of_this_machine_has_the_secrets() {
    let story = Story::of(WAITS);
    story.moontide(&WAITING).expect(4);
    story.moontide(&WAITING).expect(4);
    story.moontide(&["answer", "x", "continue"]).expect(0);
    story.moontide(&["resume", "x"]).expect(0);
    story.check_hidden(&[]);
}

#[test]
fn a_runner_that_cannot_get_a_secret_says_so_and_takes_it_again() {
    let story = Story::of(WAITS);
    story.moontide(&WAITING).expect(4);
    story.moontide(&["answer", "x", "continue"]).expect(0);
    let unset = story.moontide_with(&["resume", "x"], None).expect(6);
    let said = "error[M0613]: the secret `pin` is in the variable PIN, which is not set here";
    assert!(unset.stderr.contains(said), "{}", unset.stderr);
    fs::remove_file(story.store().join("secret.key")).expect("it is there");
    let elsewhere = story.moontide(&["resume", "x"]).expect(6);
    let said = "error[M0613]: the secret `password` was given on another machine";
    assert!(elsewhere.stderr.contains(said), "{}", elsewhere.stderr);
    assert!(
        elsewhere.stderr.contains("moontide resume x --param password=@FILE"),
        "{}",
        elsewhere.stderr
    );
    let wrong = story.moontide(&["resume", "x", "--param=nothing=@password"]);
    assert!(wrong.stderr.contains("the runbook has no param `nothing`"), "{}", wrong.stderr);
    story.moontide(&["resume", "x", "--param=password=@password"]).expect(0);
}

#[test]
fn another_secret_than_it_was_started_with_is_pointed_out() {
    let story = Story::of(WAITS);
    story.moontide(&WAITING).expect(4);
    let same = story.moontide(&["resume", "x", "--param=password=@password"]).expect(4);
    assert!(!same.stderr.contains("another value"), "{}", same.stderr);
    fs::write(story.home.path().join("other"), "hunter72\n").expect("it can be written");
    let other = story.moontide(&["resume", "x", "--param=password=@other"]).expect(4);
    let said =
        "`password` has another value than `x` was started with; it counts for this runner only";
    assert!(other.stderr.contains(said), "{}", other.stderr);
}

#[test]
fn a_wave_with_a_secret_can_be_mended() {
    let story = Story::of(&WAITS.replace("string.byte(wave.params.password, 8) ~= 50", "true"));
    story.moontide(&WAITING).expect(4);
    story.moontide(&["answer", "x", "continue", "--comment=hunter22 is the password"]).expect(0);
    story.moontide(&["resume", "x"]).expect(1);
    fs::write(story.home.path().join("book/runbook.luau"), WAITS).expect("it can be written");
    story.moontide(&["retry", "x", "a", "--runbook=book"]).expect(0);
    story.moontide(&["resume", "x"]).expect(0);
    let journal = story.moontide(&["journal", "x"]).expect(0).stdout;
    assert!(journal.contains("«password» is the password"), "{journal}");
}

#[test]
fn a_trace_shows_no_secret() {
    let story = Story::of(TALKATIVE);
    let flags = story.sim.flags();
    let mut words = RUN.to_vec();
    words.extend(flags.iter().map(String::as_str));
    let mut command = story.home.moontide(&words);
    command.current_dir(story.home.path()).env("PIN", "471147").env("MOONTIDE_LOG", "trace");
    let ran = Ran::of(&command.output().expect("moontide starts"));
    assert!(
        ran.stderr.contains("TRACE") && ran.stderr.contains("«password»"),
        "{}",
        ran.stderr.len()
    );
    story.check_hidden(&[&ran.stdout, &ran.stderr]);
}

#[test]
fn what_is_no_secret_cannot_be_given_again_nor_another_secret_with_the_same_id() {
    let book = WAITS.replace("params = {", "params = { size = { type = \"number\", default = 1 },");
    let story = Story::of(&book);
    story.moontide(&WAITING).expect(4);
    let open = story.moontide(&["resume", "x", "--param=size=2"]).expect(3);
    assert!(open.stderr.contains("`size` is no secret: its value stands"), "{}", open.stderr);
    fs::write(story.home.path().join("password"), "hunter23\n").expect("it can be written");
    let other = story.moontide(&WAITING).expect(3);
    assert!(other.stderr.contains("`x` was started with other params"), "{}", other.stderr);
}

#[test]
fn a_value_in_the_list_of_processes_is_pointed_out_and_a_short_secret_refused() {
    let story = Story::of(WAITS);
    let check = |pin: &str| story.moontide(&["check", "book", "--param=password=@password", pin]);
    let seen = check("--param=pin=471147").expect(0);
    assert!(
        seen.stderr.contains("warning: the list of processes shows `pin`: "),
        "{}",
        seen.stderr
    );
    let hidden = check("--param=pin=env:PIN").expect(0);
    assert_eq!(hidden.stderr, "");
    let short = check("--param=pin=123").expect(3);
    assert!(
        short.stderr.contains("`pin` is a secret, and shorter than 6 characters"),
        "{}",
        short.stderr
    );
    fs::write(story.home.path().join("word"), "launched").expect("it can be written");
    let word = story
        .moontide(&["check", "book", "--param=password=@word", "--param=pin=env:PIN"])
        .expect(3);
    assert!(
        word.stderr.contains("`password` is a secret, and a word of less than 12 letters"),
        "{}",
        word.stderr
    );
    let pipe = story.home.path().join("pipe");
    assert!(
        std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success()
    );
    let waits = check("--param=pin=file:pipe").expect(6);
    assert!(waits.stderr.contains("/pipe, which is no regular file"), "{}", waits.stderr);
    let absent = check("--param=pin=@nowhere").expect(3);
    assert!(
        absent.stderr.contains("the value of `pin` cannot be read from nowhere: No such file"),
        "{}",
        absent.stderr
    );
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
fn files_that_others_may_read_are_pointed_out() {
    let story = Story::of(WAITS);
    story.moontide(&WAITING).expect(4);
    for file in ["moontide.db", "secret.key"] {
        let mode =
            fs::metadata(story.store().join(file)).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    assert_eq!(story.moontide(&["status", "x"]).expect(0).stderr, "");
    allow(&story.store().join("moontide.db"), 0o644);
    let ran = story.moontide(&["status", "x"]).expect(0);
    assert!(
        ran.stderr.contains("warning: others than its owner may read the store"),
        "{}",
        ran.stderr
    );
    allow(&story.store().join("secret.key"), 0o640);
    story.moontide(&["answer", "x", "continue"]).expect(0);
    let ran = story.moontide(&["resume", "x"]).expect(6);
    assert!(ran.stderr.contains("others than its owner may read it"), "{}", ran.stderr);
}
