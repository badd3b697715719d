//! What a program is given, and what it hands to AWS.

use serde_json::json;

use crate::shown::Case;

#[test]
fn a_program_sees_only_what_its_wave_depends_on() {
    let case = Case { name: "context", before: "a: M0701 at resume, for ever" };
    let story = case.story();
    story.drill("a", &case.path("a.luau"), &[]).expect(4);
    story.say(&["answer", "a", "yes"], 0);
    let ended = story.resume("a");
    case.comes_to(&format!("a: exit {:?}, {}", ended.code, story.waves("a")));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let journal = story.journal("a");
    let of_report = journal.iter().filter(|it| it["lane"] == "report#1");
    let sleeps: Vec<_> =
        of_report.filter(|it| it["arguments"]["duration"].as_f64() == Some(4.0)).collect();
    assert!(!sleeps.is_empty(), "`results` was not empty, though it depends on nothing");
}

#[test]
fn what_a_wave_is_given_is_fixed_when_its_attempt_starts() {
    let case = Case { name: "context", before: "b: a wave that was running well failed at resume" };
    let story = case.story();
    // Of one wave only, so that nothing is launched twice: its neighbour ends while it waits.
    let runbook = std::fs::read_to_string(case.path("b.luau")).expect("it is there");
    let runbook = runbook.replace("App = \"shop\" }", "Tier = \"web\" }");
    std::fs::write(story.home.path().join("b.luau"), runbook).expect("it can be written");
    let path = story.home.path().join("b.luau");
    let first = story.drill("b", path.to_str().expect("a readable path"), &[]).expect(4);
    story.say(&["answer", "b", "yes"], 0);
    let ended = story.resume("b");
    case.comes_to(&format!("b: exit {:?}, {}", ended.code, story.waves("b")));
    assert_eq!(ended.code, Some(0), "{first:?} {ended:?}");
}

/// The case as it was found: the broad wave is refused, and the one that runs well goes on.
#[test]
fn a_wave_that_runs_well_is_not_failed_by_a_resume() {
    let case = Case { name: "context", before: "b, overlapping: `database` failed at resume" };
    let story = case.story();
    story.drill("b", &case.path("b.luau"), &[]).expect(4);
    story.say(&["answer", "b", "yes"], 0);
    let ended = story.resume("b");
    case.comes_to(&format!("b, overlapping: exit {:?}, {}", ended.code, story.waves("b")));
    assert_eq!(story.waves("b"), "database completed, shop failed", "{ended:?}");
    assert_eq!(story.launched_twice(), [""; 0]);
    let status = story.say(&["show", "b"], 0).stdout;
    assert!(status.contains("database") && status.contains("db-1"), "{status}");
}

#[test]
fn an_option_that_a_function_does_not_know_is_refused_before_anything_is_sent() {
    let case = Case {
        name: "document_version",
        before: "sent without DocumentVersion, `timeout_secs` swallowed",
    };
    let story = case.story();
    let slip = story.drill("slip", &case.path(""), &[]);
    let told = slip.stdout.clone() + &slip.stderr;
    case.comes_to(&format!(
        "with a slip: exit {:?}, {} sent",
        slip.code,
        story.sim.performed("SendCommand")
    ));
    assert_eq!(slip.code, Some(1), "{told}");
    assert!(told.contains("timeout_secs") && told.contains("did you mean"), "{told}");
    assert_eq!(story.sim.performed("SendCommand"), 0);
}

