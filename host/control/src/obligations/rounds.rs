//! Going through all that is owed: once for cron, or again and again until nothing is left.

use std::time::Duration;

use moontide_runtime::clock::Clock as _;
use moontide_runtime::store::Obligation;

use super::came::How;
use super::carrier::Carrier;
use super::list::{List, Row};
use crate::clocks::SystemClock;
use crate::error::{CommandError, Hint, Result, code};
use crate::listener::Remark;
use crate::view::obligation::Stage;

/// After so long a process that stays looks again at least: an end and a new obligation come without a word, and what
/// has failed, or is in other hands, is attempted once more then.
const LONGEST: Duration = Duration::from_mins(5);

/// What one round came to.
#[derive(Debug, Default)]
pub struct Round {
    /// What became of each, in the order in which they were looked at.
    pub rows: Vec<Row>,
    /// Those that cannot be read.
    pub unreadable: Vec<String>,
    /// What it means for the carrier, one for each that was looked at.
    pub hows: Vec<How>,
    /// How many are still owed.
    pub open: usize,
    /// When the next one falls due, in the time of this machine.
    pub next: Option<Duration>,
}

impl Carrier<'_> {
    /// Carries out what is due, one after another; one that fails does not stop the others. One that stays does so
    /// until nothing is owed any more. Returns the last round; `None`: `interrupt` has returned between two rounds.
    pub async fn go(
        &self,
        stays: bool,
        interrupt: &mut impl AsyncFnMut(),
    ) -> Result<Option<Round>> {
        // What was said of an execution is said once.
        let mut said: Vec<(String, Hint)> = Vec::new();
        loop {
            let round = self.round(interrupt).await?;
            if !stays || round.open == 0 || round.hows.iter().any(How::is_stop) {
                return Ok(Some(round));
            }
            let pause = round.next.map_or(LONGEST, |next| next.min(LONGEST));
            for row in &round.rows {
                let Some(why) = row.why_not() else { continue };
                let told = (row.execution.clone(), why.clone());
                if !said.contains(&told) {
                    said.push(told);
                    let execution = row.execution.clone();
                    self.operator.face.hear(&Remark::NotCarriedOut { execution, why });
                }
            }
            self.operator.face.hear(&Remark::LooksAgain { open: round.open, pause });
            let clock = SystemClock::new();
            tokio::select! {
                biased;
                () = interrupt() => return Ok(None),
                () = clock.sleep(pause) => {}
            }
        }
    }

    /// Carries out what is due now, one after another.
    pub async fn round(&self, interrupt: &mut impl AsyncFnMut()) -> Result<Round> {
        let mut round = Round::default();
        for found in Obligation::all(self.operator.store.as_ref(), None).await? {
            let obligation = match found {
                Ok(obligation) => obligation,
                Err(error) => {
                    round.unreadable.push(error.to_string());
                    round.hows.push(How::Failed(CommandError::from(error).code));
                    continue;
                }
            };
            if !obligation.is_open() {
                continue;
            }
            match self.carry_out(&obligation, interrupt).await {
                Ok(came) => {
                    let is_open =
                        matches!(came.view.state, Stage::Owed | Stage::Due | Stage::Taken);
                    round.open += usize::from(is_open);
                    round.next = round.next.into_iter().chain(came.due_in).min();
                    // What was moved with its execution is no affair of this store.
                    if came.view.state != Stage::Elsewhere {
                        let row = Row::new(&obligation.execution, came.view);
                        round.rows.push(Row { why: came.why, ..row });
                    }
                    round.hows.push(came.how);
                }
                Err(error) => {
                    round.open += 1;
                    round.hows.push(How::Failed(error.code));
                    round.rows.push(Row::stopped(&obligation, &error));
                    // A store that is gone is so for all of them.
                    if [code::STORE_UNUSABLE, code::STORE_FULL].contains(&error.code) {
                        return Err(error);
                    }
                    self.operator.face.hear(&Remark::Failed { error });
                }
            }
            if round.hows.last().is_some_and(How::is_stop) {
                break;
            }
        }
        Ok(round)
    }

    /// What a round came to, as the list of what is owed.
    pub fn listed(&self, round: Round) -> List {
        List::of(self.operator.address.text(), round.rows, round.unreadable)
    }
}
