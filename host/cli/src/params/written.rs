//! What stands behind the `=` of a param: a value, or where it is. Nothing that is read from a file or from
//! standard input shows in the list of processes.

use std::io::{IsTerminal as _, stdin};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use moontide_control::error::{CommandError, Result, code};
use moontide_control::listener::{Listener, Remark};
use moontide_control::params::Given;
use moontide_control::params::given::{file, text};
use moontide_control::params::secrets::{self, Whence};

/// Whether the value is not what stands there, but what is read from a file or standard input.
fn is_read_from_elsewhere(written: &str) -> bool {
    written.starts_with('@') && !written.starts_with("@@")
}

/// What is given for a param.
pub(super) fn read(
    listener: &dyn Listener,
    (name, is_secret): (&str, bool),
    written: &str,
) -> Result<Given> {
    let given = |text, whence| Given { text, whence, is_read: is_read_from_elsewhere(written) };
    if let Some(literal) = written.strip_prefix("@@") {
        return Ok(given(format!("@{literal}"), Whence::Given));
    }
    match written.strip_prefix('@') {
        Some("-") => Ok(given(standard_input(name)?, Whence::Given)),
        Some(path) => Ok(given(file(name, Path::new(path))?, Whence::Given)),
        None if is_secret && secrets::is_reference(written) => {
            let reference = secrets::absolute(written);
            Ok(given(secrets::resolve(name, &reference)?, Whence::Reference(reference)))
        }
        None => {
            if is_secret {
                listener.hear(&Remark::ShownSecret { param: name.to_owned() });
            }
            Ok(given(written.to_owned(), Whence::Given))
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
