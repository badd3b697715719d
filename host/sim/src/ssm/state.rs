//! What Systems Manager has in one Region: commands and automations.

use super::automation::AutomationRun;
use super::command::CommandRun;
use super::document::Document;
use super::met::Met;
use crate::process::Order;

/// Systems Manager in one Region.
#[derive(Debug, Default)]
pub(super) struct Ssm {
    /// Oldest first.
    pub(super) commands: Vec<CommandRun>,
    /// Oldest first.
    pub(super) automations: Vec<AutomationRun>,
    /// The documents that a caller has made, oldest first.
    pub(super) documents: Vec<Document>,
    /// What has to be done to processes, since that was last asked.
    pub(super) orders: Vec<Order>,
    /// What of the scenario's scripts was met, and what was not.
    pub(super) met: Met,
}
