//! One body of tests for every store, and what only a file can suffer.
//!
//! `records`, `leases`, `documents`, `claims`, `watches`, `verified` and `archive` run here in memory and on SQLite, and in `host/aws/tests/stores` on DynamoDB.

#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

mod archive;
mod chain;
mod claims;
mod damaged;
mod documents;
mod forged;
mod given;
mod leases;
mod place;
mod records;
mod renewals;
mod sqlite;
mod verified;
mod watches;

/// Runs every test on every store, each time in a new place.
macro_rules! on_every_store {
    ($($test:ident),* $(,)?) => {
        mod on_memory {
            $(#[tokio::test]
            async fn $test() {
                super::$test(&$crate::place::Place::in_memory()).await;
            })*
        }
        mod on_sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(&$crate::place::Place::in_a_file()).await;
            })*
        }
    };
}
pub(crate) use on_every_store;

/// Runs every test on every store that outlives its process.
macro_rules! on_every_archive {
    ($($test:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(&$crate::place::Place::in_a_file()).await;
            })*
        }
    };
}
pub(crate) use on_every_archive;
