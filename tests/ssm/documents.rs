//! What the documents are, what judges say of them, and that nothing gets out of its quotes.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::agent::{Agent, Hands};
use crate::judge::{judge, schema};
use crate::support::{Home, repository};
use crate::validator::mistakes;

/// What could leave its quotes, its line, its flag or its braces.
const ATTEMPTS: [&str; 18] = [
    "x\"; touch HACKED; \"",
    "x'; touch HACKED; '",
    "$(touch HACKED)",
    "`touch HACKED`",
    "x\ntouch HACKED\n",
    "x; touch HACKED",
    "x | touch HACKED",
    "x && touch HACKED",
    "${IFS}touch${IFS}HACKED",
    "{{ Execution }}",
    "{{Store}}",
    "x\\\"; touch HACKED; \\\"",
    "x\r\ntouch HACKED",
    "--help",
    "-x",
    "../../etc/passwd",
    "x\u{0085}touch HACKED",
    "x>HACKED",
];

/// The documents with all that can be chosen, and with nothing chosen.
const KINDS: [(&str, &[&str]); 4] = [
    ("command", &["ssm", "document"]),
    (
        "command_fetched",
        &[
            "--store=dynamodb:moontide@us-east-2",
            "ssm",
            "document",
            "--allow-recovery",
            "--from=https://drills.s3.us-west-2.amazonaws.com/runbooks/",
        ],
    ),
    ("automation", &["ssm", "document", "--kind=automation", "--pauses=1"]),
    (
        "automation_recovery",
        &[
            "ssm",
            "document",
            "--kind=automation",
            "--pauses=0",
            "--allow-recovery",
            "--command-document=Shop-Run",
        ],
    ),
];

fn printed(arguments: &[&str]) -> String {
    Home::new().run(arguments).expect(0).stdout
}

/// `UPDATE_GOLDEN=1 cargo test -p moontide --test ssm golden` writes them anew.
#[test]
fn documents_are_those_of_the_golden_files() {
    #[expect(clippy::disallowed_methods, reason = "asks whether to write them anew")]
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    for (name, arguments) in KINDS {
        let path = repository("tests/ssm/golden").join(format!("{name}.json"));
        let text = printed(arguments);
        if update {
            fs::write(&path, &text).expect("it can be written");
        }
        let golden = fs::read_to_string(&path).expect("a golden file");
        assert_eq!(text, golden, "{name}");
    }
}

#[test]
fn command_documents_are_what_the_agent_reads() {
    for (name, arguments) in KINDS.iter().filter(|(name, _)| name.starts_with("command")) {
        let text = printed(arguments);
        assert_eq!(mistakes(&text), Vec::<String>::new(), "{name}");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        let lines = document["mainSteps"].as_array().and_then(|it| it.last()).expect("a step");
        let lines = lines["inputs"]["runCommand"].as_array().expect("lines");
        for (parameter, declared) in document["parameters"].as_object().expect("parameters") {
            let place = format!("{{{{{parameter}}}}}");
            let used: Vec<&str> =
                lines.iter().filter_map(Value::as_str).filter(|it| it.contains(&place)).collect();
            let fallback = format!(
                "if [ -z \"${{SSM_{parameter}+x}}\" ]; then export SSM_{parameter}=\"{place}\"; fi"
            );
            let is_handed = declared["interpolationType"] == "ENV_VAR";
            let expected = if is_handed { vec![fallback.as_str()] } else { Vec::new() };
            assert_eq!(
                used, expected,
                "{parameter} stands where the agent hands it over, and nowhere else"
            );
        }
    }
}

