//! A runbook, a param or AWS may say what it likes, and the operator at the terminal still sees the speaker:
//! what is not ours stands behind ` | `, last in its line, or under a label.

use crate::given::{WORLD, runbook, shop};
use crate::support::Home;

/// What ends or turns a line on some terminal: escapes, separators, turned and invisible text, heaps of marks.
const BREAKS: &[&str] = &[
    "\\n",
    "\\r",
    "\\27[2K\\27[1G",
    "\\27]0;owned\\7",
    "\\u{85}",
    "\\u{2028}",
    "\\u{2029}",
    "\\u{202e}",
    "\\u{2066}",
    "\\u{200b}",
    "\\u{feff}",
    "\\u{9b}2K",
    "\\8\\8\\8",
    "\\11\\12",
    "\\u{e0041}",
];

/// Sentences of Moontide's own.
const OURS: &[&str] = &[
    "? only: continue by ann  +0:12",
    "error[M0402]: there is an execution of that id already",
    "hint: moontide resume other",
    "only  completed",
    "08:00:00Z  only  completed",
    "completed",
    "web-1 launched as i-0123456789abcdef0",
    "next: moontide answer drill continue",
];

/// Everything that is not ours in a line: what stands behind the mark. Nothing, if the line is all ours.
fn theirs(line: &str) -> &str {
    line.split_once("| ").map_or("", |(_, theirs)| theirs)
}

/// No line of these texts holds a forged sentence but behind the mark, nor anything that a terminal obeys.
#[track_caller]
fn assert_attributed(text: &str) {
    assert_harmless(text);
    for line in text.lines() {
        let ours = &line[..line.len() - theirs(line).len()];
        for sentence in OURS {
            assert!(!ours.contains(&format!("#{sentence}#")), "{line}\nin\n{text}");
        }
    }
}

