use moontide_kit::staged::{execution, failed, journal, prompt, started, step};
use moontide_runtime::history::{Choice, Event as Moved, Outcome, Signal, SignalKind};
use serde_json::json;

use super::*;

fn asked(prompt: Prompt) -> Body {
    Body::Event { event: Moved::Asked { prompt } }
}

fn answered(id: &str, choice: &str, by: &str) -> Body {
    let wish = SignalKind::Answer {
        prompt: id.to_owned(),
        choice: choice.to_owned(),
        fingerprint: String::new(),
        value: serde_json::Value::Null,
    };
    signalled(wish, by, "the replica is good")
}

fn signalled(wish: SignalKind, by: &str, comment: &str) -> Body {
    let (by, sender, comment) = (by.to_owned(), String::new(), comment.to_owned());
    let at = moontide_kit::staged::second(0);
    let signal = Signal { wish, by, sender, comment, at };
    Body::Event { event: Moved::Signalled { signal, number: None, refused: None } }
}

fn completed(wave: &str) -> Body {
    let end = moontide_runtime::history::End::Completed { result: json!({}) };
    Body::Event { event: Moved::Ended { wave: wave.to_owned(), attempt: 1, end } }
}

fn lines(told: &[Told]) -> Vec<String> {
    told.iter().map(|it| format!("{} | {}", it.event.key, it.event.sentence)).collect()
}

#[test]
fn a_journal_says_what_is_told_each_under_a_key_of_its_own() {
    let question = prompt("web#1.1", PromptKind::Question, &["continue", "abort"]);
    let unknown = Prompt {
        on_timeout: Some(Choice::new("did-not")),
        ..prompt("web#1.2", PromptKind::Unknown, &["happened", "did-not"])
    };
    let drill = execution("x-1", 0, &["web", "db"]);
    let told = all(
        &drill,
        &journal(
            0,
            vec![
                started(),
                asked(question),
                answered("web#1.1", "continue", "ann"),
                asked(unknown),
                Body::Event { event: Moved::TimedOut { prompt: "web#1.2".to_owned() } },
                failed("web", "NoRoom", &json!({})),
                completed("db"),
            ],
        ),
    );
    assert_eq!(
        lines(&told),
        [
            "x-1:started:1 | DRILL shop: started by ann in 111122223333, us-west-2",
            "x-1:waits:1 | DRILL shop: wave web waits for a person: Go on?",
            "x-1:answered:1 | DRILL shop: ann: continue: the replica is good (wave web)",
            "x-1:unknown:1 | DRILL shop: whether an effect of wave web happened is not known: Go on?",
            "x-1:answered:2 | DRILL shop: wave web was not answered in time, which means `did-not`",
            "x-1:wave_failed:1 | DRILL shop: wave web has failed: no",
            "x-1:failed:1 | DRILL shop: failed after 6s: wave web",
        ]
    );
    let waits = &told[1].event;
    assert_eq!((waits.wave.as_str(), waits.prompt.as_str(), waits.sequence), ("web", "web#1.1", 2));
    assert_eq!(waits.choices, ["continue", "abort"]);
    assert!(matches!(&told[1].next, Next::Answer { prompt, .. } if prompt == "web#1.1"));
    assert_eq!(told[6].next, Next::status("x-1"));
}

#[test]
fn whichever_part_is_seen_first_the_keys_are_the_same() {
    let drill = execution("x-1", 0, &["web"]);
    let question = |n: u32| prompt(&format!("web#1.{n}"), PromptKind::Question, &["continue"]);
    let entries = journal(
        0,
        vec![
            started(),
            asked(question(1)),
            answered("web#1.1", "continue", "ann"),
            asked(question(2)),
            answered("web#1.2", "continue", "bob"),
            completed("web"),
        ],
    );
    let whole = all(&drill, &entries);
    for cut in 0..entries.len() {
        let mut teller = Teller::new(&drill);
        let mut parts: Vec<Told> =
            entries[..cut].iter().flat_map(|it| behind(&mut teller, it)).collect();
        // Another runner begins anew, and passes by what was told.
        let mut other = Teller::new(&drill);
        for entry in &entries {
            let told = behind(&mut other, entry);
            if entry.sequence > teller.last() {
                parts.extend(told);
            }
        }
        assert_eq!(parts, whole, "cut behind {cut}");
    }
    assert_eq!(whole.last().map(|it| it.event.event), Some(What::Completed));
}

#[test]
fn a_drill_that_is_over_says_what_it_has_left_and_a_cancel_is_told_once() {
    let mut drill = execution("x-1", 0, &["web"]);
    let launch = json!({ "source_servers": [{ "source_server_id": "s-1" }], "is_drill": true });
    let launch = step("x-1", "web", 1, "drs.start_recovery", launch);
    let outcome = Outcome::Ok { value: json!({ "job": { "job_id": "drsjob-1" } }) };
    let cancel = SignalKind::Cancel { seen: 0 };
    let entries = journal(
        0,
        vec![
            started(),
            moontide_kit::staged::intent(&launch),
            moontide_kit::staged::outcome(&launch, outcome),
            asked(prompt("web#1.1", PromptKind::Question, &["continue"])),
            signalled(cancel, "bob", "wrong account"),
            Body::Event {
                event: Moved::Ended {
                    wave: "web".to_owned(),
                    attempt: 1,
                    end: moontide_runtime::history::End::Cancelled { details: json!({}) },
                },
            },
        ],
    );
    let told = all(&drill, &entries);
    assert_eq!(
        lines(&told[2..]),
        [
            "x-1:cancelled:1 | DRILL shop: cancelled by bob after 5s",
            "x-1:leftovers:1 | DRILL shop: what it launched is not cleaned up: drsjob-1",
        ]
    );
    assert_eq!(told[3].next, Next::clean_up("x-1"));
    drill.mode = Mode::Recovery;
    let told = all(&drill, &entries);
    assert_eq!(told.len(), 3, "the instances of a recovery are production");
    assert!(told[0].event.sentence.starts_with("RECOVERY shop: "));
}

#[test]
fn what_a_runbook_says_cannot_look_like_ours() {
    let drill = execution("x-1", 0, &["web"]);
    let mut question = prompt("web#1.1", PromptKind::Question, &["continue"]);
    question.message = format!("ok\n\u{202e}RECOVERY {}", "x".repeat(10_000));
    let told = all(&drill, &journal(0, vec![started(), asked(question)]));
    let said = &told[1].event.sentence;
    assert!(said.contains("ok\\n\\u{202e}RECOVERY x") && said.ends_with("… (cut)"), "{said}");
    assert!(said.len() < 700);
}
