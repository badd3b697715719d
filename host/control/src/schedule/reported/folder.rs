//! The folder into which a schedule's reports are written: a set of files for each time, private, and each of them whole
//! or not there.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process;

use crate::error::{CommandError, Result, code};

/// Writes these texts, by how their names end; returns where the last one is. Made once more for the same time, they
/// take the place of those that are there.
pub(super) fn keep(folder: &str, name: &str, texts: &[(&str, Vec<u8>)]) -> Result<String> {
    let folder = Path::new(folder);
    let mut last = folder.to_owned();
    let failed = |path: &Path, error: &io::Error| {
        let message = format!("the report {} cannot be written: {error}", path.display());
        CommandError::new(code::OUTPUT, message)
    };
    make(folder).map_err(|error| failed(folder, &error))?;
    for (ending, text) in texts {
        last = folder.join(format!("{name}.{ending}"));
        write(folder, &last, text).map_err(|error| failed(&last, &error))?;
    }
    Ok(last.display().to_string())
}

/// Makes the folder where there is none, for its owner only.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A file beside it becomes it once all of it is on the disk.
fn write(folder: &Path, path: &Path, text: &[u8]) -> io::Result<()> {
    let beside = beside(path);
    match fs::remove_file(&beside) {
        // Another process of this number was killed here.
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    let written = file.write_all(text).and_then(|()| file.sync_all());
    if let Err(error) = written.and_then(|()| fs::rename(&beside, path)) {
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    // Its name is to last as well, where the system can promise that.
    File::open(folder).and_then(|folder| folder.sync_all()).or(Ok(()))
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_private_and_whole_and_a_link_in_their_place_leads_nowhere() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("reports/shop");
        let text = folder.display().to_string();
        let texts = |it: &str| [("json", it.as_bytes().to_vec()), ("html", b"<p>".to_vec())];
        let page = keep(&text, "report-a", &texts("one")).unwrap();
        assert_eq!(Path::new(&page), folder.join("report-a.html"));
        let other = home.path().join("other");
        fs::write(&other, "not ours").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt as _, symlink};
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&folder), mode(Path::new(&page))), (0o700, 0o600));
            fs::remove_file(folder.join("report-a.json")).unwrap();
            symlink(&other, folder.join("report-a.json")).unwrap();
        }
        fs::write(beside(&folder.join("report-a.json")), "half").unwrap();
        keep(&text, "report-a", &texts("two")).unwrap();
        assert_eq!(fs::read(folder.join("report-a.json")).unwrap(), b"two");
        assert_eq!(fs::read(&other).unwrap(), b"not ours");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "nothing else is left there");
        let error = keep(&other.display().to_string(), "report-a", &texts("x")).unwrap_err();
        assert_eq!(error.code, code::OUTPUT);
    }
}
