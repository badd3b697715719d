//! Kill it anywhere: at every journal write, before and after; at every call, before and after its
//! effect; and again during the resume. The end is the same, and nothing happens twice.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

mod support;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use moontide_runtime::journal::{Body, Entry};
use moontide_runtime::scheduler::{Ended, ExecutionStatus, Graph, State, WaveStatus, machine};
use moontide_runtime::store::{MemoryStore, Store};
use support::{Fuse, Ledger, driver, execution, fused, killed, lease, world};

const RUNBOOK: &str = r#"
local moontide = require("@moontide")
local host = require("@moontide/host")

return moontide.runbook {
	name = "crashes",
	waves = {
		{
			name = "one",
			run = function()
				local first = host.effect("test.tagged", { say = "a" })
				host.effect("test.convergent", { say = "b" })
				return first.said
			end,
		},
		{
			name = "two",
			run = function()
				local order = {}
				moontide.parallel {
					function() table.insert(order, host.effect("test.token", { say = "c" }).said) end,
					function()
						host.effect("test.read", {})
						table.insert(order, host.effect("test.tagged", { say = "d" }).said)
					end,
					function() table.insert(order, host.effect("test.tagged", { say = "e" }).said) end,
				}
				return table.concat(order)
			end,
		},
		{
			name = "three",
			depends_on = { "one", "two" },
			pause = "Go on?",
			run = function(wave)
				host.effect("test.tagged", { say = wave.results.one .. wave.results.two })
				if wave.attempt < 2 then error("not yet") end
			end,
			on_failure = "retry",
		},
	},
}
"#;

/// One execution, through as many processes as it takes.
struct Story {
    store: Arc<MemoryStore>,
    ledger: Rc<Ledger>,
}

impl Story {
    async fn begin() -> Story {
        let store = Arc::new(MemoryStore::new());
        store.create(&execution("x", RUNBOOK)).await.unwrap();
        Story { store, ledger: Rc::default() }
    }

    /// One process, until it ends or its fuse blows. Returns how many points it passed.
    async fn run(&self, fuse: Arc<Fuse>) -> (Option<Ended>, usize) {
        let store = fused(&self.store, &fuse);
        let lease = lease(store.as_ref(), "x").await;
        let world = world(&self.ledger, &fuse);
        let driver = driver(store, world, BTreeMap::from([("three", "continue")]));
        (killed(&driver, &lease, &fuse).await, fuse.points())
    }

    async fn entries(&self) -> Vec<Entry> {
        self.store.journal("x", 1).await.unwrap()
    }

    async fn state(&self) -> State {
        let execution = self.store.execution("x").await.unwrap();
        let entries = self.entries().await;
        let events = entries.iter().filter_map(|entry| match &entry.body {
            Body::Event { event } => Some((entry.at, event)),
            _ => None,
        });
        machine::fold(&Graph::of(&execution), events)
    }

    /// The promises of the durability page, once it is over.
    async fn check(&self, ended: Option<Ended>, undisturbed: &[WaveStatus], story: &str) {
        assert_eq!(ended, Some(Ended::Finished(ExecutionStatus::Completed)), "{story}");
        let done = self.ledger.done.borrow().clone();
        for (key, (operation, times)) in &done {
            let most = if operation == "test.read" { u32::MAX } else { 1 };
            assert!(*times <= most, "{story}: {operation} {key} happened {times} times");
        }
        let sent = done.values().filter(|(operation, _)| operation != "test.read").count();
        assert_eq!(sent, 7, "{story}: an effect was lost");
        let state = self.state().await;
        let statuses: Vec<WaveStatus> = state.waves.iter().map(|wave| wave.status).collect();
        assert_eq!(statuses, undisturbed, "{story}");
        let entries = self.entries().await;
        let epochs: Vec<u64> = entries.iter().map(|entry| entry.epoch).collect();
        assert!(epochs.is_sorted(), "{story}: epochs are interleaved: {epochs:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn killed_at_every_point_and_resumed_it_ends_the_same_and_does_nothing_twice() {
    let calm = Story::begin().await;
    let (ended, points) = calm.run(Fuse::never()).await;
    let undisturbed = vec![WaveStatus::Completed; 3];
    calm.check(ended, &undisturbed, "undisturbed").await;
    assert!(points > 40, "only {points} points of failure");

    for first in 1..=points {
        let story = Story::begin().await;
        let (ended, _) = story.run(Fuse::at(first)).await;
        assert_eq!(ended, None, "the fuse at {first} did not blow");
        let (ended, _) = story.run(Fuse::never()).await;
        story.check(ended, &undisturbed, &format!("killed at {first}")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn killed_again_during_the_resume_it_still_ends_the_same() {
    let (_, points) = Story::begin().await.run(Fuse::never()).await;
    let undisturbed = vec![WaveStatus::Completed; 3];
    for first in (1..=points).step_by(7) {
        for second in 1..=points {
            let story = Story::begin().await;
            story.run(Fuse::at(first)).await;
            let (ended, _) = story.run(Fuse::at(second)).await;
            if ended.is_some() {
                break;
            }
            let (ended, _) = story.run(Fuse::never()).await;
            story.check(ended, &undisturbed, &format!("killed at {first}, then {second}")).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_over_stays_over() {
    let story = Story::begin().await;
    story.run(Fuse::never()).await;
    let entries = story.entries().await;
    let (ended, _) = story.run(Fuse::never()).await;
    assert_eq!(ended, Some(Ended::Finished(ExecutionStatus::Completed)));
    assert_eq!(story.entries().await, entries, "a finished execution was written to");
}
