//! Files that others than their owner may read or change, where they should not.

use std::fs::File;
use std::io;
use std::path::Path;

use moontide_runtime::store::sqlite::private;

/// What others than its owner may do with a file, in words; `None`: nothing.
#[cfg(unix)]
pub fn others_may(path: &Path) -> Option<&'static str> {
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
pub fn others_may(_path: &Path) -> Option<&'static str> {
    None
}

/// Makes a file that is not there yet, for its owner only, and the folders on the way to it.
pub fn make_private(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        private::directory(folder)?;
    }
    private::options().create_new(true).open(path)
}
