//! Two executions that share servers, in any order and at once: no instance of one is deleted by the other,
//! nor by another wave, unless an operator named its server; and none that another tool launched.
//!
//! `PROPTEST_CASES` says how many pairs are tried; a few dozen without it.
//!
//! - `pair`: what a pair does, and in which order.
//! - `ledger`: whose instance was deleted by whom, as the jobs of DRS tell it.

#![cfg(target_os = "linux")]

#[path = "pairs/ledger.rs"]
mod ledger;
#[path = "pairs/pair.rs"]
mod pair;
mod support;

use pair::Pair;
use proptest::test_runner::{Config, TestRunner};

/// How many are tried at once: most of the time they wait for the simulator.
const AT_ONCE: u32 = 6;

#[test]
fn no_execution_deletes_what_another_has_launched() {
    #[expect(clippy::disallowed_methods, reason = "it is no setting of the product")]
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = Config {
        cases: cases.unwrap_or(36u32).div_ceil(AT_ONCE),
        max_shrink_iters: 24,
        failure_persistence: None,
        ..Config::default()
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            let config = config.clone();
            scope.spawn(move || {
                let tried = TestRunner::new(config).run(&pair::any_pair(), |pair: Pair| {
                    pair.play();
                    Ok(())
                });
                if let Err(error) = tried {
                    panic!("{error}");
                }
            });
        }
    });
}

/// The property can be broken: an operator who names a server gives up its instance, and the ledger sees it.
#[test]
fn the_ledger_sees_what_was_given_up() {
    let pair = Pair::that_gives_up_everything();
    let deleted = pair.deleted();
    assert!(
        deleted.iter().any(|it| it.by == "second" && it.owner.contains("first")),
        "{deleted:?}"
    );
}
