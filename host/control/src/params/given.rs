//! What is given for a param: a text, and whence it comes. What a file holds is read here, and never quoted.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::secrets::Whence;
use crate::error::{CommandError, Result, code};

/// No value is longer.
const LONGEST: u64 = 64 * 1024;

/// What is given for one param.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The value, as text.
    pub text: String,
    /// Whence it comes, if it is secret.
    pub whence: Whence,
    /// Whether it was read from a file or a pipe.
    pub is_read: bool,
}

/// The value in a file, which may be a pipe.
pub fn file(name: &str, path: &Path) -> Result<String> {
    let place = path.display().to_string();
    let file = File::open(path).map_err(|error| unreadable(name, &place, &error.to_string()))?;
    text(name, &place, file)
}

/// The value that a source gives.
pub fn text(name: &str, place: &str, source: impl Read) -> Result<String> {
    let mut bytes = Vec::new();
    let read = source.take(LONGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(name, place, &error.to_string()))?;
    if bytes.len() as u64 > LONGEST {
        return Err(unreadable(name, place, &format!("it holds more than {} KiB", LONGEST / 1024)));
    }
    // What is in there stays unsaid, also where it is no text.
    let mut text =
        String::from_utf8(bytes).map_err(|_| unreadable(name, place, "it is not UTF-8"))?;
    // An editor and `echo` end a file with a line break that is no part of the value.
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

fn unreadable(name: &str, place: &str, why: &str) -> CommandError {
    CommandError::new(
        code::BAD_PARAM,
        format!("the value of `{name}` cannot be read from {place}: {why}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_its_text_without_the_last_line_break_and_is_never_quoted() {
        let read = |bytes: &[u8]| text("pw", "FILE", bytes).map_err(|error| error.message);
        assert_eq!(read(b"hunter22\n"), Ok("hunter22".into()));
        assert_eq!(read(b"two\nlines\r\n"), Ok("two\nlines".into()));
        assert_eq!(read(b"none"), Ok("none".into()));
        assert_eq!(
            read(b"\xffsecret"),
            Err("the value of `pw` cannot be read from FILE: it is not UTF-8".into())
        );
        let long = read(&vec![b'x'; 65_537]).unwrap_err();
        assert_eq!(long, "the value of `pw` cannot be read from FILE: it holds more than 64 KiB");
        assert_eq!(read(&vec![b'x'; 65_536]).map(|text| text.len()), Ok(65_536));
    }
}
