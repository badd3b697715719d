//! Schedules: what is started at its times, without a person. All machines that reach the store see one truth, and
//! whichever of them starts a time, it begins once.
//!
//! What a schedule is:
//! - [`when`]: the times, as `EventBridge` Scheduler writes them.
//! - [`written`]: the file `schedules.toml`. [`blocked`], [`ics`]: the days on which nothing runs. [`length`],
//!   [`zone`]: how long, and on whose clocks.
//! - [`declared`]: a schedule, as the store keeps it. [`checked`]: whether what a file wants can be.
//! - [`kept`]: the documents of the store. [`import`]: from a file into them; `superseded`: what was due by what stood there before. [`acts`]: paused, resumed, removed.
//!
//! What becomes of its times:
//! - [`decide`](mod@decide): what is to be done at a moment, as a function over values.
//! - [`occur`]: doing it, once, whichever process dies. [`history`]: what became of each time. [`progress`]: how far it is.
//! - [`starter`]: what begins, `rehearsed` and `reported` without an execution. [`holds`]: why nothing may begin now.
//!   [`clock`]: where a clock was wrong.
//! - [`telling`]: who hears that a time was missed, or is held. [`drive`]: to its end, unattended.
//! - [`mandate`]: what a schedule said of a drill when that began. [`left`]: what was begun, and no runner drives.
//!   [`finish`]: going on with it, and carrying out what is owed.
//!
//! - [`worker`]: an operator on each of several threads. [`serve`](mod@serve): the process that stays. [`served`]: its sign of life.
//!
//! [`export`]: the same in the words of cron, systemd and `EventBridge`.
//!
//! What people see: [`listing`], [`upcoming`], [`status`].

pub mod acts;
pub mod blocked;
pub mod checked;
pub mod clock;
pub mod decide;
pub mod declared;
pub mod drive;
pub mod export;
pub mod finish;
pub mod history;
pub mod holds;
pub mod ics;
pub mod import;
pub mod kept;
pub mod left;
pub mod length;
pub mod listing;
pub mod mandate;
pub mod occur;
pub mod progress;
mod rehearsed;
mod reported;
pub mod serve;
pub mod served;
pub mod spoken;
pub mod starter;
pub mod status;
mod superseded;
pub mod telling;
pub mod upcoming;
pub mod when;
pub mod worker;
pub mod written;
pub mod zone;
