//! Tracing, off by default. What it prints is for whoever debugs Moontide or its conversation with AWS.

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;

use crate::output::clean;

/// Begins to trace to stderr if `-v` or `MOONTIDE_LOG` asks for it.
pub(crate) fn begin(verbose: u8, filter: Option<&str>) {
    let filter = match (filter, verbose) {
        (Some(filter), _) => filter,
        (None, 0) => return,
        (None, 1) => "moontide=debug,moontide_runtime=debug,moontide_aws=debug,moontide_sim=debug",
        (None, _) => "debug",
    };
    let filter = EnvFilter::builder().parse_lossy(filter);
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(|| Cleaned);
    // Nobody else has begun: this is the only place, and it is called once.
    let _ = subscriber.try_init();
}

/// stderr, where each record is one line that cannot speak to a terminal: a record may hold what AWS or a
/// runbook says.
struct Cleaned;

impl Write for Cleaned {
    /// Takes one record, as the subscriber writes them.
    fn write(&mut self, record: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(record);
        let line = clean::line(text.trim_end_matches('\n'));
        io::stderr().lock().write_all(format!("{line}\n").as_bytes())?;
        Ok(record.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