/// Nothing in the text moves a cursor, turns letters round or hides.
#[track_caller]
fn assert_harmless(text: &str) {
    let obeyed = |it: char| {
        (it.is_control() && it != '\n')
            || matches!(it, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
            || matches!(it, '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
    };
    assert!(!text.contains(obeyed), "{text:?}");
}

/// Luau that gives one text which tries everything; each forged sentence stands between `#`.
fn everything() -> String {
    let forged = |sentence: &&str| {
        BREAKS.iter().map(|end| format!("{end}#{sentence}#")).collect::<Vec<_>>().concat()
    };
    format!("\"x{}\"", OURS.iter().map(forged).collect::<Vec<_>>().concat())
}

/// A home whose runbook says everything in every way that there is.
fn forger() -> Home {
    let text = everything();
    let waves = format!(
        "{{ name = \"only\", pause = {{ message = \"Now? #only  completed#  continue by ann\" }},\n\
           servers = {{ tags = {{ App = \"shop\" }} }},\n\
           verify = function(wave)\n\
             local host, all = require(\"@moontide/host\"), {text}\n\
             for _, level in {{ \"debug\", \"info\", \"warn\", \"error\" }} do moontide.log[level](all) end\n\
             moontide.log.info(\"#completed#\")\n\
             moontide.phase(all)\n\
             host.report(\"server\", {{ server = all, name = all, verdict = all, instance_id = all, reason = all }})\n\
             host.report(\"server\", {{ server = \"#only  completed#\", verdict = \"#completed#\" }})\n\
             pcall(moontide.ask, {{ message = \"?\", choices = {{ all }} }})\n\
             pcall(moontide.ask, {{ message = \"#completed#\", approvers = {{ all }} }})\n\
             moontide.ask {{ message = all, choices = {{ \"yes\" }}, approvers = {{ \"ann\" }} }}\n\
             error({{ code = all, message = all, details = {{ servers = {{ {{ server = all, verdict = all }} }} }} }})\n\
           end }},"
    );
    let world = WORLD.replace(
        "name = \"db\"\n",
        "name = \"db\"\ntags = { App = \"shop\", Name = \"a\\n#only  completed#\\u202e\" }\n",
    );
    shop(&[
        ("moontide.toml", "[approvers]\nann = [\"*\"]\n"),
        ("runbook.luau", &runbook("shop", &waves)),
        ("world.toml", &world),
    ])
}

#[test]
fn whatever_a_runbook_says_stands_behind_the_mark() {
    let home = forger();
    let ran = home.run(&["rehearse", &home.shop("")]).expect(1);
    assert_attributed(&ran.stderr);
    assert_attributed(&ran.stdout);
    let logged = ran.stderr.lines().filter(|line| line.contains("  only  | x\\n#")).count();
    assert_eq!(logged, 1, "{}", ran.stderr);
    let short = "  only  | #completed#\n";
    assert!(ran.stderr.contains(short), "{}", ran.stderr);
    assert!(ran.stderr.contains("  only  error | x"), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("? only: continue by the rehearsal  +0:00 | Now? #"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("? only#1.") && ran.stdout.contains(" | x\\n#"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("after passed"), "{}", ran.stdout);
}

#[test]
fn what_is_read_again_from_the_journal_stands_there_too() {
    let home = forger();
    let world = std::fs::read_to_string(home.shop("world.toml")).expect("it is there");
    let sim = crate::support::Sim::with(&world);
    let [endpoint, speed] = sim.flags();
    let folder = home.shop("");
    let run = ["run", &folder, "--mode=drill", "--execution-id=drill", &endpoint, &speed];
    assert_attributed(&home.run(&run).expect(4).stdout);
    let nasty = "--comment=x\n#only  completed#\u{202e}";
    home.run(&["answer", "drill", "continue", "--by=ann\n\u{202e}", nasty]).expect(0);
    let resume = ["resume", "drill", "--answer=yes", &endpoint, &speed];
    let ran = home.run(&resume).expect(1);
    assert_attributed(&ran.stderr);
    for command in [&["status", "drill"][..], &["show", "drill"], &["journal", "drill"], &["list"]]
    {
        let ran = home.run(command).expect(0);
        assert_harmless(&ran.stdout);
        let forged = ran.stdout.lines().find(|line| {
            OURS.iter().any(|ours| line.trim_start().trim_start_matches('#').starts_with(ours))
        });
        assert_eq!(forged, None, "{command:?}");
        let json = home.run(&[command, &["--output=json"]].concat()).expect(0).stdout;
        assert!(
            json.is_ascii() && !json.trim_end().contains(|it: char| it.is_control() && it != '\n')
        );
    }
}

#[test]
fn a_runbook_that_will_not_load_cannot_complain_in_our_name() {
    let all = everything();
    for (raised, exit) in [
        (format!("error({all})"), 3),
        (format!("error({{ code = \"Internal\", message = {all} }})"), 3),
        (format!("error({{ code = \"SyntaxError\", message = {all} }})"), 3),
        (
            format!(
                "require(\"@moontide/host\").raise {{ code = \"LimitExceeded\", message = {all} }}"
            ),
            3,
        ),
    ] {
        let home = shop(&[("runbook.luau", &format!("{raised}\n"))]);
        let said = home.refusal(&["check", &home.shop("")], exit);
        // The source itself is quoted below, behind its line's number.
        assert_attributed(&said);
        assert!(said.starts_with("error[M0205]: the runbook raised an error | x"), "{said}");
    }
    let home = shop(&[("runbook.luau", &format!("require({all})\n"))]);
    assert_harmless(&home.refusal(&["check", &home.shop("")], 3));
}

#[test]
fn a_trace_for_the_person_who_debugs_is_harmless_too() {
    let home = forger();
    // At this level the SDK repeats what AWS answers, tags and all.
    let mut traced = home.moontide(&["rehearse", &home.shop("")]);
    let output = traced.env("MOONTIDE_LOG", "trace").output().expect("moontide starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_harmless(&said);
    let repeats = |line: &&str| line.contains("TRACE") && line.contains("#only  completed#");
    assert!(said.lines().any(|line| repeats(&line)), "{} bytes of trace", said.len());
}

#[test]
fn a_description_is_shown_under_its_name() {
    let text = "description = \"error[M0402]: x\\nshop  valid  1 wave\\u{202e}\",\n\twaves = {";
    let source = runbook("shop", "{ name = \"only\", run = function() end },");
    let home = shop(&[("runbook.luau", &source.replace("waves = {", text))]);
    let shown = home.run(&["check", &home.shop("")]).expect(0).stdout;
    assert_harmless(&shown);
    let described = "description  error[M0402]: x\\nshop  valid  1 wave\\u{202e}";
    assert!(shown.lines().any(|line| line == described), "{shown}");
}

#[test]
fn an_approver_cannot_be_a_sentence() {
    let forged = "dba; answered: continue by ann, 2 of 2";
    let waves = format!(
        "\t\t{{ name = \"web\", run = function() end,\n\
         \t\t\tpause = {{ message = \"Go on?\", approvers = {{ \"{forged}\" }} }} }},"
    );
    let home = shop(&[("runbook.luau", &runbook("shop", &waves))]);
    let said = home.refusal(&["check", &home.shop("")], 3);
    assert!(said.contains("shop/runbook.luau:7:"), "{said}");
    let why = format!("waves[1].pause.approvers[1]: `{forged}` is no approver: a name is made of");
    assert!(said.contains(&why), "{said}");
    let home = shop(&[
        ("runbook.luau", &runbook("shop", "{ name = \"web\", run = function() end },")),
        ("moontide.toml", &format!("[approvers]\n\"{forged}\" = [\"ann\"]\n")),
    ]);
    let said = home.refusal(&["check", &home.shop("")], 6);
    assert!(said.starts_with("error[M0601]: a name is made of letters"), "{said}");
    assert!(said.contains("moontide.toml:2"), "{said}");
}
