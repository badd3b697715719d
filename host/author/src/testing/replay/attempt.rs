//! An attempt, replayed: its journal up to its end, in a store that is thrown away, and a driver that goes on there.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use moontide_aws::Session;
use moontide_control::clocks::VirtualClock;
use moontide_control::error::Result;
use moontide_control::settings::Settings;
use moontide_control::{aws, rehearsal};
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{Lane, RetryBudget};
use moontide_runtime::journal::{Body, Entry, Execution, Mend};
use moontide_runtime::observe::Unobserved;
use moontide_runtime::scheduler::{
    Answers, Changes, DriveError, Driver, End, Event, Given, Prompt, PromptKind,
};
use moontide_runtime::store::{Lease, MemoryStore, Pulse, Store};

use super::differs::{self, Site};
use super::nothing::Nothing;
use super::today::Runbook;
use super::{Ended, broken};

/// Nothing is sent there.
const NOWHERE: &str = "http://127.0.0.1:1";
/// Between two looks at what it has written; each is twice as long as the one before.
const FIRST_LOOK: Duration = Duration::from_millis(10);
/// An attempt that has written nothing for so long waits for ever: all that it waits for is recorded.
const LONGEST: Duration = Duration::from_hours(24);

/// An attempt that has ended.
pub(super) struct Attempt<'r> {
    pub(super) execution: &'r Execution,
    pub(super) wave: &'r str,
    pub(super) number: u32,
    /// How it ended.
    pub(super) end: &'r End,
}

/// What the replay has written first.
enum First {
    /// An effect, or a question, that the journal does not have.
    Beyond(Box<Entry>),
    /// Its end.
    End(End),
}

impl Attempt<'_> {
    fn lane(&self) -> Lane {
        Lane::of_wave(self.wave, self.number)
    }

    /// Whether its program asks this: the id of such a prompt begins with a lane.
    fn asks(&self, prompt: &Prompt) -> bool {
        let behind = prompt.id.strip_prefix(self.lane().as_str());
        let is_of_a_program = matches!(prompt.kind, PromptKind::Question | PromptKind::Replace);
        is_of_a_program && behind.is_some_and(|it| it.starts_with(['.', '/']))
    }

    /// What it has written first among these entries.
    fn first(&self, entries: Vec<Entry>) -> Option<First> {
        let root = self.lane();
        entries.into_iter().find_map(|entry| match &entry.body {
            Body::Intent { step, .. } | Body::Outcome { step, .. } => {
                (step.lane.root() == root).then(|| First::Beyond(Box::new(entry)))
            }
            Body::Event { event: Event::Asked { prompt } } => {
                self.asks(prompt).then(|| First::Beyond(Box::new(entry)))
            }
            Body::Event { event: Event::Ended { wave, attempt, end } } => {
                let is_it = wave == self.wave && *attempt == self.number;
                is_it.then(|| First::End(end.clone()))
            }
            Body::Event { .. } => None,
        })
    }
}

/// Replays it behind these entries, its own program from the sources that the mend makes of the journal's.
pub(super) fn replay(
    attempt: &Attempt<'_>,
    past: &[Entry],
    mend: Mend,
    settings: &Settings,
    runbook: &Runbook,
) -> Result<(Ended, Vec<String>)> {
    let replayed = rehearsal::runtime()?.block_on(Box::pin(go(attempt, past, mend, settings)));
    let site = Site { files: &runbook.files };
    let failed = match replayed {
        Err(DriveError::Mismatch(mismatch)) => Some(differs::mismatch(*mismatch, &site)),
        Err(error) => Some(broken(error.to_string())),
        Ok(None) => Some(differs::without_end(attempt.end)),
        Ok(Some(First::Beyond(entry))) => Some(differs::beyond(&entry, &site)),
        Ok(Some(First::End(end))) => differs::ends(attempt.end, &end, &site),
    };
    Ok(match failed {
        None => (Ended::Passed, Vec::new()),
        // How far a program comes before a limit of the machine stops it is another matter on each machine.
        Some(_) if let Some(why) = stopped_by_a_limit(attempt.end) => (Ended::Skipped, vec![why]),
        Some(failed) => (Ended::Failed(failed), Vec::new()),
    })
}

