//! What a binary needs of the server that it runs on: as much of ELF as says so.
//!
//! A program that is linked with the GNU C library names, for each shared library, the versions of the symbols that it
//! uses. The dynamic linker refuses to start it where one of them is missing; so the largest is the oldest release that
//! it runs on.

use std::fmt;

use crate::error::Result;

/// A release of the GNU C library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// `2`.
    pub major: u32,
    /// `26`.
    pub minor: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl Version {
    /// Reads `2.26`.
    pub fn parse(text: &str) -> Option<Version> {
        let (major, minor) = text.split_once('.')?;
        // A third number tells releases apart that have the same symbols, as far as we use them.
        let minor = minor.split('.').next()?;
        Some(Version { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }
}

/// A program for Linux.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    /// `x86_64` or `arm64`.
    pub architecture: &'static str,
    /// The release of the GNU C library that it needs; `None`: it is linked statically.
    pub glibc: Option<Version>,
    /// The dynamic linker that starts it; `None`: it is linked statically.
    pub interpreter: Option<String>,
}

/// The kinds of segments that are looked at.
const LOAD: u32 = 1;
const DYNAMIC: u32 = 2;
const INTERPRETER: u32 = 3;

/// The entries of the dynamic section that are looked at.
const STRINGS: u64 = 5;
const NEEDED_VERSIONS: u64 = 0x6fff_fffe;

/// No program needs more versions of more libraries.
const MOST: usize = 4096;

impl Binary {
    /// Reads the headers of a program.
    pub fn read(bytes: &[u8]) -> std::result::Result<Binary, &'static str> {
        let elf = Elf(bytes);
        if bytes.get(..4) != Some(b"\x7fELF") {
            return Err("it is not in the ELF format");
        }
        if bytes.get(4..6) != Some(&[2, 1]) {
            return Err("it is for 32 bits, or another order of bytes");
        }
        let architecture = match elf.u16(18) {
            Some(62) => "x86_64",
            Some(183) => "arm64",
            _ => return Err("it is neither for x86_64 nor for arm64"),
        };
        if !matches!(elf.u16(16), Some(2 | 3)) {
            return Err("it cannot be started");
        }
        elf.program(architecture).ok_or("its headers are damaged")
    }

    /// Refuses a program that does not start on servers with this release.
    pub(super) fn check(&self, oldest: Version) -> Result<()> {
        let linker = self.interpreter.as_deref().unwrap_or_default();
        if linker.contains("musl") {
            let message =
                format!("it is linked with musl dynamically: `{linker}` is on few servers");
            return Err(super::refused(message).hint(build(self.architecture, oldest)));
        }
        match self.glibc.filter(|needed| *needed > oldest) {
            None => Ok(()),
            Some(needed) => {
                let message = format!(
                    "it needs glibc {needed}, and the package is for servers with glibc {oldest}, as Amazon Linux 2"
                );
                let newer =
                    format!("if all your servers have glibc {needed} or newer: `--glibc {needed}`");
                Err(super::refused(message).hint(build(self.architecture, oldest)).hint(newer))
            }
        }
    }
}

/// What makes a binary for such servers.
fn build(architecture: &str, oldest: Version) -> String {
    let machine = if architecture == "arm64" { "aarch64" } else { "x86_64" };
    format!(
        "`pip install ziglang && cargo install cargo-zigbuild --locked`, then \
         `cargo zigbuild --release --target {machine}-unknown-linux-gnu.{oldest}`"
    )
}

/// The bytes of a program: numbers and texts in them, if they are there.
#[derive(Clone, Copy)]
struct Elf<'b>(&'b [u8]);

/// A part of the file, and where it is in memory.
#[derive(Clone, Copy)]
struct Segment {
    kind: u32,
    offset: u64,
    address: u64,
    size: u64,
}