#[test]
fn the_version_of_a_document_reaches_aws() {
    let case = Case { name: "document_version", before: "sent without DocumentVersion" };
    let story = case.story();
    let runbook = std::fs::read_to_string(case.path("runbook.luau")).expect("it is there");
    let path = story.home.path().join("runbook.luau");
    let runbook = runbook.replace("timeout_secs =", "timeout =");
    std::fs::write(&path, runbook).expect("it can be written");
    let ran = story.drill("drill", path.to_str().expect("a readable path"), &[]);
    let sent = story.sim.asked("SendCommand");
    let versions: Vec<_> = sent.iter().map(|it| it["DocumentVersion"].clone()).collect();
    case.comes_to(&format!("DocumentVersion {versions:?}"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(versions, [json!("7")]);
}

/// A world whose command answers 140 rows of JSON, of which the 71st is bad.
fn replicas(rows: usize) -> (String, usize) {
    let row = |id: usize| match id {
        70 => format!("{{'id': {id}, 'state': 'BROKEN', 'lag_s': 99999}}"),
        _ => format!("{{'id': {id}, 'state': 'READY', 'lag_s': 0}}"),
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    let said = format!("{{'replicas': [{}]}}", rows.join(", "));
    let world = format!(
        "version = 1\naccount = \"111122223333\"\nregion = \"us-west-2\"\n\
         [[servers]]\nname = \"db-1\"\ntags = {{ App = \"shop\" }}\n\
         [[commands]]\ncontains = \"replica-status\"\nstdout = \"{said}\"\n"
    );
    (world, said.len())
}

#[test]
fn what_a_command_says_arrives_whole_as_far_as_aws_gives_it() {
    let case =
        Case { name: "long_output", before: "5,929 characters became 2,502, the middle cut out" };
    let (world, length) = replicas(140);
    let story = case.in_world(&world);
    let ran = story.drill("drill", &case.path(""), &[]);
    let line = ran.stderr.lines().find(|line| line.contains("stdout has")).unwrap_or_default();
    case.comes_to(line.split_once('|').map_or(line, |(_, said)| said));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(line.contains(&format!("stdout has {length} bytes")), "{length}: {line}");
    assert!((ran.stdout + &ran.stderr).contains("a replica is broken"));
}

#[test]
fn what_aws_has_cut_is_marked_as_cut() {
    let case = Case { name: "long_output", before: "no mark" };
    let (world, length) = replicas(700);
    assert!(length > 24_000);
    let story = case.in_world(&world);
    let runbook = std::fs::read_to_string(case.path("runbook.luau")).expect("it is there");
    let runbook = runbook.replace(
        "if string.find(said, \"BROKEN\", 1, true) then",
        "moontide.log.info(`cut: {results[1].truncated}`)\nif string.find(said, \"BROKEN\", 1, true) then",
    );
    let path = story.home.path().join("runbook.luau");
    std::fs::write(&path, runbook).expect("it can be written");
    let ran = story.drill("drill", path.to_str().expect("a readable path"), &[]);
    let line = |text: &str| ran.stderr.lines().find(|line| line.contains(text)).unwrap_or_default();
    case.comes_to(&format!(
        "{} {}",
        line("stdout has").rsplit(';').next().unwrap_or(""),
        line("cut:")
    ));
    assert!(line("stdout has").contains("stdout has 24000 bytes"), "{}", ran.stderr);
    assert!(line("cut:").contains("cut: true"), "{}", ran.stderr);
}

#[test]
fn no_function_of_the_library_takes_a_misspelt_option_without_a_word() {
    let case = Case {
        name: "unknown_options",
        before: "nine options taken without a word by six functions",
    };
    let story = case.story();
    let ran = story.drill("drill", &case.path(""), &[]);
    let lines: Vec<&str> =
        ran.stderr.lines().filter(|line| line.contains(" }") && line.contains(": ")).collect();
    let slips = ["(slip)", "regoin", "time_out"];
    let slips: Vec<&&str> =
        lines.iter().filter(|line| slips.iter().any(|slip| line.contains(slip))).collect();
    let taken: Vec<_> = slips.iter().filter(|line| line.contains("TAKEN")).collect();
    case.comes_to(&format!("{} of {} slips taken without a word", taken.len(), slips.len()));
    assert_eq!(slips.len(), 8, "{}", ran.stderr);
    assert!(taken.is_empty(), "{taken:?}");
    for slip in slips {
        assert!(slip.contains("refused"), "{slip}");
    }
}
