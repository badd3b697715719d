//! What each code means, why it comes, and what to type. A family of codes is a file; an entry of it begins with
//! `## CODE: what it means`, or `## CODE, CODE: …` where several codes are one matter.

/// Codes that belong together.
struct Family {
    /// The whole file. Its first line is `# What the codes are about`.
    text: &'static str,
}

macro_rules! families {
    ($($name:literal),* $(,)?) => {
        /// All of them, in the order of their codes.
        const FAMILIES: &[Family] = &[$(
            Family { text: include_str!(concat!("../../guides/errors/", $name, ".md")) },
        )*];
        /// The names of their files.
        #[cfg(test)]
        pub(super) const FILES: &[&str] = &[$($name),*];
    };
}

families![
    "command-line",
    "runbook",
    "world-file",
    "store",
    "lease",
    "settings",
    "journal",
    "execution",
    "schedules",
    "ssm",
    "report",
    "notifications",
    "other",
    "engine",
    "library",
    "aws",
];

/// What there is to say about a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What its family is about.
    pub(crate) family: &'static str,
    /// The codes that it is about, one at least.
    pub(crate) codes: Vec<&'static str>,
    /// What they mean, as a phrase.
    pub(crate) meaning: &'static str,
    /// Why they come, and what to type, as Markdown.
    pub(crate) body: &'static str,
}

/// The entry of every code, family by family.
pub(crate) fn all() -> impl Iterator<Item = Entry> {
    FAMILIES.iter().flat_map(|family| {
        let (head, entries) = family.text.split_once("\n## ").unwrap_or((family.text, ""));
        let title = head.lines().next().unwrap_or_default().trim_start_matches("# ");
        entries.split("\n## ").filter(|it| !it.is_empty()).map(move |it| entry(title, it))
    })
}

fn entry(family: &'static str, text: &'static str) -> Entry {
    let (head, body) = text.split_once('\n').unwrap_or((text, ""));
    let (codes, meaning) = head.split_once(": ").unwrap_or((head, ""));
    Entry { family, codes: codes.split(", ").collect(), meaning, body: body.trim() }
}

/// The entry of a code, however it is written: `M0411`, `m0411`, `error[M0411]`, `Delivery Timed Out`.
pub(crate) fn find(code: &str) -> Option<Entry> {
    let code = bare(code).replace(' ', "");
    all().find(|entry| entry.codes.iter().any(|it| it.eq_ignore_ascii_case(&code)))
}

/// A code without what is printed around it.
pub(crate) fn bare(code: &str) -> &str {
    let code = code.trim_end_matches(':');
    let inner = code.strip_prefix("error[").and_then(|rest| rest.strip_suffix(']'));
    inner.unwrap_or(code)
}
