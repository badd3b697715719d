//! Why a document does not exist.

use super::arn::Arn;
use super::catalogue::{is_owned, nearest_of, owned};
use super::names::{Kind, is_reserved};
use crate::nearest::nearest;

/// Why a document does not exist, for the author who believed that it does. `scripted` are the documents of
/// this kind that the world has in the Region, and `others` those of the other kind.
pub(crate) fn missing<'a>(
    kind: Kind,
    name: &str,
    region: &str,
    scripted: impl Iterator<Item = &'a str>,
    mut others: impl Iterator<Item = &'a str>,
) -> String {
    let (other, list) = match kind {
        Kind::Command => (Kind::Automation, "commands"),
        Kind::Automation => (Kind::Command, "automations"),
    };
    let said = format!("Document with name {name} does not exist.");
    if let Some(arn) = Arn::read(name) {
        if let Some(flaw) = arn.flaw().filter(|_| arn.region == region) {
            return format!("{said} This cannot be its ARN: {flaw}.");
        }
        let of = if arn.region == region { "account" } else { "Region" };
        return format!("{said} It is of another {of}.");
    }
    if is_owned(other, name) || others.any(|known| known == name) {
        let is = if other == Kind::Command { "a command document" } else { "an automation" };
        return format!("{said} {name} is {is}.");
    }
    let scripted: Vec<&str> = scripted.collect();
    let known = || scripted.iter().copied();
    let near = if is_reserved(name) {
        nearest_of(name, known().chain(owned(kind).map(|known| -> &'a str { known })))
            .map(str::to_owned)
    } else {
        nearest(name, known())
    };
    match near {
        Some(near) => format!("{said} Did you mean {near}?"),
        None if is_reserved(name) => format!(
            "{said} It is none of AWS's own that are known here: if AWS has it, [[{list}]] with this `document` in the \
             world says how it ends."
        ),
        None => format!("{said} In a world, [[{list}]] with this `document` makes one."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_exist_is_told_with_what_may_have_been_meant() {
        let scripted = || ["Shop-CutOver"].into_iter();
        let said =
            |kind, name| missing(kind, name, "us-west-2", scripted(), ["Shop-Check"].into_iter());
        let cases = [
            (Kind::Automation, "Shop-Cutover", "Did you mean Shop-CutOver?"),
            (Kind::Command, "AWS-RunShelScript", "Did you mean AWS-RunShellScript?"),
            (Kind::Command, "AWS-StopEC2Instance", "AWS-StopEC2Instance is an automation."),
            (Kind::Automation, "AWS-RunShellScript", "AWS-RunShellScript is a command document."),
            (Kind::Automation, "Shop-Check", "Shop-Check is a command document."),
            (Kind::Command, "arn:aws:ssm:us-west-2:9:document/Xyz", "It is of another account."),
            (Kind::Command, "arn:aws:ssm:eu-west-1::document/Xyz", "It is of another Region."),
            (
                Kind::Command,
                "arn:aws:ssm:us-west-2::document/Xyz",
                "This cannot be its ARN: only the ARNs of AWS's own documents have no account.",
            ),
            (
                Kind::Command,
                "arn:aws-cn:ssm:us-west-2:9:document/Xyz",
                "This cannot be its ARN: us-west-2 is in the partition aws.",
            ),
            (Kind::Command, "AWS-ShopCheck", "`document` in the world says how it ends."),
            (Kind::Command, "Xyz", "In a world, [[commands]] with this `document` makes one."),
        ];
        for (kind, name, hint) in cases {
            assert!(said(kind, name).ends_with(hint), "{name}: {}", said(kind, name));
        }
    }
}
