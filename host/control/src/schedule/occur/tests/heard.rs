//! What a receiver hears of a year of schedules.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::store::Store;

use crate::notify::queue::Item;
use crate::notify::receiver::Written;
use crate::notify::round::Post;
use crate::notify::sender::{Trouble, Wire};
use crate::notify::{Event, Receiver, What};

/// A receiver that takes all that it is told, and counts.
#[derive(Default)]
pub(super) struct Heard(Mutex<BTreeMap<String, (Event, u32)>>);

impl Heard {
    /// How often it was told so of a time.
    pub(super) fn times(&self, what: What, schedule: &str, time: Timestamp) -> u32 {
        let key = format!("schedule.{schedule}:{}:{}", what.word(), time.as_second());
        self.0.lock().unwrap().get(&key).map_or(0, |(_, count)| *count)
    }

    /// All that it was told.
    pub(super) fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().values().map(|(event, _)| event.clone()).collect()
    }

    /// Sends it what waits.
    pub(super) async fn send(&self, store: &dyn Store, now: Timestamp) {
        let post = Post { store, clock: &At(now), wire: self, teller: "teller" };
        post.tell(&receiver()).await.unwrap();
    }
}

#[async_trait]
impl Wire for Heard {
    async fn tell(&self, _: &Receiver, event: &Event, _: Timestamp) -> Result<String, Trouble> {
        let mut all = self.0.lock().unwrap();
        all.entry(event.key.clone()).or_insert_with(|| (event.clone(), 0)).1 += 1;
        Ok("200".to_owned())
    }
}

/// The receiver of the test.
pub(super) fn receiver() -> Receiver {
    let text = "name = \"team\"\nkind = \"slack\"\nto = \"https://x.test/\"";
    let written: Written = toml::from_str(text).unwrap();
    written.read(&moontide_aws::web::Reach::default()).unwrap()
}

/// How much the queue remembers.
pub(super) async fn remembered(store: &dyn Store) -> usize {
    Item::all(store, None).await.unwrap().len()
}

/// A clock that stands.
struct At(Timestamp);

#[async_trait]
impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep(&self, _: Duration) {
        std::future::pending::<()>().await;
    }
}
