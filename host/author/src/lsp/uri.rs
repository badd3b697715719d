//! Files as an editor calls them: `file:///home/ann/shop/runbook.luau`.

use std::path::{Path, PathBuf};

use lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

const SCHEME: &str = "file://";
/// What stands in a path as it is.
const KEPT: AsciiSet =
    NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The path; `None` of what is no file, such as a text that was never saved.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix(SCHEME)?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = percent_decode_str(rest).decode_utf8().ok()?;
    // `/C:/shop` is a drive of Windows.
    let drive = path.strip_prefix('/').filter(|it| cfg!(windows) && it.get(1..2) == Some(":"));
    let path = PathBuf::from(drive.unwrap_or(&path));
    path.is_absolute().then_some(path)
}

/// A file's URI.
pub(super) fn of(path: &Path) -> Option<Uri> {
    let path = path.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("{SCHEME}{slash}{}", utf8_percent_encode(&path, &KEPT)).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_comes_back_from_its_uri() {
        for name in ["/home/ann/shop/runbook.luau", "/srv/my disk/ü#?.luau", "/a%20b", "/c:/x"] {
            assert_eq!(path(&of(Path::new(name)).unwrap()), Some(PathBuf::from(name)), "{name}");
        }
        let read = |text: &str| path(&text.parse().unwrap());
        assert_eq!(read("file:///c%3A/shop"), Some(PathBuf::from("/c:/shop")));
        assert_eq!(read("file://localhost/x"), Some(PathBuf::from("/x")));
        assert_eq!(read("untitled:Untitled-1"), None);
        assert_eq!(read("file:relative"), None);
    }
}
