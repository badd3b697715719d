//! Going through all that is owed: once for cron, or again and again until nothing is left.

use std::collections::BTreeSet;
use std::time::Duration;

use moontide_control::clocks::SystemClock;
use moontide_control::error::{Result, code};
use moontide_control::words;
use moontide_runtime::clock::Clock;
use moontide_runtime::store::Obligation;

use super::carry::Carrier;
use super::listed::{Listed, Row};
use crate::exit;
use crate::interrupt::Interrupt;
use crate::output::style::{faint, plain, strong};
use moontide_control::view::obligation::Stage;

/// After so long a process that stays looks again at least: an end and a new obligation come without a word, and what
/// has failed, or is in other hands, is attempted once more then.
const LONGEST: Duration = Duration::from_mins(5);

/// What one round came to.
#[derive(Default)]
struct Round {
    rows: Vec<Row>,
    unreadable: Vec<String>,
    exits: Vec<u8>,
    /// How many are still owed.
    open: usize,
    /// When the next one falls due.
    next: Option<Duration>,
}

/// Carries out what is due, and shows what came of it. Returns the exit code.
pub(super) async fn go(
    carrier: &Carrier<'_>,
    stays: bool,
    interrupt: &mut Interrupt,
) -> Result<u8> {
    let context = carrier.context;
    // What was said of an execution is said once.
    let mut said = BTreeSet::new();
    loop {
        let round = round(carrier, interrupt).await?;
        let is_stopped = round.exits.iter().any(|it| exit::is_stop(*it));
        if !stays || round.open == 0 || is_stopped {
            let exit = exit::worst(&round.exits);
            context.output.show(&Listed::of(context, round.rows, round.unreadable)?)?;
            return Ok(exit);
        }
        let pause = round.next.map_or(LONGEST, |next| next.min(LONGEST));
        for row in &round.rows {
            if let Some(why) =
                row.why_not().filter(|why| said.insert(format!("{} {why}", row.execution())))
            {
                context.output.say([strong(row.execution()), plain(format!(": {why}"))]);
            }
        }
        let open = words::count(round.open, "obligation");
        let again = words::duration(pause);
        context
            .output
            .say([plain(format!("{open} left")), faint(format!("; next look in {again}"))]);
        let clock = SystemClock::new();
        tokio::select! {
            biased;
            () = interrupt.wait() => return Ok(interrupt.exit_code()),
            () = clock.sleep(pause) => {}
        }
    }
}

async fn round(carrier: &Carrier<'_>, interrupt: &mut Interrupt) -> Result<Round> {
    let mut round = Round::default();
    for found in Obligation::all(carrier.store.as_ref(), None).await? {
        let obligation = match found {
            Ok(obligation) => obligation,
            Err(error) => {
                round.unreadable.push(error.to_string());
                round.exits.push(exit::CONFIGURATION);
                continue;
            }
        };
        if !obligation.is_open() {
            continue;
        }
        match carrier.carry_out(&obligation, interrupt).await {
            Ok(came) => {
                let is_open = matches!(came.view.state, Stage::Owed | Stage::Due | Stage::Taken);
                round.open += usize::from(is_open);
                round.exits.push(came.exit);
                let next = round.next.into_iter().chain(came.due_in).min();
                round.next = next;
                // What was moved with its execution is no affair of this store.
                if came.view.state != Stage::Elsewhere {
                    round.rows.push(Row::new(&obligation.execution, came.view));
                }
            }
            Err(error) => {
                round.open += 1;
                round.exits.push(exit::of_error(error.code));
                round.rows.push(Row::stopped(&obligation, &error));
                // A store that is gone is so for all of them.
                if [code::STORE_UNUSABLE, code::STORE_FULL].contains(&error.code) {
                    return Err(error);
                }
                carrier.context.complain(&error);
            }
        }
        if round.exits.last().is_some_and(|it| exit::is_stop(*it)) {
            break;
        }
    }
    Ok(round)
}
