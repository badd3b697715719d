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
    let (account, region) = (call.account.as_deref()?, call.region()?);
    let arn = Arn::read(given)?;
    (arn.region == region && arn.account == account).then_some(arn.name)
}

/// The name by which a denial knows what a call gives: AWS may know a document by more forms of its ARN than what is
/// allowed counts, so any that could be this document is it, of any partition, with or without a version. `None`: it is
/// certainly a document of another account or Region.
pub(super) fn deniable<'a>(given: &'a str, call: &Consequences) -> Option<&'a str> {
    let (name, region, account) = match Arn::read(given) {
        Some(arn) => (arn.name, arn.region, arn.account),
        None if given.starts_with("arn:") => return None,
        None => (given, "", ""),
    };
    let could_be =
        |said: &str, own: Option<&str>| said.is_empty() || own.is_none_or(|it| it == said);
    let is_own = could_be(region, call.region()) && could_be(account, call.account.as_deref());
    is_own.then(|| name.split_once(':').map_or(name, |(name, _version)| name))
}

/// An ARN of a document.
struct Arn<'a> {
    region: &'a str,
    account: &'a str,
    name: &'a str,
}

impl<'a> Arn<'a> {
    fn read(given: &'a str) -> Option<Arn<'a>> {
        let mut parts = given.splitn(6, ':');
        let mut next = || parts.next();
        let is_arn = next()? == "arn" && next()?.starts_with("aws") && next()? == "ssm";
        let (region, account, resource) = (next()?, next()?, next()?);
        let name = KINDS.iter().find_map(|kind| resource.strip_prefix(kind))?;
        is_arn.then_some(Arn { region, account, name })
    }
}
