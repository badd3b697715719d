//! What a journal tells those who follow is what its runner has told those who watched it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use jiff::Timestamp;
use moontide_runtime::observe::{Notice, Observer};
use moontide_runtime::scheduler::{Ended, ExecutionStatus, Graph, Retold, State};
use moontide_runtime::store::{SignalKind, Store};

use crate::signals::retry;
use crate::support::{Fuse, driver, lease, world};
use crate::{Answers, Story, answer};

/// An observer that remembers.
#[derive(Default)]
struct Witness(RefCell<Vec<Notice>>);

impl Observer for Witness {
    fn notice(&self, _at: Timestamp, notice: &Notice) {
        self.0.borrow_mut().push(notice.clone());
    }
}

/// Drives as far as it goes before an observer.
async fn watched(story: &Story, witness: &Rc<Witness>) -> Ended {
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.observer = Rc::clone(witness) as Rc<dyn Observer>;
    driver.drive(&held, std::future::pending()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_journal_tells_what_the_runners_have_told() {
    let story = Story::of(
        "waves = {
            { name = 'a', pause = 'Begin?', run = function()
                host.phase('busy')
                moontide.log.info('hello')
                host.effect('test.tagged', { say = 1 })
            end },
            { name = 'b', depends_on = { 'a' }, run = function(wave)
                if wave.attempt == 1 then error('not yet') end
                moontide.sleep('1m')
            end },
            { name = 'c', depends_on = { 'b' }, run = function() end },
        }",
    )
    .await;
    let witness = Rc::new(Witness::default());
    assert!(matches!(watched(&story, &witness).await, Ended::Waiting(_)));
    story.send(answer("a", "nonsense")).await;
    story.send(answer("a", "continue")).await;
    let ended = watched(&story, &witness).await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Failed));
    story.send(SignalKind::Note).await;
    story.send(retry("b")).await;
    let ended = watched(&story, &witness).await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed));

    let graph = Graph::of(&story.store.execution("x").await.unwrap());
    let state = State::new(&graph);
    let mut retold = Retold::behind(graph, state);
    let entries = story.entries().await;
    let told: Vec<Notice> = entries.iter().flat_map(|entry| retold.next(entry)).collect();
    assert_eq!(retold.state(), &story.state().await);
    // What programs say is in no journal.
    let is_said = |notice: &Notice| matches!(notice, Notice::Log { .. } | Notice::Phase { .. });
    let (said, seen): (Vec<_>, Vec<_>) =
        witness.0.take().into_iter().partition(|notice| is_said(notice));
    assert_eq!(said.len(), 2, "{said:?}");
    assert_eq!(told, seen);
    assert!(told.iter().any(|notice| matches!(notice, Notice::Refused { .. })), "{told:?}");
}