#[test]
fn automations_are_what_the_schema_of_the_language_service_says() {
    let schema = schema();
    let schema = schema.to_str().expect("text");
    for (name, arguments) in KINDS.iter().filter(|(name, _)| name.starts_with("automation")) {
        // The schema is older than this runtime, and knows those that AWS has given up meanwhile.
        let text = printed(arguments).replace("python3.11", "python3.7");
        let said = judge(&["schema", schema], &text).expect(0).stdout;
        assert_eq!(said, "", "{name}");
    }
    let mut bad: Value = serde_json::from_str(&printed(KINDS[2].1)).expect("JSON");
    bad["mainSteps"][0]["action"] = "aws:runComand".into();
    let said = judge(&["schema", schema], &bad.to_string()).expect(0).stdout;
    assert!(said.contains("aws:runComand"), "a judge that sees nothing: {said}");
}

#[test]
fn every_step_of_an_automation_leads_to_one_that_is_there() {
    let text = printed(&["ssm", "document", "--kind=automation", "--pauses=3"]);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let steps = document["mainSteps"].as_array().expect("steps");
    let names: Vec<&str> = steps.iter().filter_map(|it| it["name"].as_str()).collect();
    let mut led: Vec<String> = Vec::new();
    for step in steps {
        let texts = [&step["nextStep"], &step["onFailure"], &step["inputs"]["Default"]];
        led.extend(
            texts
                .into_iter()
                .filter_map(Value::as_str)
                .filter(|it| *it != "Abort")
                .map(str::to_owned),
        );
        let choices = step["inputs"]["Choices"].as_array().into_iter().flatten();
        led.extend(choices.filter_map(|it| it["NextStep"].as_str()).map(str::to_owned));
    }
    for to in &led {
        let to = to.strip_prefix("step:").unwrap_or(to);
        assert!(names.contains(&to), "there is no step `{to}`");
    }
    assert!(led.len() > 15, "{led:?}");
}

#[test]
fn the_automation_reads_the_prompt_that_is_asked() {
    let text = printed(KINDS[2].1);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let steps = document["mainSteps"].as_array().expect("steps");
    let script =
        &steps.iter().find(|it| it["name"] == "read1").expect("it reads")["inputs"]["Script"];
    let output = "moontide: resuming: drill\nmoontide: paused: drill web#1%20x application\na drill of shop\n\
                  ? web#1 x | Is it good? Really?\n";
    let said = judge(&["prompt"], &json!({ "script": script, "output": output }).to_string());
    let said = said.expect(0).json();
    assert_eq!(said, json!({ "Prompt": "web#1 x", "Question": "Is it good? Really?" }));
    let none = json!({ "script": script, "output": "moontide: completed: drill\n" }).to_string();
    assert_ne!(judge(&["prompt"], &none).code, Some(0));
}

#[test]
fn calls_with_these_documents_are_what_botocore_takes() {
    let (command, automation) = (printed(KINDS[0].1), printed(KINDS[2].1));
    let calls = json!([
        { "operation": "CreateDocument", "arguments": {
            "Name": "Moontide-Run", "DocumentType": "Command", "DocumentFormat": "JSON", "Content": command } },
        { "operation": "CreateDocument", "arguments": {
            "Name": "Moontide-Drill", "DocumentType": "Automation", "Content": automation } },
        { "operation": "SendCommand", "arguments": {
            "DocumentName": "Moontide-Run", "InstanceIds": ["i-0123456789abcdef0"], "TimeoutSeconds": 600,
            "Parameters": { "Runbook": ["shop"], "Execution": ["drill-7"] } } },
    ]);
    assert_eq!(judge(&["calls"], &calls.to_string()).expect(0).stdout, "");
    let bad = json!([{ "operation": "SendCommand", "arguments": { "DocumentName": 7 } }]);
    assert!(judge(&["calls"], &bad.to_string()).expect(0).stdout.contains("DocumentName"));
}

#[test]
fn no_pattern_takes_what_could_leave_its_quotes() {
    for (name, arguments) in KINDS {
        let document: Value = serde_json::from_str(&printed(arguments)).expect("JSON");
        let mut parameters = document["parameters"].clone();
        let all = parameters.as_object_mut().expect("parameters");
        all.retain(|_, declared| !declared["allowedPattern"].is_null());
        assert!(all.len() >= 5, "{name}");
        let asked = json!({ "parameters": parameters, "attempts": ATTEMPTS });
        let taken = judge(&["patterns"], &asked.to_string()).expect(0).stdout;
        assert_eq!(taken, "", "{name}");
    }
}

