//! Which runbook a document belongs to.

use std::path::{Path, PathBuf};

use moontide_control::files;
use moontide_control::runbook::{FILE, Files, Unsaved};

/// So many folders up, a `runbook.luau` is another matter.
const FARTHEST: usize = 8;
/// No larger file is looked into.
const LARGEST: u64 = 1 << 20;

/// What is checked when a document changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// A runbook, by the path of its file.
    Runbook(PathBuf),
    /// A module that no runbook is known of: its types alone are checked.
    Module(PathBuf),
}

impl Owner {
    /// The owner of a document.
    pub(super) fn of(path: &Path, texts: &Unsaved) -> Owner {
        let is_there = |path: &Path| texts.contains_key(path) || path.is_file();
        let is_test = Files::is_test(path);
        if !is_test && texts.get(path).is_some_and(|text| declares(text)) {
            return Owner::Runbook(path.to_path_buf());
        }
        let folders = path.ancestors().skip(1).take(FARTHEST);
        let mut runbooks = folders.map(|folder| folder.join(FILE));
        // A test may be of another runbook in its folder, of its own name.
        let own = path.to_str().and_then(|path| path.strip_suffix(".test.luau"));
        let own = own.map(|own| PathBuf::from(format!("{own}.luau")));
        let own =
            own.filter(|it| it.file_name().is_some_and(|name| name == FILE) || runs(it, texts));
        match own.or_else(|| runbooks.find(|path| is_there(path))) {
            Some(runbook) => Owner::Runbook(runbook),
            None => Owner::Module(path.to_path_buf()),
        }
    }

    /// Whether its check may come to something else once this file has changed.
    pub(super) fn may_use(&self, path: &Path) -> bool {
        self.path().parent().is_some_and(|folder| path.starts_with(folder))
    }

    /// The file at which it begins.
    pub(super) fn path(&self) -> &Path {
        match self {
            Owner::Runbook(path) | Owner::Module(path) => path,
        }
    }
}

/// Whether a file that is there declares a runbook.
fn runs(path: &Path, texts: &Unsaved) -> bool {
    match texts.get(path) {
        Some(text) => declares(text),
        None => files::read(path, LARGEST).is_ok_and(|text| declares(&text)),
    }
}

/// Whether a text declares a runbook, as far as can be seen without running it.
fn declares(text: &str) -> bool {
    let code = code(text);
    code.match_indices(".runbook")
        .any(|(at, found)| code[at + found.len()..].trim_start().starts_with(['{', '(']))
}

/// A text without its comments, and without what stands between quotes.
fn code(text: &str) -> String {
    let (mut code, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(['-', '"', '\'', '`', '[']) {
        code.push_str(&rest[..at]);
        rest = &rest[at..];
        let behind = match long(rest.strip_prefix("--").unwrap_or(rest)) {
            Some(behind) => behind,
            None if rest.starts_with("--") => rest.find('\n').map_or("", |end| &rest[end..]),
            None if rest.starts_with(['-', '[']) => {
                code.push_str(&rest[..1]);
                &rest[1..]
            }
            None => quoted(rest),
        };
        rest = behind;
    }
    code.push_str(rest);
    code
}

/// What stands behind a long bracket, `[==[ … ]==]`, if the text begins with one.
fn long(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?;
    let level = inner.len() - inner.trim_start_matches('=').len();
    let inner = inner[level..].strip_prefix('[')?;
    let close = format!("]{}]", "=".repeat(level));
    Some(inner.find(&close).map_or("", |end| &inner[end + close.len()..]))
}

/// What stands behind a text between quotes, with which this begins; of one that has no end, what is on other lines.
fn quoted(text: &str) -> &str {
    let mut letters = text.char_indices();
    let quote = letters.next().map(|(_, quote)| quote);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '\n' if quote != Some('`') => return &text[at..],
            _ if Some(letter) == quote => return &text[at + letter.len_utf8()..],
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_document_belongs_to_the_runbook_that_it_is_or_that_lies_above_it() {
        let home = tempfile::tempdir().unwrap();
        let shop = home.path().join("shop");
        fs::create_dir_all(shop.join("parts")).unwrap();
        fs::write(shop.join(FILE), "").unwrap();
        fs::write(shop.join("other.luau"), "").unwrap();
        fs::write(shop.join("parts.luau"), "return {}").unwrap();
        let text = |name: &str, text: &str| (shop.join(name), text.into());
        let texts: Unsaved = [
            text("other.luau", "return moontide.runbook {}"),
            text("parts/one.luau", "-- moontide.runbook {\nlocal x = wave.runbook"),
        ]
        .into();
        let of = |name: &str| Owner::of(&shop.join(name), &texts);
        let runbook = |name: &str| Owner::Runbook(shop.join(name));
        assert_eq!(of(FILE), runbook(FILE));
        assert_eq!(of("other.luau"), runbook("other.luau"));
        assert_eq!(of("parts/one.luau"), runbook(FILE));
        assert_eq!(of("runbook.test.luau"), runbook(FILE));
        assert_eq!(of("other.test.luau"), runbook("other.luau"));
        assert_eq!(of("more.test.luau"), runbook(FILE));
        assert_eq!(of("parts.test.luau"), runbook(FILE), "a test of what is no runbook");
        let lonely = home.path().join("lonely.luau");
        assert_eq!(Owner::of(&lonely, &texts), Owner::Module(lonely));
    }

    #[test]
    fn what_is_a_comment_or_a_text_declares_nothing() {
        for text in [
            "return { y = \"use moontide.runbook { }\" }",
            "--[[ return moontide.runbook { ]] return {}",
            "--[==[ ]] moontide.runbook { ]==] return {}",
            "local x = [[ moontide.runbook { ]]",
            "local x = 'a\\'moontide.runbook {'",
            "local x = `moontide.runbook {",
            "-- moontide.runbook {",
            "return moontide.runbooks {",
        ] {
            assert!(!declares(text), "{text}");
        }
        for text in [
            "return moontide.runbook {",
            "-- \"\nreturn moontide.runbook({})",
            "local x = \"half\nreturn moontide.runbook {}",
            "local x = a[b] - c --[[ d ]] return moontide.runbook {}",
        ] {
            assert!(declares(text), "{text}");
        }
    }
}
