//! Telling beside a drive, on a thread of its own: no wave waits for a receiver, and no trouble of one fails a wave.
//!
//! The drive rings a bell when something has happened; the worker reads what that was from the journal. At the end of the
//! drive it has a few seconds; what is left by then stays in the queue, for the next runner.

use std::pin::pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures_util::future::{join, join_all};
use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::observe::{Notice, Observer};
use moontide_runtime::store::Store;
use tokio::sync::{oneshot, watch};

use super::catch_up::Follower;
use super::queue::By;
use super::receiver::Receiver;
use super::round::Post;
use super::sender::Wire;
use crate::clocks::SystemClock;

/// So long the receivers have at the end of a drive.
pub const LAST: Duration = Duration::from_secs(5);
/// The pause after a store did not answer.
const STORE_AWAY: Duration = Duration::from_secs(5);
/// What others have left in the queue is looked for so often.
const LOOK_AGAIN: Duration = Duration::from_mins(5);

/// How often the bell was rung, and whether that was the last time.
type Bell = (u64, bool);

/// A worker, seen from the drive.
pub struct Worker {
    bell: Ringer,
    /// Ends the thread when dropped.
    _stop: oneshot::Sender<()>,
    done: oneshot::Receiver<()>,
}

/// The bell: an observer of the drive.
#[derive(Clone)]
pub struct Ringer(watch::Sender<Bell>);

impl Ringer {
    fn ring(&self, is_last: bool) {
        self.0.send_modify(|(count, last)| {
            *count += 1;
            *last |= is_last;
        });
    }
}

impl Observer for Ringer {
    fn notice(&self, _at: Timestamp, notice: &Notice) {
        // What programs say while they run is told to those who watch.
        let is_news = !matches!(
            notice,
            Notice::Phase { .. }
                | Notice::Report { .. }
                | Notice::Log { .. }
                | Notice::Effect { .. }
        );
        if is_news {
            self.ring(false);
        }
    }
}

/// What a worker works with.
pub struct Work {
    /// The journal that is followed.
    pub follower: Follower,
    /// Where the queue is.
    pub store: Arc<dyn Store>,
    /// The receivers.
    pub receivers: Arc<[Receiver]>,
    /// How they are reached.
    pub wire: Arc<dyn Wire>,
    /// The teller's name.
    pub teller: String,
}

impl Worker {
    /// Begins to work, on a thread of its own.
    pub fn begin(work: Work) -> Worker {
        let (bell, heard) = watch::channel((0, false));
        let (stop, stopped) = oneshot::channel::<()>();
        let (finished, done) = oneshot::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                let clock = SystemClock::new();
                tokio::select! {
                    () = go(work, &clock, heard) => drop(finished.send(())),
                    _ = stopped => {}
                }
            });
            // A name that is being resolved is not waited for.
            runtime.shutdown_background();
        });
        let bell = Ringer(bell);
        // What the last runner has left is looked for at once.
        bell.ring(false);
        Worker { bell, _stop: stop, done }
    }

    /// What rings when something has happened.
    pub fn bell(&self) -> Ringer {
        self.bell.clone()
    }

    /// Tells what has happened up to now, if the receivers take it within `time`; what is left stays in the queue.
    pub async fn finish(self, time: Duration) {
        self.bell.ring(true);
        let clock = SystemClock::new();
        tokio::select! {
            _ = self.done => {}
            () = clock.sleep(time) => {}
        }
    }
}

/// Follows the journal and tells every receiver, until the bell was rung for the last time, and all that is due was
/// attempted since.
pub async fn go(work: Work, clock: &dyn Clock, heard: watch::Receiver<Bell>) {
    let Work { follower, store, receivers, wire, teller } = work;
    let (queued, news) = watch::channel((0, false));
    let following = follow(follower, clock, &teller, heard, queued);
    let post = Post { store: store.as_ref(), clock, wire: wire.as_ref(), teller: &teller };
    let telling = receivers.iter().map(|receiver| keep_telling(&post, receiver, news.clone()));
    join(following, join_all(telling)).await;
}

/// Queues what the journal says, whenever the bell rings.
async fn follow(
    mut follower: Follower,
    clock: &dyn Clock,
    teller: &str,
    mut heard: watch::Receiver<Bell>,
    queued: watch::Sender<Bell>,
) {
    loop {
        let (_, is_last) = *heard.borrow_and_update();
        let caught_up = follower.catch_up(By { teller, at: clock.now() }).await;
        let is_away = caught_up.is_err();
        if let Err(error) = caught_up {
            tracing::debug!(%error, "what happened could not be queued");
        }
        if is_last && !is_away {
            queued.send_modify(|(count, last)| (*count, *last) = (*count + 1, true));
            return;
        }
        queued.send_modify(|(count, _)| *count += 1);
        tokio::select! {
            changed = heard.changed(), if !is_last => if changed.is_err() { return },
            () = clock.sleep(STORE_AWAY), if is_away => {}
        }
    }
}

/// Tells one receiver, whenever there is something to tell.
async fn keep_telling(post: &Post<'_>, receiver: &Receiver, mut news: watch::Receiver<Bell>) {
    loop {
        let (_, is_last) = *news.borrow_and_update();
        let (pause, is_held) = match post.tell(receiver).await {
            Ok(came) => (came.next.unwrap_or(LOOK_AGAIN), came.is_held),
            Err(error) => {
                tracing::debug!(%error, "the queue of notifications cannot be read");
                (STORE_AWAY, true)
            }
        };
        if is_last || !is_open(post, &mut news, pause.min(LOOK_AGAIN), is_held).await {
            return;
        }
    }
}

/// Waits for news, or for so long; news of a receiver that is held up are none. Returns whether there may be more.
async fn is_open(
    post: &Post<'_>,
    news: &mut watch::Receiver<Bell>,
    pause: Duration,
    is_held: bool,
) -> bool {
    let mut over = pin!(post.clock.sleep(pause));
    loop {
        tokio::select! {
            changed = news.changed() => {
                let is_last = news.borrow().1;
                if changed.is_err() || is_last || !is_held {
                    return changed.is_ok();
                }
            }
            () = &mut over => return true,
        }
    }
}
