//! An execution that was created, and whose runner died before it began.

use moontide_runtime::journal::Execution;
use moontide_runtime::store::{SqliteStore, Store};

use crate::Story;

/// A story whose `later` was created and never begun.
fn unbegun() -> Story {
    let story = Story::of("{ name = 'web', pause = 'Begin?', run = function() end },");
    story.run(&[], 4);
    let path = story.home.path().join("moontide/moontide.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let database = SqliteStore::open(&path).expect("it opens");
        let head = database.execution("drill").await.expect("it is there");
        let later = Execution { id: "later".into(), ..head };
        database.create(&later).await.expect("it is new");
    });
    story
}

#[test]
fn what_was_not_asked_yet_takes_no_answer_and_is_asked() {
    let story = unbegun();
    let early = story.say("ann", &["answer", "later", "web", "abort"], 2).stderr;
    assert!(early.contains("`later` has not begun: it asks nothing yet"), "{early}");
    assert!(early.contains("`moontide resume later` begins it"), "{early}");
    let begun = story.drive(&["resume", "later", "--beside=drill"], 4).stdout;
    assert!(begun.contains("next: moontide answer later web continue"), "{begun}");
}

#[test]
fn what_counts_before_it_begins_is_taken_and_seen_alike() {
    let story = unbegun();
    story.say("ann", &["pause", "later"], 0);
    // The pause is asked about already.
    story.say("ann", &["answer", "later", "@pause.1", "abort"], 0);
    let never = story.say("ann", &["retry", "later", "web"], 2).stderr;
    assert!(never.contains("wave `web` is pending, not failed"), "{never}");
    let ended = story.drive(&["resume", "later", "--beside=drill"], 1);
    assert!(!ended.stderr.contains("refused"), "{}", ended.stderr);
    assert!(
        ended.stdout.contains("web  cancelled: aborted by ann (sent by root)"),
        "{}",
        ended.stdout
    );

    let story = unbegun();
    story.say("ann", &["skip", "later", "web"], 0);
    let ended = story.drive(&["resume", "later", "--beside=drill"], 0);
    assert!(ended.stdout.contains("web  skipped by ann (sent by root)"), "{}", ended.stdout);
}
