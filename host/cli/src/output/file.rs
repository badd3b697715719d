//! A file that a command writes beside what it says. What is another's is not written over.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use moontide_control::error::{CommandError, Result, code};

/// Files that a person has written, whatever is in them.
const SOURCES: [&str; 2] = ["luau", "toml"];

/// What a command draws or lists into a file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A drawing.
    Svg,
    /// The results of tests.
    Junit,
    /// The reference as a page.
    Html,
    /// The reference as Markdown.
    Markdown,
    /// What drills prove, as rows for a table.
    Csv,
    /// What drills prove, as a page.
    Compliance,
    /// A report as a page.
    Report,
    /// A report as data.
    Data,
    /// A report as a statement of in-toto.
    Statement,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Svg => "SVG",
            Kind::Junit => "JUnit XML",
            Kind::Html | Kind::Compliance => "HTML",
            Kind::Markdown => "Markdown",
            Kind::Csv => "CSV",
            Kind::Report => "a report",
            Kind::Data => "a report in JSON",
            Kind::Statement => "a statement of in-toto",
        }
    }

    /// Whether a new file of this kind is its owner's only: it has names, params and what people have said. The mode of
    /// one that is there already stays.
    #[cfg(unix)]
    fn is_private(self) -> bool {
        match self {
            Kind::Csv | Kind::Compliance | Kind::Report | Kind::Data | Kind::Statement => true,
            Kind::Svg | Kind::Junit | Kind::Html | Kind::Markdown => false,
        }
    }

    /// Whether a file is of this kind already.
    fn is_of(self, text: &[u8]) -> bool {
        let head = &text[..text.len().min(4096)];
        let holds = |tag: &[u8]| head.windows(tag.len()).any(|it| it == tag);
        let begins = |with: &[u8]| head.trim_ascii_start().starts_with(with);
        match self {
            Kind::Svg => begins(b"<") && holds(b"<svg"),
            Kind::Junit => begins(b"<") && holds(b"<testsuite"),
            Kind::Html | Kind::Compliance => begins(b"<!doctype html") || begins(b"<!DOCTYPE html"),
            Kind::Markdown => begins(b"#"),
            Kind::Csv => begins(b"\"kind\","),
            Kind::Report => begins(b"<!DOCTYPE html") && holds(b"moontide-report-digest"),
            Kind::Data => begins(b"{") && holds(b"\"report\":"),
            Kind::Statement => begins(b"{") && holds(b"in-toto.io/Statement"),
        }
    }
}

/// Refuses a file in which something else is. Asked before the work begins.
pub(crate) fn may_write(path: &Path, kind: Kind) -> Result<()> {
    let shown = path.display();
    let is_source = path.extension().is_some_and(|it| SOURCES.iter().any(|own| it == *own));
    let refused = |why: String| {
        let error = CommandError::new(code::BAD_ARGUMENT, why);
        Err(error.hint("name a file that does not exist yet; nothing was written"))
    };
    if is_source {
        return refused(format!(
            "{shown} is called as a source is, and would hold {}",
            kind.name()
        ));
    }
    match fs::read(path) {
        Ok(text) if !text.is_empty() && !kind.is_of(&text) => {
            refused(format!("{shown} holds something else than {}", kind.name()))
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(path, &error)),
    }
}

/// Writes the file anew.
pub(crate) fn write(path: &Path, kind: Kind, text: &[u8]) -> Result<()> {
    may_write(path, kind)?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if kind.is_private() {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let file = options.open(path);
    file.and_then(|mut file| file.write_all(text)).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> CommandError {
    CommandError::new(code::OUTPUT, format!("{} cannot be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_has_names_in_it_is_its_owners_only() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().expect("a folder");
        let mode = |kind: Kind, name: &str, text: &[u8]| {
            let path = folder.path().join(name);
            write(&path, kind, text).expect("it is new");
            fs::metadata(&path).expect("it is there").permissions().mode() & 0o777
        };
        for (kind, name) in [
            (Kind::Csv, "a.csv"),
            (Kind::Compliance, "a.html"),
            (Kind::Report, "b.html"),
            (Kind::Data, "b.json"),
            (Kind::Statement, "c.json"),
        ] {
            assert_eq!(mode(kind, name, b"x"), 0o600, "{name}");
        }
        assert_ne!(mode(Kind::Svg, "a.svg", b"<svg/>"), 0o600, "a drawing is for all");
        fs::set_permissions(folder.path().join("a.csv"), fs::Permissions::from_mode(0o640))
            .expect("it is ours");
        fs::write(folder.path().join("a.csv"), "").expect("it is emptied");
        assert_eq!(mode(Kind::Csv, "a.csv", b"y"), 0o640, "its owner has decided");
    }

    #[test]
    fn only_a_file_of_the_same_kind_is_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        write(&path("plan.svg"), Kind::Svg, b"<svg></svg>").expect("it is new");
        write(&path("plan.svg"), Kind::Svg, b"<svg/>").expect("it is one");
        write(&path("empty.svg"), Kind::Svg, b"").expect("it is new");
        write(&path("empty.svg"), Kind::Svg, b"<svg/>").expect("nothing is lost");
        let xml = b"<?xml version=\"1.0\"?>\n<testsuites/>";
        write(&path("tests.xml"), Kind::Junit, xml).expect("it is new");
        write(&path("tests.xml"), Kind::Junit, xml).expect("it is one");
        fs::write(path("notes.md"), "see <svg> and <testsuite>").expect("it writes");
        for (name, kind) in [
            ("runbook.luau", Kind::Svg),
            ("world.toml", Kind::Junit),
            ("notes.md", Kind::Svg),
            ("notes.md", Kind::Junit),
            ("tests.xml", Kind::Svg),
            ("plan.svg", Kind::Junit),
        ] {
            let before = fs::read(path(name)).ok();
            let error = write(&path(name), kind, b"<svg/>").expect_err("it is another's");
            assert_eq!(error.code, code::BAD_ARGUMENT);
            assert_eq!(fs::read(path(name)).ok(), before);
        }
    }
}
