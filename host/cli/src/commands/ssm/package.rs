//! `moontide ssm package`: the package by which Distributor installs Moontide.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::ssm::package::elf::Version;
use moontide_control::ssm::package::{MANIFEST, Made, OLDEST, Package};
use schemars::JsonSchema;
use serde::Serialize;

use crate::context::Context;
use crate::exit;
use crate::output::style::{faint, plain, strong};
use crate::output::{Document, Page};

/// Put the binary into a package of Distributor: a zip with its scripts, and the manifest
///
/// The package installs /usr/local/bin/moontide, and makes /etc/moontide/runbooks and /var/lib/moontide. A binary is
/// refused that the instances cannot start, because it was built for a newer C library than theirs.
#[derive(Args)]
#[command(after_help = "\
Example:
  cargo zigbuild --release --target x86_64-unknown-linux-gnu.2.26
  moontide ssm package --binary target/x86_64-unknown-linux-gnu/release/moontide --out package")]
pub(crate) struct Flags {
    /// The `moontide` that was built for the instances
    #[arg(long, value_name = "FILE")]
    binary: PathBuf,

    /// The folder in which the zip and manifest.json are written
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,

    /// The version of the package
    #[arg(long, value_name = "VERSION", default_value = env!("CARGO_PKG_VERSION"))]
    package_version: String,

    /// The oldest GNU C library on the instances: 2.26 is Amazon Linux 2's, 2.34 Amazon Linux 2023's
    #[arg(long, value_name = "VERSION", default_value_t = OLDEST, value_parser = release)]
    glibc: Version,
}

/// Reads a release of the C library; for clap.
fn release(text: &str) -> Result<Version, String> {
    Version::parse(text).ok_or_else(|| "a release is written like `2.26`".to_owned())
}

/// What was written, and where.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Written {
    /// The files that were written.
    files: Vec<PathBuf>,
    #[serde(flatten)]
    made: Made,
}

/// Writes it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let binary = fs::read(&flags.binary).map_err(|error| {
        let message = format!("{} cannot be read: {error}", flags.binary.display());
        CommandError::new(code::BAD_ARGUMENT, message)
    })?;
    let package = Package::of(&binary, &flags.package_version, flags.glibc)?;
    fs::create_dir_all(&flags.out).map_err(|error| unwritten(&flags.out, &error))?;
    let zip = write(&flags.out, &package.file, &package.zip)?;
    let manifest = write(&flags.out, MANIFEST, format!("{:#}\n", package.manifest).as_bytes())?;
    context.output.show(&Written { files: vec![zip, manifest], made: package.made })?;
    Ok(exit::COMPLETED)
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf> {
    let path = folder.join(name);
    fs::write(&path, bytes).map_err(|error| unwritten(&path, &error))?;
    Ok(path)
}

fn unwritten(path: &Path, error: &std::io::Error) -> CommandError {
    CommandError::new(code::OUTPUT, format!("{}: {error}", path.display()))
}

impl Document for Written {
    fn write(&self, page: &mut Page) {
        let Made { package_version, architecture, needs_glibc, sha256, bytes } = &self.made;
        let glibc = match needs_glibc {
            Some(version) => format!("needs glibc {version}"),
            None => "linked statically".to_owned(),
        };
        let about = format!("  {package_version}  {architecture}  {glibc}");
        page.line([strong("moontide"), plain(about)]);
        for path in &self.files {
            page.line([faint("wrote "), plain(path.display().to_string())]);
        }
        page.line([faint("sha256 "), plain(format!("{sha256}  {bytes} bytes"))]);
    }
}
