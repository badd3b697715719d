//! What the pretend world claims about the real one, and how sure it is.
//!
//! No AWS account stands behind this crate, so every simulated behaviour says where it comes from.
//! A fact is declared in a `FACTS` list at the head of the file that implements it; this file only
//! gathers the lists. `moontide sim --facts` prints them.

use serde::Serialize;

/// One behaviour of the simulator, and the reason to believe that AWS does the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// A stable name: service, thing, behaviour. `drs.job.never-fails`.
    pub id: &'static str,
    /// The behaviour, as one sentence.
    pub sentence: &'static str,
    /// How sure we are.
    pub certainty: Certainty,
    /// Where it was read or seen; for an assumption, why this and not something else.
    pub source: &'static str,
}

/// How sure a [`Fact`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// AWS says so, in its documentation or its service model.
    Documented,
    /// Seen in a published log of the real service, or reported by those who ran into it.
    Observed,
    /// Our guess, chosen to be unkind to the caller where the truth is unknown.
    Assumed,
}

impl Fact {
    pub(crate) const fn documented(
        id: &'static str,
        sentence: &'static str,
        source: &'static str,
    ) -> Self {
        Self { id, sentence, certainty: Certainty::Documented, source }
    }

    pub(crate) const fn observed(
        id: &'static str,
        sentence: &'static str,
        source: &'static str,
    ) -> Self {
        Self { id, sentence, certainty: Certainty::Observed, source }
    }

    pub(crate) const fn assumed(
        id: &'static str,
        sentence: &'static str,
        source: &'static str,
    ) -> Self {
        Self { id, sentence, certainty: Certainty::Assumed, source }
    }
}

/// Names the places where facts come from, so that they are spelled one way.
pub(crate) mod source {
    pub(crate) const DRS_MODEL: &str = "the service model drs/2020-02-26 in botocore 1.44.5";
    pub(crate) const DRS_GUIDE: &str = "the AWS Elastic Disaster Recovery user guide";
    pub(crate) const DRS_TOOLS: &str =
        "the sample result of drs-plan-automation, aws-samples/drs-tools, December 2022";
    pub(crate) const DRILL_REPORT: &str =
        "a published report of a drill of two Windows servers, 7 December 2025";
    pub(crate) const EC2_GUIDE: &str = "the Amazon EC2 API reference";
    pub(crate) const EC2_MODEL: &str = "the service model ec2/2016-11-15 in botocore 1.44.5";
    pub(crate) const SSM_GUIDE: &str = "the AWS Systems Manager API reference";
    pub(crate) const SSM_REBOOTS: &str =
        "docs.aws.amazon.com/systems-manager/latest/userguide/send-commands-reboot.html";
    pub(crate) const SSM_MODEL: &str = "the service model ssm/2014-11-06 in botocore 1.44.5";
}

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
        crate::ssm::documents::FACTS,
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