/// Why an attempt cannot be compared that Moontide itself has ended.
fn stopped_by_a_limit(end: &End) -> Option<String> {
    let End::Failed { failure } = end else { return None };
    let why = match &failure.limit {
        Some(limit) => format!("it was ended by the limit `{limit}`"),
        None if failure.code == "Internal" => "it was ended by a defect of Moontide".to_owned(),
        None => return None,
    };
    Some(format!("not compared: {why}, which depends on more than its sources"))
}

async fn go(
    attempt: &Attempt<'_>,
    past: &[Entry],
    mend: Mend,
    settings: &Settings,
) -> std::result::Result<Option<First>, DriveError> {
    let Attempt { execution, .. } = attempt;
    let id = execution.id.as_str();
    let store = Arc::new(MemoryStore::new());
    store.create(execution).await?;
    let lease = store.take(id, "replay", None).await?;
    let again = |entry: &Entry| Entry { epoch: lease.epoch, ..entry.clone() };
    store.append(&lease, &past.iter().map(again).collect::<Vec<_>>()).await?;
    // Time stands where it stood: what was to be answered by silence then has been.
    let start = past.last().map_or(execution.created_at, |last| last.at);
    let clock: Arc<dyn Clock> = Arc::new(VirtualClock::starting_at(start));
    let driver = driver(attempt, mend, settings, &store, &clock);
    let from = past.len() as u64 + 1;
    let written = async || store.journal(id, from).await.unwrap_or_default();
    let has_shown = async || {
        let mut pause = FIRST_LOOK;
        while pause < LONGEST && attempt.first(written().await).is_none() {
            clock.sleep(pause).await;
            pause *= 2;
        }
    };
    drive(&driver, &lease, has_shown()).await?;
    Ok(attempt.first(written().await))
}

async fn drive(
    driver: &Driver,
    lease: &Lease,
    has_shown: impl Future<Output = ()>,
) -> std::result::Result<(), DriveError> {
    driver.drive(lease, has_shown).await.map(drop)
}

/// A driver for whom no person answers, and no world; only the program of the attempt runs from other sources.
fn driver(
    attempt: &Attempt<'_>,
    mend: Mend,
    settings: &Settings,
    store: &Arc<MemoryStore>,
    clock: &Arc<dyn Clock>,
) -> Driver {
    let execution = attempt.execution;
    let region = execution.regions.first().map_or("us-west-2", String::as_str);
    let world = aws::world(Session::pretend_at(NOWHERE), region, clock, execution.seed);
    let world = Nothing::around(&world, &attempt.lane());
    let (of, head) = (settings.clone(), execution.clone());
    let read = move |changed: &BTreeMap<String, String>| of.limits_of(&head, changed);
    let mends = BTreeMap::from([(attempt.wave.to_owned(), Arc::new(mend))]);
    Driver {
        store: Arc::clone(store) as _,
        world: Rc::new(world),
        clock: Arc::clone(clock),
        observer: Rc::new(Unobserved),
        answers: Rc::new(NoAnswers),
        limits: settings.limits_of(execution, &BTreeMap::new()),
        changes: Changes { read: Some(Rc::new(read)), mends, ..Changes::default() },
        denied: Vec::new(),
        signals_every: None,
        patience: RetryBudget::USUAL,
        pulse: Pulse::steady(Arc::clone(clock)),
        beside: Vec::new(),
        secrets: BTreeMap::new(),
    }
}

/// No person answers.
struct NoAnswers;

#[async_trait(?Send)]
impl Answers for NoAnswers {
    async fn answer(&self, _prompt: &Prompt) -> Option<Given> {
        None
    }
}
