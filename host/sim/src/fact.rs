//! A fact: one behaviour of the pretend world, and how sure we are that AWS does the same.
//!
//! No AWS account stands behind this crate, so every simulated behaviour says where it comes from. A fact is declared
//! in a `FACTS` list at the head of the file that implements it.

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
    pub(crate) const ROUTE53_GUIDE: &str = "the Amazon Route 53 API reference";
    pub(crate) const SSM_GUIDE: &str = "the AWS Systems Manager API reference";
    pub(crate) const SSM_REBOOTS: &str =
        "docs.aws.amazon.com/systems-manager/latest/userguide/send-commands-reboot.html";
    pub(crate) const SSM_MODEL: &str = "the service model ssm/2014-11-06 in botocore 1.44.5";
}
