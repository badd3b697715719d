//! The documents that exist: AWS's own, and those that the world scripts.
//!
//! Nothing here knows what a document does. It knows names, kinds and platforms, because a name that is
//! misspelt, a runbook sent as a command, and a script for the wrong operating system should fail in a
//! rehearsal as they would in AWS.

mod arn;
mod owned;
mod owned_automations;

use crate::fact::{Fact, source};
use crate::nearest::nearest;
use crate::platform::Platform;
pub(crate) use arn::{Arn, named};
use owned::{COMMANDS, Supports};
use owned_automations::AUTOMATIONS;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ssm.documents.owned",
        "AWS owns documents of its own, which every account can run: the automations of its reference and the most used \
         command documents are known by name.",
        "the Systems Manager user guide; its Automation runbook reference, of May 2021 and of a later year; published \
         answers of ListDocuments, February 2021 and April 2024; managed policies and guides of DRS, CloudWatch, \
         Inspector and Incident Manager",
    ),
    Fact::documented(
        "ssm.documents.reserved",
        "Only AWS gives a document a name that begins with aws, amazon or amzn.",
        "the Systems Manager API reference on CreateDocument",
    ),
    Fact::assumed(
        "ssm.documents.reserved-unknown",
        "A document that is named like AWS's own and is not known here exists if the world scripts it by this name, and a \
         rehearsal notes that; one that differs in at most two letters from a document that is known here cannot be \
         scripted.",
        "AWS owns more documents than are known here, and a name that is so near to a known one is misspelt",
    ),
    Fact::documented(
        "ssm.documents.names",
        "A document's name has 3 to 128 letters, digits, and _ - . of which an ARN has : and / too; anything else is \
         a ValidationException.",
        source::SSM_MODEL,
    ),
    Fact::documented(
        "ssm.documents.shared",
        "A document that another account shares is run by its ARN; one that it does not share is not found.",
        source::SSM_MODEL,
    ),
    Fact::assumed(
        "ssm.documents.arn",
        "The ARN of the caller's own account and Region names the document of that name, and the ARN of the Region and \
         no account one of AWS's own, in the Region's partition. A document of another account is shared if the world \
         names its ARN, and one of another Region is not found.",
        "the service model takes names and ARNs alike, and does not say which forms of an ARN are taken",
    ),
    Fact::assumed(
        "ssm.documents.unsimulated",
        "A document that AWS owns and that the world does not script does nothing and succeeds, with any \
         parameters.",
        "what it would do to an instance is not simulated; a rehearsal says so in its notes",
    ),
    Fact::documented(
        "ssm.documents.unknown",
        "A command document that does not exist is InvalidDocument, an automation that does not exist \
         AutomationDefinitionNotFoundException; the hint in the message is the simulator's own.",
        source::SSM_MODEL,
    ),
    Fact::documented(
        "ssm.documents.version",
        "A version is $DEFAULT, $LATEST or a number from 1 on; anything else is a ValidationException.",
        source::SSM_MODEL,
    ),
    Fact::assumed(
        "ssm.documents.any-version",
        "Every document has every version.",
        "there is no document store behind the simulator; InvalidDocumentVersion is not simulated",
    ),
    Fact::assumed(
        "ssm.documents.kinds",
        "An automation that is sent as a command does not exist as one, and the other way round.",
        "each operation says what type of document it runs, and not how it refuses the other",
    ),
    Fact::observed(
        "ssm.documents.platform",
        "A command to an instance whose platform its document does not support is 400 UnsupportedPlatformType, \
         such as AWS-RunShellScript on Windows.",
        "issue 1209 of aws/aws-sdk-java, issue 978 of gruntwork-io/terratest",
    ),
    Fact::observed(
        "ssm.documents.powershell-on-linux",
        "AWS-RunPowerShellScript supports Windows and Linux. Without PowerShell on a Linux instance the command \
         is accepted, and fails there: fork/exec /usr/bin/pwsh: no such file or directory.",
        "a published answer of DescribeDocument, March 2024; the source of amazon-ssm-agent; reports of the error",
    ),
];

