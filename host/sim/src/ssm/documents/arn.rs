//! The ARN of a document: `arn:aws:ssm:us-west-2:123456789012:document/Shop-Check`. One of AWS's own has no account.

/// The kinds of resource that Systems Manager runs.
const KINDS: [&str; 2] = ["document/", "automation-definition/"];

/// An ARN of Systems Manager that names a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
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
        let is_arn = next()? == "arn" && next()?.starts_with("aws") && next()? == "ssm";
        let (region, account, resource) = (next()?, next()?, next()?);
        let name = KINDS.iter().find_map(|kind| resource.strip_prefix(kind))?;
        is_arn.then_some(Self { region, account, name })
    }

    /// Whether it is of the account, or of none.
    pub(crate) fn is_of(&self, account: &str) -> bool {
        self.account.is_empty() || self.account == account
    }
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
    fn an_arn_of_the_own_account_and_region_or_of_no_account_is_a_name_and_no_other_is() {
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
        ] {
            assert_eq!(named(other), other);
        }
    }
}
