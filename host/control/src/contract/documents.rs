//! The documents of this crate. One line each: its name, its version, its type, what it tells.

use super::engine;
use crate::documents;
use crate::{
    adopt, claims, compliance, journal, list, moves, notify, obligations, prune, rehearsal, report,
    schedule, signals, state, stores, view, watch,
};

documents! {
    /// Their list.
    pub ALL;
    "status" 1 view::Summary: "where an execution stands: `status`, and the end of `run` and `resume`";
    "show" 1 view::whole::Whole: "everything that is known of an execution: `show`";
    "follow" 1 watch::change::Seen: "a line of `status --follow`";
    "list" 1 list::List: "the executions of a store: `list`";
    "list-row" 1 list::Line: "a line of `list --follow`";
    "sent" 1 view::sent::Sent: "a signal on its way: `answer`, `cancel`, `pause`, `skip`, `note`";
    "retried" 1 signals::Retried: "another attempt on its way: `retry`";
    "cleaned" 1 view::cleanup::Cleaned: "what was terminated, and what was left: `cleanup`";
    "rehearsal" 1 rehearsal::Report: "how a rehearsal went: `rehearse`";
    "report" 1 report::Report: "what an auditor is given: `report`";
    "report-verified" 1 report::verify::Verified: "what a report is worth: `report verify`";
    "compliance" 1 compliance::Compliance: "drills across executions: `compliance`";
    "journal-verified" 1 journal::Verified as engine::Verified: "what one journal is worth: `journal verify`";
    "journals-verified" 1 journal::All: "what the journals of a store are worth: `journal verify --all`";
    "schedules" 1 schedule::listing::List: "the schedules of a store: `schedule list`";
    "schedule-history" 1 schedule::listing::History: "what became of past times: `schedule history`";
    "schedule-status" 1 schedule::status::Status: "whether schedules are served: `schedule status`";
    "schedule-times" 1 schedule::upcoming::Upcoming: "times to come: `schedule next`, `schedule check`";
    "schedule-acted" 1 schedule::acts::Acted: "what a person did: `schedule pause`, `resume`, `remove`";
    "schedules-imported" 1 schedule::import::Imported: "what a file changed: `schedule import`";
    "obligations" 1 obligations::list::List: "what is owed: `obligations`";
    "obligation-dropped" 1 obligations::drop::Dropped: "what is owed no more: `obligations drop`";
    "claims" 1 claims::list::List: "what executions hold: `claims`";
    "claims-dropped" 1 claims::drop::Dropped: "what they hold no more: `claims drop`";
    "state" 1 state::Listed: "what a runbook remembers: `state list`, `state get`";
    "adoptable" 1 adopt::listing::Listing: "executions that left traces in AWS: `adopt`";
    "store-pruned" 1 prune::Pruning: "what was cut down: `store prune`";
    "store-exported" 1 moves::export::Exported: "what went to a file: `store export`";
    "store-imported" 1 moves::import::Arrived: "what came from a file: `store import`";
    "store-import-given-up" 1 moves::import::GivenUp: "what does not come: `store import --give-up`";
    "store-taken-back" 1 moves::take_back::TakenBack: "what goes on where it was: `store take-back`";
    "store-copied" 1 moves::copy::Copied: "what went to another store: `store copy`";
    "store-made" 1 stores::made::Made: "a table that is ready: `store init`";
    "notifications" 1 notify::list::List: "what waits to be told: `notify list`";
    "notifications-sent" 1 notify::send::Sent: "what was told: `notify send`";
    "event" 1 notify::receivers::webhook::Body: "what a webhook is told";
}
