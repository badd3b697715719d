//! All that the pretend world claims about the real one. `moontide sim --facts` prints it.
//!
//! The lists stand at the head of the files that implement them; this file only gathers them.

use crate::fact::Fact;

/// Every simulated behaviour, room by room.
pub fn facts() -> Vec<Fact> {
    [
        crate::http::FACTS,
        crate::dispatch::FACTS,
        crate::serve::FACTS,
        crate::estate::FACTS,
        crate::estate::launch::FACTS,
        crate::estate::timeline::FACTS,
        crate::estate::instance::FACTS,
        crate::estate::invoke::FACTS,
        crate::estate::quota::FACTS,
        crate::estate::replication::FACTS,
        crate::estate::terminate::FACTS,
        crate::drs::FACTS,
        crate::drs::error::FACTS,
        crate::drs::paging::FACTS,
        crate::drs::source_servers::FACTS,
        crate::drs::start_recovery::FACTS,
        crate::drs::jobs::FACTS,
        crate::drs::job_log::FACTS,
        crate::drs::recovery_instances::FACTS,
        crate::drs::snapshots::FACTS,
        crate::drs::launch_configuration::FACTS,
        crate::drs::tags::FACTS,
        crate::ec2::FACTS,
        crate::ec2::reboot::FACTS,
        crate::ec2::status::FACTS,
        crate::ec2::tags::FACTS,
        crate::ec2::terminate::FACTS,
        crate::ssm::FACTS,
        crate::ssm::cancel_command::FACTS,
        crate::documents::FACTS,
        crate::ssm::send_command::FACTS,
        crate::ssm::instance_information::FACTS,
        crate::ssm::invocations::FACTS,
        crate::ssm::start_automation_execution::FACTS,
        crate::ssm::get_automation_execution::FACTS,
        crate::ssm::stop_automation_execution::FACTS,
        crate::sts::FACTS,
        crate::tags::FACTS,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// How many `FACTS` lists there are below `folder`, this file left out.
    fn lists(folder: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let count = |path: std::path::PathBuf| {
            if path.is_dir() {
                lists(&path)
            } else if path.ends_with("facts.rs") {
                0
            } else {
                std::fs::read_to_string(path).unwrap().matches("const FACTS:").count()
            }
        };
        entries.map(count).sum()
    }

    #[test]
    fn every_list_of_facts_is_gathered() {
        let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let gathered = |line: &&str| line.trim_start().starts_with("crate::");
        assert_eq!(include_str!("facts.rs").lines().filter(gathered).count(), lists(&sources));
    }

    #[test]
    fn every_fact_has_a_name_of_its_own_a_sentence_and_a_source() {
        let facts = facts();
        let names: BTreeSet<_> = facts.iter().map(|fact| fact.id).collect();
        assert_eq!(names.len(), facts.len());
        for fact in &facts {
            assert!(fact.sentence.ends_with('.'), "{}", fact.id);
            assert!(!fact.source.is_empty(), "{}", fact.id);
        }
    }
}
