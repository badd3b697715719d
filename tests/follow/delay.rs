//! How long it takes from an entry in the store to the line in another terminal: a thousand times on each store.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use moontide_aws::{DynamoStore, SessionSettings};
use moontide_runtime::effect::{Class, Key, Lane, Outcome};
use moontide_runtime::journal::{Body, Entry, Execution, Step, canonical};
use moontide_runtime::store::{SqliteStore, Store};
use serde_json::Value;

use crate::given::{Follower, Shop};

/// So many executions are followed at once, each by a process of its own, for so many entries.
const EXECUTIONS: usize = 20;
const ENTRIES: u64 = 50;

/// An effect that has ended just now.
fn entry(id: &str, epoch: u64, sequence: u64, at: Timestamp) -> Entry {
    let lane = Lane::of_wave("first", 1);
    let position = u32::try_from(sequence).expect("few");
    let key = Key::of(id, &lane, position);
    let (operation, class) = ("moontide.now".to_owned(), Class::Pure);
    let hash = canonical::hash(&Value::Null);
    let site = String::new();
    let step = Step { lane, position, operation, class, hash, key, site, arguments: None };
    let outcome = Outcome::Ok { value: Value::Null };
    let body = Body::Outcome { step, attempt: 0, outcome, request_id: None, adopted: false };
    Entry { sequence, epoch, at, body }
}

#[expect(clippy::disallowed_methods, reason = "real processes are measured")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Writes entries into a new execution, each a while after the last one was seen; returns how long each took to be
/// seen, in milliseconds.
async fn delays(store: Arc<dyn Store>, head: Execution, follow: Command, seed: u64) -> Vec<i64> {
    store.create(&head).await.expect("a new one");
    let lease = store.take(&head.id, "test", None).await.expect("it is free");
    let mut follower = Follower::of(follow);
    follower.until("\"status\"");
    let mut random = seed;
    let mut delays = Vec::new();
    for sequence in 1..=ENTRIES {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        // Up to four seconds: a table is looked at less often when nothing happens.
        let pause = Duration::from_millis((random >> 33) & 0xfff);
        tokio::time::sleep(pause).await;
        let at = now();
        let entry = entry(&head.id, lease.epoch, sequence, at);
        store.append(&lease, &[entry]).await.expect("it is ours");
        let reads = tokio::task::spawn_blocking(move || {
            follower.until("\"moontide.now\"");
            (follower, now())
        });
        let (still, came) = reads.await.expect("it has come");
        follower = still;
        delays.push(came.duration_since(at).as_millis().try_into().unwrap_or(i64::MAX));
    }
    delays
}

/// Follows many executions at once in one store.
fn measured(shop: &Shop, store: &Arc<dyn Store>) -> String {
    shop.run().expect(4);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut all = runtime.block_on(async {
        let head = store.execution("drill").await.expect("it is there");
        let begun = (0..EXECUTIONS).map(|number| {
            let head = Execution { id: format!("drill-{number}"), ..head.clone() };
            let follow = shop.command(&["status", &head.id, "--follow", "--output=json"]);
            tokio::spawn(delays(Arc::clone(store), head, follow, number as u64 + 1))
        });
        let mut all = Vec::new();
        for delays in begun.collect::<Vec<_>>() {
            all.extend(delays.await.expect("it is measured"));
        }
        all
    });
    all.sort_unstable();
    let (count, worst) = (all.len(), all.last().copied().unwrap_or_default());
    let mut told = String::new();
    let at = |share: usize| all[(count - 1) * share / 100];
    let _ = write!(told, "{count} lines: p50 {} ms, p99 {} ms, worst {worst} ms", at(50), at(99));
    told
}

#[test]
#[ignore = "takes minutes, and measures"]
#[expect(clippy::print_stdout, reason = "this is what it is for")]
fn the_delay_from_an_entry_to_the_line_in_another_terminal() {
    let shop = Shop::of(crate::TWO);
    let path: &Path = &shop.home.path().join("moontide/moontide.db");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(path).expect("it opens"));
    println!("SQLite: {}", measured(&shop, &store));
    let shop = Shop::in_a_table(crate::TWO);
    let settings = SessionSettings {
        endpoint_url: Some(crate::dynamo::Dynamo::shared().endpoint()),
        region: Some("us-west-2".to_owned()),
        ..SessionSettings::default()
    };
    let store = DynamoStore::open(settings, shop.table_name()).expect("it opens");
    let store: Arc<dyn Store> = Arc::new(store);
    println!("DynamoDB: {}", measured(&shop, &store));
}
