//! What stands behind the `=` of a param: a value, or where it is. Nothing that is read from a file or from
//! standard input shows in the list of processes.

use std::fs::File;
use std::io::{IsTerminal as _, Read, stdin};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::secrets::{self, Whence};
use crate::context::Context;
use crate::error::{CommandError, Result, code};
use crate::output::style::{attention, plain};

/// No value is longer.
const LONGEST: u64 = 64 * 1024;

/// Whether the value is not what stands there, but what is read from a file or standard input.
pub(super) fn is_read_from_elsewhere(written: &str) -> bool {
    written.starts_with('@') && !written.starts_with("@@")
}

/// The text of a param, and whence it comes.
pub(super) fn read(
    context: &Context,
    (name, is_secret): (&str, bool),
    written: &str,
) -> Result<(String, Whence)> {
    if let Some(literal) = written.strip_prefix("@@") {
        return Ok((format!("@{literal}"), Whence::Given));
    }
    match written.strip_prefix('@') {
        Some("-") => Ok((standard_input(name)?, Whence::Given)),
        Some(path) => Ok((file(name, Path::new(path))?, Whence::Given)),
        None if is_secret && secrets::is_reference(written) => {
            let reference = secrets::absolute(written);
            Ok((secrets::resolve(name, &reference)?, Whence::Reference(reference)))
        }
        None => {
            if is_secret {
                let how = format!(
                    "the list of processes shows `{name}`: `--param {name}=@FILE`, `@-` (standard input), \
                     `env:NAME` and `file:PATH` do not"
                );
                context.output.say([attention("warning: "), plain(how)]);
            }
            Ok((written.to_owned(), Whence::Given))
        }
    }
}

/// Whether standard input has been read.
static IS_READ: AtomicBool = AtomicBool::new(false);

fn standard_input(name: &str) -> Result<String> {
    if IS_READ.swap(true, Ordering::Relaxed) {
        let message = format!(
            "`--param {name}=@-`: standard input holds one value, and another param has it"
        );
        return Err(CommandError::new(code::BAD_ARGUMENT, message));
    }
    if stdin().is_terminal() {
        let message =
            format!("`--param {name}=@-` reads a pipe or a file, and standard input is a terminal");
        return Err(CommandError::new(code::BAD_ARGUMENT, message).hint(format!(
            "`pass show {name} | moontide … --param {name}=@-`, or `--param {name}=@FILE`"
        )));
    }
    text(name, "standard input", stdin().lock())
}

/// The value in a file, which may be a pipe.
pub(super) fn file(name: &str, path: &Path) -> Result<String> {
    let place = path.display().to_string();
    let file = File::open(path).map_err(|error| unreadable(name, &place, &error.to_string()))?;
    text(name, &place, file)
}

fn text(name: &str, place: &str, source: impl Read) -> Result<String> {
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
