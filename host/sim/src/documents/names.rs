//! The names that documents may have, and those that stand for more than a name.

/// What a document is for: `Command` or `Automation`, which are run by operations of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Command,
    Automation,
}

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
