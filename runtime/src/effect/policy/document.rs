//! By which names a document is known: its own, and its ARN in the account and Region of the call.

use crate::effect::touch::Consequences;

/// What an ARN of a document says before the name.
const KINDS: [&str; 2] = ["document/", "automation-definition/"];

/// The name of the document that a call means, where what it gives is the ARN of one in the call's own account and
/// Region: that is the very document that the name means there. Anything else means itself.
pub(super) fn named<'a>(given: &'a str, call: &Consequences) -> &'a str {
    own_name(given, call).unwrap_or(given)
}

fn own_name<'a>(given: &'a str, call: &Consequences) -> Option<&'a str> {
    let (account, region) = (call.account.as_deref()?, call.region.as_deref()?);
    let mut parts = given.splitn(6, ':');
    let mut next = || parts.next();
    let is_arn = next()? == "arn" && next()?.starts_with("aws") && next()? == "ssm";
    let is_own = next()? == region && next()? == account;
    let resource = next()?;
    let name = KINDS.iter().find_map(|kind| resource.strip_prefix(kind))?;
    (is_arn && is_own).then_some(name)
}
