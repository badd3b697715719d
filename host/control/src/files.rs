//! Files that Moontide reads as text: the ones of a runbook, its settings, its world.
//!
//! Only regular files are read: a pipe may never end, and a device may have no end. None is read further than
//! its kind may be long. What lies in a runbook's folder stays in it: a link that leads out could show any file
//! of the operator who checks a stranger's runbook.

use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// Why a file was not read.
#[derive(Debug)]
pub enum Unread {
    /// There is none.
    Missing,
    /// It is a folder, a pipe, a device or the like.
    Irregular,
    /// It is longer than so many bytes.
    TooLarge(u64),
    /// It is not UTF-8.
    NotText,
    /// It is a link that leads out of its folder.
    LeadsOut,
    /// It is a link to what does not exist: what it held, such as denials, must not be missing without a word.
    LeadsNowhere,
    /// The system did not give it.
    Failed(io::Error),
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unread::Missing => f.write_str("it does not exist"),
            Unread::Irregular => f.write_str("it is no regular file"),
            Unread::TooLarge(most) if most.is_multiple_of(1 << 20) => {
                write!(f, "it is larger than {} MiB", most >> 20)
            }
            Unread::TooLarge(most) => write!(f, "it is larger than {} KiB", most >> 10),
            Unread::NotText => f.write_str("it is not valid UTF-8"),
            Unread::LeadsOut => f.write_str(
                "it is a link that leads out of the runbook's folder, and is not followed",
            ),
            Unread::LeadsNowhere => f.write_str("it is a link to what does not exist"),
            Unread::Failed(error) => error.fmt(f),
        }
    }
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Unread {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Unread::Missing,
            _ => Unread::Failed(error),
        }
    }
}

/// The text of a regular file of at most `most` bytes. Links are followed: the operator
/// who names one means it.
pub fn read(path: &Path, most: u64) -> Result<String, Unread> {
    let found = fs::metadata(path).map_err(Unread::from);
    if matches!(found, Err(Unread::Missing)) && fs::symlink_metadata(path).is_ok() {
        return Err(Unread::LeadsNowhere);
    }
    // Before it is opened: that alone would wait for the other end of a pipe.
    check(&found?, most)?;
    let file = File::open(path)?;
    check(&file.metadata()?, most)?;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Unread::TooLarge(most));
    }
    String::from_utf8(bytes).map_err(|_| Unread::NotText)
}

/// The same of a file that lies in a runbook's folder, and may be a link to another file in there.
pub fn read_within(folder: &Path, name: &str, most: u64) -> Result<String, Unread> {
    let path = folder.join(name);
    if fs::symlink_metadata(&path)?.is_symlink() {
        let whole = fs::canonicalize(folder)?;
        let Ok(target) = fs::canonicalize(&path) else { return Err(Unread::LeadsNowhere) };
        if !target.starts_with(whole) {
            return Err(Unread::LeadsOut);
        }
    }
    read(&path, most)
}

fn check(file: &Metadata, most: u64) -> Result<(), Unread> {
    if !file.is_file() {
        return Err(Unread::Irregular);
    }
    if file.len() > most { Err(Unread::TooLarge(most)) } else { Ok(()) }
}

/// Whether one of these words begins a line of the text, as a key or a table's name: a file without any of them
/// is of another kind, and an error quotes nothing of it.
pub fn is_of_kind(text: &str, words: &[&str]) -> bool {
    let begins = |line: &str| {
        let name = line.trim_start().trim_start_matches('[').trim_start();
        words.iter().any(|word| {
            let rest = name.strip_prefix(word).map(str::trim_start);
            rest.is_some_and(|rest| rest.starts_with(['=', ']', '.']))
        })
    };
    text.lines().any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_told_by_its_keys_and_tables() {
        let words = ["limits", "store"];
        for text in ["[limits]\n", "\n store=1", "# x\n[[ limits ]]", "limits.vm_memory = 1"] {
            assert!(is_of_kind(text, &words), "{text}");
        }
        for text in ["[default]\nkey = 1", "", "stored = 1", "# store = 1", "my.store = 1"] {
            assert!(!is_of_kind(text, &words), "{text}");
        }
    }

    #[test]
    fn only_a_regular_file_of_its_size_is_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(read_within(folder, "Cargo.toml", 1 << 20).unwrap().contains("[package]"));
        let why = |read: Result<String, Unread>| read.unwrap_err().to_string();
        assert_eq!(why(read(folder, 9)), "it is no regular file");
        assert_eq!(why(read(&folder.join("Cargo.toml"), 1024)), "it is larger than 1 KiB");
        assert_eq!(why(read_within(folder, "none", 9)), "it does not exist");
        #[cfg(unix)]
        assert_eq!(why(read(Path::new("/dev/zero"), 9)), "it is no regular file");
    }
}
