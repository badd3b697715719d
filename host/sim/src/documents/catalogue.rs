//! The documents that AWS owns, by name: their kinds and platforms.

use super::names::{Kind, is_reserved};
use super::owned::{COMMANDS, Supports};
use super::owned_automations::AUTOMATIONS;
use crate::fact::{Fact, source};
use crate::platform::Platform;

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

/// So many letters make a name a misspelt one.
const SLIP: usize = 2;

/// The document of AWS's own, and of this kind, for which this is hardly more than a slip of the pen: a letter or two
/// more, less, other or swapped, or capitals.
pub(crate) fn misspelt(kind: Kind, name: &str) -> Option<&'static str> {
    nearest_of(name.rsplit('/').next().unwrap_or(name), owned(kind))
}

pub(super) fn nearest_of<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
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

pub(super) fn owned(kind: Kind) -> impl Iterator<Item = &'static str> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
