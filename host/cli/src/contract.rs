//! The documents that only the command line prints, and the list of all.

use moontide_control::contract::{Known, documents, engine};
use moontide_control::documents;
use moontide_control::schedule::kept::Terms;

use crate::commands::{explain, guide, journal, notify, schedule, schema, sim, ssm, state};
use crate::{output, repl, view};

documents! {
    /// Those of this crate.
    OWN;
    "error" 1 output::Complaint: "why a command ends with another exit code than 0, on stderr";
    "check" 1 view::checked::CheckView: "what a runbook declares, and what is wrong with it: `check`";
    "tested" 1 view::tested::Tested: "how tests went: `test`";
    "cases" 1 view::tested::Listed: "which tests there are: `test --list`";
    "watched" 1 view::round::RoundView: "a line of `watch`: a round";
    "session-line" 1 repl::script::Returned: "a line of a script: `repl`, where stdin is no terminal";
    "new" 1 view::fresh::FreshView: "a new runbook: `new`";
    "types" 1 view::typings::TypingsView: "types for editors: `types`";
    "journal-entry" 1 journal::Line as engine::Entry: "a line of `journal`: an entry";
    "state-deleted" 1 state::Deleted: "what a runbook remembers no more: `state delete`";
    "schedule" 1 view::schedule::Shown as Terms: "all that a schedule says: `schedule show`";
    "schedule-ran" 1 schedule::run::Ran: "what became of a schedule just now: `schedule run`";
    "schedule-finished" 1 schedule::finish::Done: "what schedules had begun, and how it went on: `schedule finish`";
    "schedule-exported" 1 schedule::export::Exported: "what another timer takes: `schedule export`";
    "notifications-tried" 1 notify::test::Tests: "which receivers answer: `notify test`";
    "notifications-previewed" 1 notify::preview::Previews: "what would be told: `notify preview`";
    "ssm-package" 1 ssm::package::Written: "a package for Distributor: `ssm package`";
    "ssm-sent" 1 ssm::send::Ended: "how a command on an instance ended: `ssm send`";
    "simulator" 1 sim::Serving: "where the simulator is: `sim`";
    "simulator-facts" 1 sim::Facts: "what it claims about AWS: `sim --facts`";
    "guides" 1 guide::List: "which guides there are: `guide`";
    "guide" 1 guide::One: "a guide: `guide TOPIC`";
    "codes" 1 explain::List: "the codes of errors: `explain`";
    "code" 1 explain::One: "what a code means: `explain CODE`";
    "reference" 1 view::reference::Contents: "the chapters of the reference: `docs`";
    "reference-entries" 1 view::reference::Shown: "entries of the reference: `docs NAME`";
    "schemas" 1 schema::List: "which documents there are: `schema`";
    "schema" 1 schema::One: "the schema of one: `schema NAME`";
}

/// All documents that Moontide prints, by name.
pub(crate) fn all() -> Vec<&'static Known> {
    let lists = [documents::ALL, moontide_author::documents::ALL, OWN];
    let mut all: Vec<&Known> = lists.into_iter().flatten().collect();
    all.sort_by_key(|it| it.name);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_documents_have_one_name() {
        let names: Vec<&str> = all().iter().map(|it| it.name).collect();
        let mut once = names.clone();
        once.dedup();
        assert_eq!(names, once);
        let is_word = |it: &&str| it.chars().all(|it| it.is_ascii_lowercase() || it == '-');
        assert!(names.iter().all(is_word), "{names:?}");
    }
}
