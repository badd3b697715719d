//! Tracing, off by default. What it prints is for a developer who debugs Moontide or its conversation with AWS.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::OnceLock;

use moontide_runtime::effect::redact::Secrets;
use moontide_runtime::journal::Format;
use moontide_runtime::sandbox::plain;
use serde_json::Value;
use tracing_subscriber::EnvFilter;

/// Begins to trace to stderr if `-v` or `MOONTIDE_LOG` asks for it.
pub(crate) fn begin(verbose: u8, filter: Option<&str>) {
    let filter = match (filter, verbose) {
        (Some(filter), _) => filter,
        (None, 0) => return,
        (None, 1) => {
            "moontide=debug,moontide_control=debug,moontide_runtime=debug,moontide_aws=debug,moontide_sim=debug"
        }
        (None, _) => "debug",
    };
    let filter = EnvFilter::builder().parse_lossy(filter);
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(|| Cleaned);
    // No other subscriber has begun: this is the only place, and it is called once.
    let _ = subscriber.try_init();
}

/// What no record shows: this process drives one execution.
static HIDDEN: OnceLock<Secrets> = OnceLock::new();

/// From now on no record shows these.
pub(crate) fn hide(secrets: &BTreeMap<String, Value>) {
    let _ = HIDDEN.set(Secrets::new(secrets, Format::CURRENT));
}

/// stderr, where each record is one line that cannot speak to a terminal: a record may hold what AWS or a
/// runbook says.
struct Cleaned;

impl Write for Cleaned {
    /// Takes one record, as the subscriber writes them.
    fn write(&mut self, record: &[u8]) -> io::Result<usize> {
        io::stderr().lock().write_all(one_line(record).as_bytes())?;
        Ok(record.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// A record as one line.
fn one_line(record: &[u8]) -> String {
    let text = String::from_utf8_lossy(record);
    let text = HIDDEN.get().map_or_else(|| text.to_string(), |hidden| hidden.hide(&text));
    plain(text.trim_end_matches('\n'), usize::MAX) + "\n"
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_record_is_one_line_whatever_is_in_it() {
        assert_eq!(
            one_line("DEBUG a\n\u{1b}[2Jb\u{202e}\n".as_bytes()),
            "DEBUG a\\n\\u{1b}[2Jb\\u{202e}\n"
        );
    }
}
