//! What grows with an execution: the questions that were answered in it, the waves that hang on one another. Twice as
//! much should take about twice as long.
//!
//! `cargo bench -p moontide-runtime --bench growth`

mod support;

use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use moontide_runtime::scheduler::{Answers, Driver, Given, Prompt};
use moontide_runtime::store::{MemoryStore, Store};
use support::{drive, driver, execution, nearby, now, row, runtime, spread};

const RUNS: usize = 5;

fn main() {
    row("what grows with an execution, driven in memory", "measured", "aim");
    for count in [1_000, 2_000, 4_000] {
        row(&format!("{count} questions asked and answered"), &middle(&questions(count)), "");
    }
    for (count, aim) in [(100, ""), (200, ""), (400, "450 ms")] {
        row(&format!("a chain of {count} waves"), &middle(&chain(count)), aim);
    }
}

/// A runbook that asks so many questions.
fn questions(count: u32) -> String {
    format!(
        "local moontide = require('@moontide')
        return moontide.runbook {{ name = 'bench', waves = {{ {{ name = 'w', run = function()
            for n = 1, {count} do moontide.ask {{ message = 'On?', choices = {{ 'yes' }} }} end
        end }} }} }}"
    )
}

/// A runbook of so many waves, each behind the one before, which returns a little.
fn chain(count: u32) -> String {
    let mut waves = String::new();
    for n in 1..=count {
        let behind = if n == 1 { String::new() } else { format!("'w{}'", n - 1) };
        let _ = write!(
            waves,
            "{{ name = 'w{n}', depends_on = {{ {behind} }}, run = function() return {{ n = {n} }} end }},"
        );
    }
    format!(
        "local moontide = require('@moontide')
        return moontide.runbook {{ name = 'bench', waves = {{ {waves} }} }}"
    )
}

/// The middle of several runs of this runbook.
fn middle(source: &str) -> String {
    let head = execution("x", source);
    let run = || {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let driver = Driver { answers: Rc::new(Yes), ..driver(&store, nearby()) };
        runtime().block_on(async {
            store.create(&head).await.expect("it is new");
            let begun = now();
            drive(&driver, "x").await;
            begun.elapsed()
        })
    };
    let (middle, ..) = spread((0..RUNS).map(|_| run()).collect::<Vec<Duration>>());
    format!("{middle:.0?}")
}

/// A person who says yes at once.
struct Yes;

#[async_trait(?Send)]
impl Answers for Yes {
    async fn answer(&self, _: &Prompt) -> Option<Given> {
        Some(Given { choice: "yes".to_owned(), by: "ann".to_owned(), ..Given::default() })
    }
}
