//! The DynamoDB store: the tests of every store, and what only a service can suffer.
//!
//! - `records`, `leases`, `documents`, `claims`, `archive`, `verified`, `watches`: the same body as for memory and SQLite, from `runtime/tests/stores`.
//! - `sizes`: what does not fit into one item, one request, one page.
//! - `links`: the chain of a journal, recomputed from the items.
//! - `tables`: making one, and what is said about others.
//! - `story`: every operation. `faults`: every fault, at every request of them, over the network.
//! - `arrivals`: imports that overtake each other. `given_up`: those that are given up. `twice`: what arrives. `late`: a write that comes through once it was given up. `seals`: executions that leave while a runner comes.
//! - `matrix`: every kind of call with every fault, long ones too, in virtual time, on two emulators.
//! - `outages`: what lasts longer, in virtual time; `costs`: what an hour of it costs.

#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

#[path = "../../../../runtime/tests/stores/archive.rs"]
mod archive;
mod arrivals;
#[path = "../../../../runtime/tests/stores/claims.rs"]
mod claims;
mod costs;
#[path = "../../../../runtime/tests/stores/documents.rs"]
mod documents;
#[path = "../../../../tests/support/dynamo/mod.rs"]
mod dynamo;
mod faults;
#[path = "../../../../runtime/tests/stores/given.rs"]
mod given;
mod given_up;
mod late;
#[path = "../../../../runtime/tests/stores/leases.rs"]
mod leases;
mod links;
mod matrix;
mod outages;
mod place;
#[path = "../../../../runtime/tests/stores/records.rs"]
mod records;
mod seals;
mod sizes;
mod story;
mod tables;
mod twice;
#[path = "../../../../runtime/tests/stores/verified.rs"]
mod verified;
#[path = "../../../../runtime/tests/stores/watches.rs"]
mod watches;

/// Runs every test on DynamoDB, each time in a new table.
macro_rules! on_every_store {
    ($($test:ident),* $(,)?) => {
        mod on_dynamodb {
            $(#[tokio::test]
            async fn $test() {
                super::$test(&$crate::place::Place::in_a_table().await).await;
            })*
        }
    };
}
pub(crate) use on_every_store;
pub(crate) use on_every_store as on_every_archive;
