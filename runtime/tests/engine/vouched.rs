//! A person vouches for an effect: what it returned, and what becomes of a wave whose program then fails.

use moontide_runtime::scheduler::{Ended, ExecutionStatus, Prompt};
use moontide_runtime::store::SignalKind;
use serde_json::{Value, json};

use crate::support::CallFault;
use crate::{Answers, Story, answer};

const ASKED: &str = "w#1.1.1.unknown";

/// A program that reads what an effect returns, and an effect of which nothing certain is found.
async fn in_doubt() -> Story {
    let story = Story::of(
        "waves = {{ name = 'w', on_failure = 'retry', max_attempts = 9, run = function(wave)
            return host.effect('test.elusive', { say = wave.attempt }).said.word
        end }}",
    )
    .await;
    story.ledger.faults.borrow_mut().push(CallFault::LostReply);
    story.ledger.hidden.set(9);
    story
}

async fn waits(story: &Story) -> Prompt {
    let ended = story.drive(Answers::new()).await.unwrap();
    let Ended::Waiting(prompts) = ended else { panic!("a person should be asked: {ended:?}") };
    prompts[0].clone()
}

fn happened(value: Value) -> SignalKind {
    let (prompt, choice) = (ASKED.into(), "happened".into());
    SignalKind::Answer { prompt, choice, fingerprint: String::new(), value }
}

#[tokio::test(start_paused = true)]
async fn who_says_that_it_happened_says_what_it_returned() {
    let story = in_doubt().await;
    assert_eq!(waits(&story).await.returns.as_deref(), Some(r#"{"said":1}"#));
    story.send(answer(ASKED, "happened")).await;
    assert_eq!(waits(&story).await.id, ASKED, "it is still asked");
    story.send(happened(json!({ "said": { "word": "yes" } }))).await;
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(story.state().await.waves[0].result, "yes");
    assert_eq!(story.times("test.elusive"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wave_that_fails_behind_a_person_s_word_is_not_attempted_again_by_itself() {
    let story = in_doubt().await;
    waits(&story).await;
    story.send(happened(json!({ "word": "what the program does not look for" }))).await;
    assert_eq!(waits(&story).await.id, "w#1.failure");
    let failure = story.state().await.waves[0].failure.clone();
    assert!(failure.is_some_and(|it| it.uncertain), "it is not known what is there");
    assert_eq!(story.times("test.elusive"), 1);
}
