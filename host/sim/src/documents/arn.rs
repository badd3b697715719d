//! The ARN of a document: `arn:aws:ssm:us-west-2:123456789012:document/Shop-Check`. One of AWS's own has no account, and
//! no other has none. A Region is in one partition.

use super::names::is_reserved;

/// The kinds of resource that Systems Manager runs.
const KINDS: [&str; 2] = ["document/", "automation-definition/"];

/// An ARN of Systems Manager that names a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    pub(crate) partition: &'a str,
    pub(crate) region: &'a str,
    /// Empty where AWS owns the document.
    pub(crate) account: &'a str,
    pub(crate) name: &'a str,
}

impl<'a> Arn<'a> {
    /// Reads it. An ARN of something else is none of a document.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next();
        let (is_arn, partition, service) = (next()? == "arn", next()?, next()?);
        let (region, account, resource) = (next()?, next()?, next()?);
        let name = KINDS.iter().find_map(|kind| resource.strip_prefix(kind))?;
        let is_arn = is_arn && partition.starts_with("aws") && service == "ssm";
        is_arn.then_some(Self { partition, region, account, name })
    }

    /// Whether it is a document of the account, or one of AWS's own.
    pub(crate) fn is_of(&self, account: &str) -> bool {
        self.flaw().is_none() && (self.account.is_empty() || self.account == account)
    }

    /// Why there can be no such document.
    pub(crate) fn flaw(&self) -> Option<String> {
        let partition = partition(self.region);
        if self.partition != partition {
            return Some(format!("{} is in the partition {partition}", self.region));
        }
        match (is_reserved(self.name), self.account.is_empty()) {
            (true, false) => {
                Some(format!("only AWS has {}, and its ARN has no account", self.name))
            }
            (false, true) => {
                Some("only the ARNs of AWS's own documents have no account".to_owned())
            }
            _ => None,
        }
    }
}

/// The partition of AWS that a Region is in.
fn partition(region: &str) -> &'static str {
    let partitions = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("us-iso-", "aws-iso"),
        ("eu-isoe-", "aws-iso-e"),
        ("eusc-", "aws-eusc"),
    ];
    let found = partitions.into_iter().find(|(prefix, _)| region.starts_with(prefix));
    found.map_or("aws", |(_, partition)| partition)
}

/// The name that a caller in this account and Region means, where what it gave is the ARN of a document there. A name
/// is itself, and so is the ARN of a document elsewhere.
pub(crate) fn named<'a>(given: &'a str, account: &str, region: &str) -> &'a str {
    match Arn::read(given) {
        Some(arn) if arn.region == region && arn.is_of(account) => arn.name,
        _ => given,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_in_one_partition() {
        for (region, expected) in
            [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
        {
            assert_eq!(partition(region), expected);
        }
        let chinese = "arn:aws-cn:ssm:cn-north-1:123456789012:document/Shop-Check";
        assert_eq!(named(chinese, "123456789012", "cn-north-1"), "Shop-Check");
    }

    #[test]
    fn an_arn_of_the_own_account_and_region_or_of_awss_own_is_a_name_and_no_other_is() {
        let named = |given| named(given, "123456789012", "us-west-2");
        for (given, name) in [
            ("arn:aws:ssm:us-west-2::document/AWS-RunShellScript", "AWS-RunShellScript"),
            ("arn:aws:ssm:us-west-2:123456789012:document/Shop-Check", "Shop-Check"),
            ("arn:aws:ssm:us-west-2:123456789012:automation-definition/Shop-Open", "Shop-Open"),
        ] {
            assert_eq!(named(given), name);
        }
        for other in [
            "Shop-Check",
            "arn:aws:ssm:us-west-2:999999999999:document/Shop-Check",
            "arn:aws:ssm:eu-west-1:123456789012:document/Shop-Check",
            "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript",
            "arn:aws:ssm:::document/AWS-RunShellScript",
            "arn:aws:s3:us-west-2:123456789012:document/Shop-Check",
            "arn:aws:ssm:us-west-2:123456789012:parameter/Shop-Check",
            "arn:aws-cn:ssm:us-west-2:123456789012:document/Shop-Check",
            "arn:aws:ssm:us-west-2::document/Shop-Check",
            "arn:aws:ssm:us-west-2:123456789012:document/AWS-RunShellScript",
        ] {
            assert_eq!(named(other), other);
        }
    }
}
