//! In virtual time: what a thousand events cost receivers that take them, fail, hang, or want to be left alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use moontide_kit::staged::{execution, prompt, second};
use moontide_runtime::history::{Body, Entry, Event as Moved, Signal, SignalKind};
use moontide_runtime::scheduler::PromptKind;
use moontide_runtime::store::MemoryStore;

use super::*;
use crate::clocks::VirtualClock;
use crate::notify::catch_up::Follower;
use crate::notify::event::{Event, What};
use crate::notify::receiver::Written;
use crate::notify::worker::{Work, go};

/// What arrived at a receiver: its key, when it happened, and when it arrived.
type Arrivals = Vec<(String, Timestamp, Timestamp)>;

/// What arrived at each receiver, and when.
#[derive(Default)]
struct Network {
    clock: Option<VirtualClock>,
    arrived: Mutex<BTreeMap<String, Arrivals>>,
    calls: Mutex<BTreeMap<String, Vec<Timestamp>>>,
}

impl Network {
    fn now(&self) -> Timestamp {
        self.clock.map_or(Timestamp::UNIX_EPOCH, |clock| clock.now())
    }

    fn keys(&self, receiver: &str) -> Vec<String> {
        let arrived = self.arrived.lock().unwrap();
        arrived.get(receiver).into_iter().flatten().map(|it| it.0.clone()).collect()
    }

    /// The longest time between what happened and its arrival.
    fn latest(&self, receiver: &str) -> Duration {
        let arrived = self.arrived.lock().unwrap();
        let late = arrived[receiver].iter().map(|(_, at, arrived)| words::between(*at, *arrived));
        late.max().unwrap_or_default()
    }

    fn calls(&self, receiver: &str) -> Vec<Timestamp> {
        self.calls.lock().unwrap().get(receiver).cloned().unwrap_or_default()
    }
}

#[async_trait]
impl Wire for Network {
    async fn tell(
        &self,
        receiver: &Receiver,
        event: &Event,
        _: Timestamp,
    ) -> Result<String, Trouble> {
        let since = words::between(second(0), self.now());
        let calls = {
            let mut calls = self.calls.lock().unwrap();
            let calls = calls.entry(receiver.name.clone()).or_default();
            calls.push(self.now());
            calls.len()
        };
        match receiver.name.as_str() {
            "fails" if since < Duration::from_mins(10) => return Err(Trouble::away("503")),
            "hangs" if since < Duration::from_mins(40) => std::future::pending().await,
            // Every hundredth call is one too many.
            "busy" if calls % 100 == 0 => {
                let retry_after = Some(Duration::from_secs(30));
                return Err(Trouble { retry_after, ..Trouble::away("429") });
            }
            "picky" if event.event == What::Waits => {
                return Err(Trouble::refusal("400 no such field"));
            }
            _ => {}
        }
        let mut arrived = self.arrived.lock().unwrap();
        let arrived = arrived.entry(receiver.name.clone()).or_default();
        arrived.push((event.key.clone(), event.at, self.now()));
        Ok("200".to_owned())
    }
}

fn receivers(names: &[&str]) -> Arc<[Receiver]> {
    let receiver = |name: &&str| {
        let text = format!("name = \"{name}\"\nkind = \"slack\"\nto = \"https://x.test/\"");
        let written: Written = toml::from_str(&text).unwrap();
        written.read(&moontide_aws::web::Reach::default()).unwrap()
    };
    names.iter().map(receiver).collect::<Vec<_>>().into()
}

