//! How another timetable calls this binary, and the complaint where it cannot say when.

use crate::error::{CommandError, code};
use crate::schedule::declared::Schedule;
use crate::words::quoted;

/// How a timetable calls this binary.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where the binary is, as an absolute path.
    pub binary: String,
    /// The store, from any folder.
    pub store: String,
    /// The user who exports it: as that one a service runs whose store is in a folder of that user.
    pub user: String,
}

impl Call {
    /// The command that starts what is due of a schedule, as a shell takes it.
    pub(super) fn run(&self, schedule: &Schedule) -> String {
        let Call { binary, store, .. } = self;
        let (binary, store, name) = (quoted(binary), quoted(store), quoted(&schedule.name));
        format!("{binary} --store {store} schedule run {name}")
    }
}

/// The complaint about what a format cannot say.
pub(super) fn cannot(schedule: &Schedule, format: &str, why: &str) -> CommandError {
    let message = format!("`{}` cannot be said in {format}: {why}", schedule.name);
    CommandError::new(code::NOT_EXPORTED, message)
        .hint("`moontide schedule serve` starts it, whatever it says")
}
