//! Journals of executions that have ended, replayed against the runbook as it is today: whether it still asks for what
//! it asked for then, and comes to the same ends.
//!
//! Only the runbook's own files are today's. The library is the one that the execution has pinned; params, results and
//! answers are those of the journal, and so is whatever an effect brought. The world answers nothing.
//!
//! - [`Recorded`]: an execution from a file. [`Today`]: the runbooks that there are. `attempt`: an attempt, replayed.
//! - `differs`: what came otherwise. `nothing`: the world that answers nothing.

mod attempt;
mod differs;
mod nothing;
mod today;

use std::path::{Path, PathBuf};
use std::time::Instant;

use moontide_control::error::{CommandError, Result, code};
use moontide_control::listener::Silent;
use moontide_control::moves::import;
use moontide_control::settings::Settings;
use moontide_control::signals::mended::place;
use moontide_runtime::history::limited;
use moontide_runtime::journal::{Body, Entry, Execution, Mend};
use moontide_runtime::scheduler::{End, Event};
use moontide_runtime::store::Seal;

use self::attempt::Attempt;
pub use self::today::Today;
use super::case::{Ended, Failed, Ran};

/// What a divergence is called among the codes of cases.
pub const DIFFERS: &str = "ReplayDiffers";

/// An execution, as `moontide store export` has written it.
#[derive(Debug)]
pub struct Recorded {
    /// The file, as it was named.
    pub path: PathBuf,
    execution: Execution,
    entries: Vec<Entry>,
    seal: Option<Seal>,
}

impl Recorded {
    /// Reads the file.
    pub fn read(path: &Path) -> Result<Recorded> {
        let place = path.display().to_string();
        let parcel = import::parcel(path)?;
        let unpacked = parcel.unpack(&place)?;
        let (execution, entries) = (unpacked.execution, unpacked.entries);
        let refused = |why: String| {
            Err(CommandError::new(code::BAD_ARGUMENT, format!("{place}: {why}"))
                .hint("what is replayed is an execution of a runbook of yours"))
        };
        if let Some(drill) = execution.client() {
            return refused(format!("it cleans up after `{drill}`, by Moontide's own runbook"));
        }
        if execution.is_adopted() {
            return refused("it was adopted, and its programs are not known".to_owned());
        }
        Ok(Recorded { path: path.to_owned(), execution, entries, seal: parcel.seal })
    }

    /// The attempts that have ended, each with the place of its end in the journal.
    fn attempts(&self) -> Vec<(usize, &str, u32, &End)> {
        let mut attempts: Vec<(usize, &str, u32, &End)> = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            if let Body::Event { event: Event::Ended { wave, attempt, end } } = &entry.body
                // Events that the machine refuses are of the runner's own making; the first end is the one.
                && !attempts.iter().any(|known| known.1 == wave.as_str() && known.2 == *attempt)
            {
                attempts.push((at, wave.as_str(), *attempt, end));
            }
        }
        attempts
    }

    /// Why none of its attempts can be replayed, if that is so.
    fn is_out_of_reach(&self) -> Option<String> {
        if let Some(Seal::Pruned(pruned)) = &self.seal {
            return Some(format!(
                "not replayed: it was pruned at {}, and what it had only looked at is gone",
                pruned.at
            ));
        }
        let is_missing = |name: &&String| !self.execution.params.contains_key(*name);
        let mut params = self.execution.plan.params.iter().filter(|(_, param)| param.secret);
        let secret = params.find_map(|(name, _)| Some(name).filter(is_missing))?;
        Some(format!(
            "not replayed: the value of the secret `{secret}` stands in no journal, and what the program made of it cannot be told"
        ))
    }
}

/// Replays each attempt that is wanted, by its name such as `database#1`, in the order in which they ended; none behind
/// one that differs, if the first is enough. Tells of each as soon as it is replayed.
pub fn replay(
    recorded: &Recorded,
    today: &Today,
    settings: &Settings,
    wanted: &dyn Fn(&str) -> bool,
    fail_fast: bool,
    tell: &mut dyn FnMut(Ran),
) -> Result<()> {
    let execution = &recorded.execution;
    let runbook = today.runbook_of(execution, &recorded.path)?;
    let limits = settings.limits_of(execution, &limited(&recorded.entries));
    let files = runbook.files.clone().over(&execution.bundle);
    let plan = files.plan(&Silent, &limits, execution.seed);
    let why_not = recorded.is_out_of_reach();
    let mut has_failed = false;
    for (at, wave, number, end) in recorded.attempts() {
        let name = format!("{wave}#{number}");
        if !wanted(&name) {
            continue;
        }
        #[expect(clippy::disallowed_methods, reason = "how long it takes here decides nothing")]
        let begun = Instant::now();
        let (ended, notes) = if let Some(why) = &why_not {
            (Ended::Skipped, vec![why.clone()])
        } else if fail_fast && has_failed {
            (Ended::Skipped, Vec::new())
        } else {
            let mend = plan.as_ref().map_err(Clone::clone).and_then(|plan| {
                Ok(Mend::between(&execution.bundle, &files.bundle, place(plan, wave)?))
            });
            match mend {
                Err(error) => (Ended::Failed(differs::not_there(&error)), Vec::new()),
                Ok(mend) => {
                    let attempt = Attempt { execution, wave, number, end };
                    attempt::replay(&attempt, &recorded.entries[..at], mend, settings, runbook)?
                }
            }
        };
        has_failed |= matches!(ended, Ended::Failed(_));
        tell(ran(name, ended, notes, begun.elapsed().as_secs_f64()));
    }
    Ok(())
}

/// The names of the attempts that have ended.
pub fn names(recorded: &Recorded) -> Vec<String> {
    recorded.attempts().iter().map(|(_, wave, number, _)| format!("{wave}#{number}")).collect()
}

fn ran(case: String, ended: Ended, notes: Vec<String>, seconds: f64) -> Ran {
    Ran {
        case,
        line: None,
        ended,
        notes,
        seconds,
        crash_points: None,
        seen: Vec::new(),
        snapshots: Vec::new(),
    }
}

/// A replay that could not be brought to its end, through no fault of the runbook.
fn broken(message: String) -> Failed {
    Failed { code: "ReplayFailed".to_owned(), message, ..Failed::default() }
}
