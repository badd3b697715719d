//! What goes on beside a service, a thread each: nothing of it is shared between them but the store.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use moontide_runtime::clock::Clock as _;
use tokio::sync::watch;

use crate::clocks::SystemClock;
use crate::error::{CommandError, Result, code};
use crate::obligations::Carrier;
use crate::schedule::history::Entry;
use crate::schedule::kept::Kept;
use crate::schedule::left::GiveUp;
use crate::schedule::listing::word;
use crate::schedule::progress::Waiting;
use crate::schedule::worker::Worker;
use crate::view::Record;

/// So long receivers have for what waits for them.
const TELLING: Duration = Duration::from_secs(30);

/// What a thread has done.
pub(super) enum Done {
    /// It went through a schedule, and goes on to drive what that has started.
    Went { schedule: String, went: Result<(Vec<Entry>, Option<Waiting>)>, drives: Option<String> },
    /// It drove an execution, which stands so now.
    Drove { execution: String, drove: Result<&'static str> },
    /// It carried out what is owed.
    Carried(Result<()>),
}

/// Starts them.
pub(super) struct Threads {
    pub(super) worker: Worker,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) say: Sender<Done>,
}

impl Threads {
    /// Goes through a schedule, and drives what that starts.
    pub(super) fn go(&self, kept: Kept) {
        let (worker, stop, say) = (self.worker.clone(), self.stop.clone(), self.say.clone());
        thread::spawn(move || {
            let schedule = kept.terms.schedule.name.clone();
            let (mut told, mut begun) = (false, None);
            let gone = on_this_thread(async {
                let mut interrupt = async || stopped(stop.clone()).await;
                let now = SystemClock::new().now();
                let mut hear =
                    |entries: &[Entry], waiting: Option<&Waiting>, drives: Option<&str>| {
                        told = true;
                        begun = drives.map(str::to_owned);
                        let went = Ok((entries.to_vec(), waiting.cloned()));
                        let (schedule, drives) = (schedule.clone(), begun.clone());
                        let _ = say.send(Done::Went { schedule, went, drives });
                    };
                Box::pin(worker.go(&kept, now, &mut interrupt, &mut hear)).await
            });
            let done = match (begun, gone) {
                (Some(execution), gone) => {
                    let status = |record: &Record| word(record.status());
                    let drove = gone.map(|gone| {
                        gone.driven.as_ref().map_or("running", |(record, _)| status(record))
                    });
                    Done::Drove { execution, drove }
                }
                (None, Err(error)) if !told => {
                    Done::Went { schedule, went: Err(error), drives: None }
                }
                (None, _) => return,
            };
            let _ = say.send(done);
        });
    }

    /// Goes on with an execution that no runner drives.
    pub(super) fn go_on(&self, kept: Option<Kept>, execution: String, give_up: Option<GiveUp>) {
        let (worker, stop, say) = (self.worker.clone(), self.stop.clone(), self.say.clone());
        thread::spawn(move || {
            let gone = on_this_thread(async {
                let mut interrupt = async || stopped(stop.clone()).await;
                let which = (execution.as_str(), give_up.as_ref());
                Box::pin(worker.go_on(kept.as_ref(), which, &mut interrupt)).await
            });
            let drove = match gone {
                Ok((record, _)) => Ok(word(record.status())),
                // Another process was quicker, and drives it.
                Err(error) if error.code == code::HELD => Ok("running"),
                Err(error) => Err(error),
            };
            let _ = say.send(Done::Drove { execution, drove });
        });
    }

    /// Carries out what is owed, of all executions of the store.
    pub(super) fn carry_out(&self) {
        let (worker, stop, say) = (self.worker.clone(), self.stop.clone(), self.say.clone());
        thread::spawn(move || {
            let carried = on_this_thread(async {
                let operator = worker.operator();
                let mut interrupt = async || stopped(stop.clone()).await;
                let carrier = Carrier { operator: &operator };
                Box::pin(carrier.round(&mut interrupt)).await?;
                // What a receiver has not taken at once is its affair a while longer.
                worker.tell(&operator, TELLING).await
            });
            let _ = say.send(Done::Carried(carried));
        });
    }
}

/// Returns once the service is told to stop.
async fn stopped(mut stop: watch::Receiver<bool>) {
    // A service that is gone has stopped.
    let _ = stop.wait_for(|is_asked| *is_asked).await;
}

/// Runs a future on this thread. A defect in it ends the thread's work, and is said as what it is: the desk hears of
/// each thread.
fn on_this_thread<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            CommandError::new(code::INTERNAL, format!("a thread's runtime cannot start: {error}"))
        })?;
        runtime.block_on(future)
    };
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        Err(CommandError::new(code::INTERNAL, "a thread of the server has panicked"))
    })
}