/// The entry at this place of an execution that asks and is answered, over and over.
fn entry(sequence: u64, at: Timestamp) -> Entry {
    let id = format!("web#1.{}", sequence / 2);
    let event = match sequence {
        1 => Moved::Started,
        even if even % 2 == 0 => {
            Moved::Asked { prompt: prompt(&id, PromptKind::Question, &["continue"]) }
        }
        _ => {
            let wish = SignalKind::Answer {
                prompt: id,
                choice: "continue".to_owned(),
                fingerprint: String::new(),
                value: serde_json::Value::Null,
            };
            let (by, sender, comment) = ("ann".to_owned(), String::new(), String::new());
            Moved::Signalled {
                signal: Signal { wish, by, sender, comment, at },
                number: None,
                refused: None,
            }
        }
    };
    Entry { sequence, epoch: 1, at, body: Body::Event { event } }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_events_reach_every_receiver_in_order_and_none_waits_for_another() {
    let clock = VirtualClock::starting_at(second(0));
    let network = Arc::new(Network { clock: Some(clock), ..Network::default() });
    let memory = Arc::new(MemoryStore::new());
    let store: Arc<dyn Store> = Arc::clone(&memory) as _;
    let drill = execution("x", 0, &["web"]);
    store.create(&drill).await.unwrap();
    let lease = store.take("x", "us", None).await.unwrap();
    let names = ["good", "fails", "hangs", "busy"];
    let (receivers, teller) = (receivers(&names), "us".to_owned());
    let by = By { teller: &teller, at: clock.now() };
    let begun = Follower::begin(&store, &drill, &receivers, Box::new(|_| String::new()), by).await;
    let work = Work {
        follower: begun.unwrap(),
        store: Arc::clone(&store),
        receivers,
        wire: Arc::clone(&network) as _,
        teller: teller.clone(),
    };
    let (bell, heard) = tokio::sync::watch::channel((0, false));
    // A thousand events, one each second; then the receivers have the time that they need.
    let drive = async {
        for sequence in 1..=1_000 {
            let before = clock.now();
            store.append(&lease, &[entry(sequence, clock.now())]).await.unwrap();
            assert_eq!(clock.now(), before, "no entry waits for a receiver");
            bell.send_modify(|(count, _)| *count += 1);
            clock.sleep(Duration::from_secs(1)).await;
        }
        clock.sleep(Duration::from_hours(1)).await;
        bell.send_modify(|bell| *bell = (bell.0 + 1, true));
    };
    futures_util::future::join(go(work, &clock, heard), drive).await;
    let expected: Vec<String> = std::iter::once("x:started:1".to_owned())
        .chain((1..=500).flat_map(|n| [format!("x:waits:{n}"), format!("x:answered:{n}")]))
        .take(1_000)
        .collect();
    for name in names {
        assert_eq!(network.keys(name), expected, "{name}: all, once each, in order");
    }
    assert!(network.latest("good") < Duration::from_secs(1), "{:?}", network.latest("good"));
    assert!(network.latest("busy") <= Duration::from_secs(31), "{:?}", network.latest("busy"));
    for pair in network.calls("busy").chunks(100).collect::<Vec<_>>().windows(2) {
        let pause = words::between(*pair[0].last().unwrap(), pair[1][0]);
        assert!(pause >= Duration::from_secs(30), "it is left alone for {pause:?}");
    }
    let in_vain = network.calls("fails").len() - 1_000;
    assert!((5..20).contains(&in_vain), "it is not flooded while it is away: {in_vain}");
    assert!(network.latest("fails") < Duration::from_mins(16), "{:?}", network.latest("fails"));
    assert!(Item::all(store.as_ref(), None).await.unwrap().is_empty(), "nothing is left");
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_holds_up_nothing_and_is_given_up() {
    let (clock, store) = (VirtualClock::starting_at(second(0)), MemoryStore::new());
    let network = Network { clock: Some(clock), ..Network::default() };
    let all = receivers(&["picky"]);
    let post = Post { store: &store, clock: &clock, wire: &network, teller: "us" };
    for what in [What::Waits, What::Answered] {
        let event = Event::example(what, clock.now());
        assert!(Item::queue(&store, "picky", &event, post.by()).await.unwrap());
        assert!(
            !Item::queue(&store, "picky", &event, post.by()).await.unwrap(),
            "once for each key"
        );
    }
    let came = post.tell(&all[0]).await.unwrap();
    assert_eq!((came.told, came.left, came.is_held), (1, 1, false));
    assert_eq!(came.next, Some(AFTER_REFUSAL));
    for _ in 0..2 {
        clock.sleep(AFTER_REFUSAL).await;
        post.tell(&all[0]).await.unwrap();
    }
    let items = Item::all(&store, None).await.unwrap();
    assert_eq!((items.len(), items[0].terms.standing), (1, Standing::GivenUp));
    assert_eq!((items[0].terms.attempts, items[0].terms.said.as_str()), (3, "400 no such field"));
    clock.sleep(Duration::from_hours(1)).await;
    assert_eq!(post.tell(&all[0]).await.unwrap(), Came::default());
    assert_eq!(network.calls("picky").len(), 4, "it is not asked again");
    items[0].revive(&store, post.by()).await.unwrap();
    assert_eq!(post.tell(&all[0]).await.unwrap().left, 1, "unless the operator wants it");
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_is_gone_for_good_is_given_up_after_its_budget() {
    let (clock, store) = (VirtualClock::starting_at(second(0)), MemoryStore::new());
    let network = Network { clock: None, ..Network::default() };
    let all = receivers(&["fails"]);
    let post = Post { store: &store, clock: &clock, wire: &network, teller: "us" };
    for what in What::ALL {
        Item::queue(&store, "fails", &Event::example(what, clock.now()), post.by()).await.unwrap();
    }
    let mut given_up = 0;
    while words::between(second(0), clock.now()) < BUDGET + Duration::from_mins(10) {
        let came = post.tell(&all[0]).await.unwrap();
        given_up += came.given_up;
        clock.sleep(came.next.unwrap_or(LONGEST)).await;
    }
    assert_eq!(given_up, What::ALL.len());
    assert_eq!(post.tell(&all[0]).await.unwrap().left, 0);
    let calls = network.calls("fails").len();
    assert!((200..400).contains(&calls), "every five minutes for a day: {calls}");
}

#[tokio::test(start_paused = true)]
async fn two_tellers_do_not_tell_the_same_and_the_claim_of_a_dead_one_runs_out() {
    let (clock, store) = (VirtualClock::starting_at(second(0)), MemoryStore::new());
    let network = Network { clock: Some(clock), ..Network::default() };
    let all = receivers(&["good"]);
    let [one, other] = ["one", "other"].map(|teller| Post {
        store: &store,
        clock: &clock,
        wire: &network,
        teller,
    });
    let event = Event::example(What::Waits, clock.now());
    Item::queue(&store, "good", &event, one.by()).await.unwrap();
    let item = Item::all(&store, None).await.unwrap().remove(0);
    // It is killed right behind its claim, before or after it has sent.
    assert!(item.claim(&store, one.by()).await.unwrap().is_some());
    assert!(item.claim(&store, other.by()).await.unwrap().is_none(), "one is faster");
    let came = other.tell(&all[0]).await.unwrap();
    assert_eq!((came.told, came.left, came.next), (0, 1, Some(BESIDE)));
    assert!(came.is_held, "what follows stays behind it");
    clock.sleep(super::super::queue::CLAIM).await;
    assert_eq!(other.tell(&all[0]).await.unwrap().told, 1);
    assert_eq!(network.keys("good"), [event.key], "under the same key");
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_dies_between_the_journal_and_the_queue_loses_nothing() {
    let clock = VirtualClock::starting_at(second(0));
    let memory = Arc::new(MemoryStore::new());
    let store: Arc<dyn Store> = memory;
    let drill = execution("x", 0, &["web"]);
    store.create(&drill).await.unwrap();
    let lease = store.take("x", "us", None).await.unwrap();
    let receivers = receivers(&["good"]);
    let by = By { teller: "us", at: clock.now() };
    let words = || -> crate::notify::catch_up::Words { Box::new(|_| "moontide".to_owned()) };
    let first = Follower::begin(&store, &drill, &receivers, words(), by).await.unwrap();
    for sequence in 1..=3 {
        store.append(&lease, &[entry(sequence, clock.now())]).await.unwrap();
    }
    drop(first);
    let queued = async || {
        let items = Item::all(store.as_ref(), None).await.unwrap();
        items.into_iter().map(|it| it.terms.event.key).collect::<Vec<_>>()
    };
    assert!(queued().await.is_empty(), "killed before anything was queued");
    let mut next = Follower::begin(&store, &drill, &receivers, words(), by).await.unwrap();
    assert_eq!(next.catch_up(by).await.unwrap(), 3);
    let keys = ["x:started:1", "x:waits:1", "x:answered:1"];
    assert_eq!(queued().await, keys);
    // Killed after it was queued, and before that was said: the same once more, under the same keys.
    let forget = moontide_runtime::store::documents::Change {
        kind: super::super::queue::QUEUED_UP_TO.to_owned(),
        name: "x".to_owned(),
        body: Some(serde_json::json!({ "nonce": drill.nonce, "sequence": 0 })),
        condition: moontide_runtime::store::documents::Condition::Any,
        at: clock.now(),
        by: String::new(),
        behalf: None,
    };
    store.change(&forget).await.unwrap();
    let (count, unread) =
        crate::notify::catch_up::all(&store, &receivers, words, by).await.unwrap();
    assert!(count == 3 && unread.is_empty());
    assert_eq!(queued().await, keys, "none twice in the queue");
    let (count, _) = crate::notify::catch_up::all(&store, &receivers, words, by).await.unwrap();
    assert_eq!(count, 0, "it is said by now");
}

#[tokio::test(start_paused = true)]
async fn what_waited_for_longer_than_its_budget_because_no_runner_came_is_told_and_not_given_up() {
    let (clock, store) = (VirtualClock::starting_at(second(0)), MemoryStore::new());
    let network = Network { clock: Some(clock), ..Network::default() };
    let all = receivers(&["fails"]);
    let post = Post { store: &store, clock: &clock, wire: &network, teller: "us" };
    for what in [What::Started, What::Waits, What::Failed] {
        Item::queue(&store, "fails", &Event::example(what, clock.now()), post.by()).await.unwrap();
    }
    assert_eq!(post.tell(&all[0]).await.unwrap().left, 3, "it is away");
    // The next drill is a week later, and the receiver is back.
    clock.sleep(Duration::from_hours(7 * 24)).await;
    let came = post.tell(&all[0]).await.unwrap();
    assert_eq!((came.told, came.given_up, came.left), (3, 0, 0), "{came:?}");
}
