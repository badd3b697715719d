//! What Systems Manager has in one Region: commands and automations.

use super::automation::AutomationRun;
use super::command::CommandRun;
use super::met::Met;

/// Systems Manager in one Region.
#[derive(Debug, Default)]
pub(super) struct Ssm {
    /// Oldest first.
    pub(super) commands: Vec<CommandRun>,
    /// Oldest first.
    pub(super) automations: Vec<AutomationRun>,
    /// What of the scenario's scripts was met, and what was not.
    pub(super) met: Met,
}