/// What a document is for: `Command` or `Automation`, which are run by operations of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Command,
    Automation,
}

/// So many letters make a name a misspelt one.
const SLIP: usize = 2;

/// The one document for which a world may say that a Linux server can run it.
pub(crate) const POWERSHELL: &str = "AWS-RunPowerShellScript";

/// The documents that run whatever they are given: a world scripts what they are given, not them.
pub(crate) const SCRIPTS: [&str; 2] = ["AWS-RunShellScript", POWERSHELL];

/// Whether it is the name or the ARN of a document, as the service model writes them.
pub(crate) fn is_well_formed(name: &str) -> bool {
    let is_arn = name.starts_with("arn:");
    let known = |byte: u8| {
        byte.is_ascii_alphanumeric() || b"_-.".contains(&byte) || is_arn && b":/".contains(&byte)
    };
    (3..=128).contains(&name.len()) && name.bytes().all(known)
}

/// Whether AWS alone gives such names.
pub(crate) fn is_reserved(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    ["aws", "amazon", "amzn"].iter().any(|prefix| name.starts_with(prefix))
}

/// The document of AWS's own, and of this kind, for which this is hardly more than a slip of the pen: a letter or two
/// more, less, other or swapped, or capitals.
pub(crate) fn misspelt(kind: Kind, name: &str) -> Option<&'static str> {
    nearest_of(name.rsplit('/').next().unwrap_or(name), owned(kind))
}

fn nearest_of<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let distance = |known: &str| strsim::osa_distance(&name, &known.to_lowercase());
    let near = known.map(|known| (distance(known), known)).filter(|(far, _)| *far <= SLIP);
    near.min_by_key(|(far, _)| *far).map(|(_, known)| known)
}

/// Whether only AWS could have made a document of this name, and none such is known here.
pub(crate) fn is_unknown(kind: Kind, name: &str) -> bool {
    is_reserved(name) && !is_owned(kind, name)
}

/// Whether AWS owns a document of this name and kind.
pub(crate) fn is_owned(kind: Kind, name: &str) -> bool {
    owned(kind).any(|known| known == name)
}

fn owned(kind: Kind) -> impl Iterator<Item = &'static str> {
    let commands = COMMANDS.iter().map(|(name, _)| *name).filter(move |_| kind == Kind::Command);
    commands.chain(AUTOMATIONS.iter().copied().filter(move |_| kind == Kind::Automation))
}

/// Whether instances of this platform can be sent the document. Nothing is known of a world's own.
pub(crate) fn supports(name: &str, platform: Platform) -> bool {
    let known = COMMANDS.iter().find(|(known, _)| *known == name).map(|(_, supports)| *supports);
    match known {
        None | Some(Supports::Both) => true,
        Some(Supports::Linux) => platform == Platform::Linux,
        Some(Supports::Windows) => platform == Platform::Windows,
    }
}

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

    #[test]
    fn a_name_is_misspelt_if_at_most_two_letters_or_capitals_keep_it_from_a_known_one() {
        for (name, known) in [
            ("AWS-RunShelScript", Some("AWS-RunShellScript")),
            ("AWS-RunShellScripts", Some("AWS-RunShellScript")),
            ("AWS-RunShelScrpit", Some("AWS-RunShellScript")),
            ("aws-runshellscript", Some("AWS-RunShellScript")),
            ("AWS-RunSheScrip", None),
            ("AWS-PromoteRdsReadReplica", None),
            ("AWS-StartRdsBackup", None),
        ] {
            assert_eq!(misspelt(Kind::Command, name), known, "{name}");
        }
        assert_eq!(misspelt(Kind::Automation, "AWS-PromoteRdsReadReplica"), None);
    }

    #[test]
    fn no_document_is_listed_twice() {
        for kind in [Kind::Command, Kind::Automation] {
            let names: std::collections::BTreeSet<_> = owned(kind).collect();
            assert_eq!(names.len(), owned(kind).count());
        }
    }
}
