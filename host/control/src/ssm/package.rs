//! The package that Distributor installs: a zip with the binary and its scripts, and a manifest with its digest.
//!
//! - [`elf`]: what a binary needs of the server that it runs on.
//!
//! The same binary makes the same bytes: a digest that differs is another package.

pub mod elf;

use std::io::{Cursor, Write as _};

use moontide_runtime::text::hex::hex;
use ring::digest::{SHA256, digest};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use self::elf::{Binary, Version};
use crate::error::{CommandError, Result, code};

/// The oldest release of the GNU C library on servers that Systems Manager manages: Amazon Linux 2's.
pub const OLDEST: Version = Version { major: 2, minor: 26 };

/// The scripts that Distributor runs, by the names that it knows.
const SCRIPTS: [(&str, &str); 4] = [
    ("install.sh", include_str!("package/install.sh")),
    ("update.sh", include_str!("package/update.sh")),
    ("uninstall.sh", include_str!("package/uninstall.sh")),
    ("validate.sh", include_str!("package/validate.sh")),
];

/// The platforms of Linux, by the names of Distributor: the same binary runs on all of them.
const PLATFORMS: [&str; 7] = ["amazon", "centos", "debian", "oracle", "redhat", "suse", "ubuntu"];

/// The manifest's file.
pub const MANIFEST: &str = "manifest.json";

/// A package, ready to be written.
#[derive(Clone, Debug)]
pub struct Package {
    /// The name of the zip.
    pub file: String,
    /// The zip.
    pub zip: Vec<u8>,
    /// The manifest.
    pub manifest: Value,
    /// What was put together.
    pub made: Made,
}

/// What was put together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Made {
    /// The version of the package.
    pub package_version: String,
    /// The architecture, as Distributor calls it.
    pub architecture: &'static str,
    /// The release of the GNU C library that the binary needs; `None`: it is linked statically.
    pub needs_glibc: Option<String>,
    /// The digest of the zip.
    pub sha256: String,
    /// How long the zip is.
    pub bytes: usize,
}

impl Package {
    /// Puts a binary into a package of this version, for servers whose C library is at least this old.
    pub fn of(binary: &[u8], version: &str, glibc: Version) -> Result<Package> {
        check_version(version)?;
        let known = Binary::read(binary).map_err(|why| {
            refused(format!("it is no program for Linux: {why}"))
                .hint("`--binary` names the `moontide` that was built for the instances")
        })?;
        known.check(glibc)?;
        let zip = zipped(binary).map_err(|error| {
            CommandError::new(code::INTERNAL, format!("the zip cannot be made: {error}"))
        })?;
        let sha256 = hex(digest(&SHA256, &zip).as_ref());
        let architecture = known.architecture;
        let file = format!("moontide-linux-{architecture}.zip");
        let manifest = json!({
            "schemaVersion": "2.0",
            "version": version,
            "packages": PLATFORMS.iter().map(|platform| {
                ((*platform).to_owned(), json!({ "_any": { architecture: { "file": file } } }))
            }).collect::<Map<_, _>>(),
            "files": { file.as_str(): { "checksums": { "sha256": sha256 } } },
        });
        let needs_glibc = known.glibc.map(|it| it.to_string());
        let (package_version, bytes) = (version.to_owned(), zip.len());
        let made = Made { package_version, architecture, needs_glibc, sha256, bytes };
        Ok(Package { file, zip, manifest, made })
    }
}

fn zipped(binary: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    for (name, text) in SCRIPTS {
        zip.start_file(name, options)?;
        zip.write_all(text.as_bytes())?;
    }
    zip.start_file("moontide", options)?;
    zip.write_all(binary)?;
    Ok(zip.finish()?.into_inner())
}

/// A version is what Distributor takes for one.
fn check_version(version: &str) -> Result<()> {
    let fits = |it: char| it.is_ascii_alphanumeric() || "._+-".contains(it);
    if (1..=128).contains(&version.len()) && version.chars().all(fits) {
        return Ok(());
    }
    let message = format!("`{version}` cannot be the version of a package");
    Err(CommandError::new(code::BAD_ARGUMENT, message)
        .hint("a version has letters, digits, `.`, `_`, `+` and `-`"))
}

/// The complaint about a binary that cannot go into the package.
fn refused(message: String) -> CommandError {
    CommandError::new(code::PACKAGE_BINARY, message)
}