#[test]
fn a_command_that_is_sent_refuses_what_its_document_would() {
    for attempt in ATTEMPTS {
        let execution = format!("--execution-id={attempt}");
        let param = format!("--param=x={attempt}");
        let answer = format!("--answer=web={attempt}");
        let store = format!("--store=sqlite:/{attempt}");
        let base = [
            "ssm",
            "send",
            "--instance=i-0123456789abcdef0",
            "--mode=drill",
            "--region=us-west-2",
            // Nothing listens there.
            "--endpoint-url=http://127.0.0.1:9",
        ];
        let tries: [&[&str]; 5] = [
            &["--execution-id=drill", "--", attempt],
            &[&execution, "shop"],
            &["--execution-id=drill", &param, "shop"],
            &["--execution-id=drill", &answer, "shop"],
            &["--execution-id=drill", &store, "shop"],
        ];
        for tried in tries {
            let ran = Home::new().run(&[&base, tried].concat());
            // What begins with a hyphen within a value is a part of it, and harmless: nothing is sent all the same.
            assert!(matches!(ran.code, Some(2 | 6)), "{tried:?}: {ran:?}");
            let is_word = ["--help", "-x", "../../etc/passwd"].contains(&attempt);
            assert!(ran.code == Some(2) || is_word, "{tried:?}: {ran:?}");
        }
    }
}

/// Also where nothing checks the patterns, a new agent's variables are no words of the shell; and what the patterns
/// take is harmless where an old agent pastes it.
#[test]
fn nothing_that_is_given_is_ever_run() {
    let home = Home::new();
    let recorder = home.path().join("recorder");
    let script = "#!/bin/sh\nfor word in \"$@\"; do printf '[%s]' \"$word\"; done\n";
    fs::write(&recorder, script).expect("it can be written");
    fs::set_permissions(&recorder, fs::Permissions::from_mode(0o700)).expect("it is ours");
    let binary = format!("--binary={}", recorder.display());
    let text = printed(&["ssm", "document", "--allow-recovery", &binary]);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let mut agent = Agent::new(home.path());
    agent.directory = home.path().to_path_buf();
    let names = ["Runbook", "Mode", "Execution", "Params", "Answer", "Store", "PausedIs"];
    for name in names {
        for attempt in ATTEMPTS {
            let mut given = vec![("Runbook", "shop"), ("Execution", "drill")];
            given.retain(|(other, _)| *other != name);
            given.push((name, attempt));
            let shown = agent.run(&document, &given).expect(0);
            assert!(shown.stdout.contains(attempt), "{name}: {attempt:?}: {}", shown.stdout);
            let files = fs::read_dir(home.path())
                .expect("a folder")
                .map(|it| it.expect("a file").file_name());
            assert!(
                !files.into_iter().any(|it| it.to_string_lossy().contains("HACKED")),
                "{name}: {attempt}"
            );
        }
    }
    agent.hands = Hands::Paste;
    let given = [
        ("Runbook", "shop/web.luau"),
        ("Execution", "drill-2027.01_a"),
        ("Params", "a=1,b=x@y%20,c=-+/:"),
        ("Answer", "web.2#1=try-again"),
        ("Store", "dynamodb:arn:aws:dynamodb:us-east-2:111122223333:table/drills"),
    ];
    let shown = agent.run(&document, &given).expect(0);
    for (_, value) in given {
        assert!(shown.stdout.contains(value), "{value}: {}", shown.stdout);
    }
    assert!(shown.stdout.ends_with("[--][shop/web.luau]"), "{}", shown.stdout);
    assert!(!shown.stdout.contains("--yes"), "{}", shown.stdout);
    let recovery = agent.run(&document, &[&given[..2], &[("Mode", "recovery")]].concat());
    assert!(recovery.expect(0).stdout.contains("[--yes]"));
}
