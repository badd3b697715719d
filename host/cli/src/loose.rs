//! Files that others than their owner may read or change, where they should not.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// What others than its owner may do with a file, in words; `None`: nothing.
#[cfg(unix)]
pub(crate) fn others_may(path: &Path) -> Option<&'static str> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    match (mode & 0o022, mode & 0o044) {
        (0, 0) => None,
        (0, _) => Some("read"),
        _ => Some("change"),
    }
}

/// Elsewhere permissions are another matter.
#[cfg(not(unix))]
pub(crate) fn others_may(_path: &Path) -> Option<&'static str> {
    None
}

/// Makes a file that is not there yet, for its owner only, and the folders on the way to it.
pub(crate) fn make_private(path: &Path) -> io::Result<File> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    if let Some(folder) = path.parent() {
        builder.create(folder)?;
    }
    options.open(path)
}