impl Elf<'_> {
    fn program(self, architecture: &'static str) -> Option<Binary> {
        let (at, size, count) = (self.u64(32)?, self.u16(54)?, self.u16(56)?);
        let segment = |number: u16| {
            let at = at.checked_add(u64::from(number) * u64::from(size))?;
            Some(Segment {
                kind: self.u32(at)?,
                offset: self.u64(at.checked_add(8)?)?,
                address: self.u64(at.checked_add(16)?)?,
                size: self.u64(at.checked_add(32)?)?,
            })
        };
        let segments = (0..count).map(segment).collect::<Option<Vec<_>>>()?;
        let of_kind = |kind| segments.iter().find(move |it| it.kind == kind);
        let interpreter = match of_kind(INTERPRETER) {
            Some(segment) => Some(self.text(segment.offset)?),
            None => None,
        };
        let versions = match of_kind(DYNAMIC) {
            Some(dynamic) => self.versions(&segments, *dynamic)?,
            None => Vec::new(),
        };
        let glibc = versions.iter().filter_map(|it| Version::parse(it.strip_prefix("GLIBC_")?));
        Some(Binary { architecture, glibc: glibc.max(), interpreter })
    }

    /// The names of the versions that it needs.
    fn versions(self, segments: &[Segment], dynamic: Segment) -> Option<Vec<String>> {
        let entries = (0..dynamic.size / 16).map(|at| dynamic.offset + 16 * at);
        let entry = |tag| {
            let mut entries = entries.clone().filter(move |at| self.u64(*at) == Some(tag));
            self.u64(entries.next()? + 8)
        };
        let Some(needs) = entry(NEEDED_VERSIONS) else { return Some(Vec::new()) };
        let place = |address: u64| {
            let loaded = segments.iter().filter(|it| it.kind == LOAD);
            let mut within = loaded
                .filter(|it| it.address <= address && address - it.address < it.size)
                .map(|it| address - it.address + it.offset);
            within.next()
        };
        let (strings, mut library) = (place(entry(STRINGS)?)?, place(needs)?);
        let mut found = Vec::new();
        // A library's entry, then one for each version: both are lists of relative places that end with 0.
        for _ in 0..MOST {
            let mut version = library.checked_add(u64::from(self.u32(library + 8)?))?;
            for _ in 0..self.u16(library + 2)? {
                let name = strings.checked_add(u64::from(self.u32(version + 8)?))?;
                found.push(self.text(name)?);
                version = version.checked_add(u64::from(self.u32(version + 12)?))?;
            }
            match u64::from(self.u32(library + 12)?) {
                0 => return Some(found),
                next => library = library.checked_add(next)?,
            }
        }
        None
    }

    fn bytes<const N: usize>(self, at: u64) -> Option<[u8; N]> {
        let at = usize::try_from(at).ok()?;
        self.0.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    fn u16(self, at: u64) -> Option<u16> {
        self.bytes(at).map(u16::from_le_bytes)
    }

    fn u32(self, at: u64) -> Option<u32> {
        self.bytes(at).map(u32::from_le_bytes)
    }

    fn u64(self, at: u64) -> Option<u64> {
        self.bytes(at).map(u64::from_le_bytes)
    }

    /// A text that ends with 0.
    fn text(self, at: u64) -> Option<String> {
        let rest = self.0.get(usize::try_from(at).ok()?..)?;
        let end = rest.iter().take(MOST).position(|byte| *byte == 0)?;
        Some(String::from_utf8_lossy(&rest[..end]).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn releases_are_compared_by_their_numbers() {
        let version = |text| Version::parse(text).expect("a release");
        assert!(version("2.4") < version("2.26") && version("2.26") < version("2.34"));
        assert_eq!(version("2.2.5"), version("2.2"));
        assert_eq!(version("2.26").to_string(), "2.26");
        for wrong in ["2", "", "x.y", "PRIVATE"] {
            assert_eq!(Version::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_program_for_linux_is_told_by_what_it_lacks() {
        let head = |class: u8, machine: u8, kind: u8| {
            let mut bytes = vec![0; 64];
            bytes[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', class, 1]);
            (bytes[16], bytes[18]) = (kind, machine);
            bytes
        };
        let why = |bytes: &[u8]| Binary::read(bytes).expect_err("it is no program");
        assert_eq!(why(b"MZ"), "it is not in the ELF format");
        assert_eq!(why(&head(1, 62, 2)), "it is for 32 bits, or another order of bytes");
        assert_eq!(why(&head(2, 3, 2)), "it is neither for x86_64 nor for arm64");
        assert_eq!(why(&head(2, 62, 1)), "it cannot be started");
        let bare = Binary::read(&head(2, 183, 2)).expect("a program without a segment");
        assert_eq!(bare, Binary { architecture: "arm64", glibc: None, interpreter: None });
        let mut torn = head(2, 62, 2);
        (torn[32], torn[54], torn[56]) = (60, 56, 3);
        assert_eq!(why(&torn), "its headers are damaged");
    }

    proptest! {
        #[test]
        fn no_bytes_lead_it_astray(rest in proptest::collection::vec(any::<u8>(), 0..600)) {
            let mut bytes = vec![0x7f, b'E', b'L', b'F', 2, 1];
            bytes.extend(rest);
            if bytes.len() > 20 {
                (bytes[16], bytes[17], bytes[18], bytes[19]) = (2, 0, 62, 0);
            }
            let _ = Binary::read(&bytes);
        }
    }
}
