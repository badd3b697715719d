//! Tracing, off by default. What it prints is for whoever debugs Moontide or its conversation with AWS.

use tracing_subscriber::EnvFilter;

/// Begins to trace to stderr if `-v` or `MOONTIDE_LOG` asks for it.
pub(crate) fn begin(verbose: u8, filter: Option<&str>) {
    let filter = match (filter, verbose) {
        (Some(filter), _) => filter,
        (None, 0) => return,
        (None, 1) => "moontide=debug,moontide_runtime=debug,moontide_aws=debug,moontide_sim=debug",
        (None, _) => "debug",
    };
    let filter = EnvFilter::builder().parse_lossy(filter);
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Nobody else has begun: this is the only place, and it is called once.
    let _ = subscriber.try_init();
}
