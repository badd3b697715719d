//! Folders about whose changes no system says anything: those of other machines, and of virtual ones.

use std::fs;
use std::path::Path;

/// File systems without events, by the beginning of their names.
const SILENT: [&str; 7] = ["nfs", "cifs", "smb", "9p", "fuse.", "vboxsf", "afs"];

/// The file system of a folder, if it is one without events.
pub(super) fn silent(folder: &Path) -> Option<String> {
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    let kind = kind_of(&mounts, folder)?;
    SILENT.iter().any(|silent| kind.starts_with(silent)).then_some(kind)
}

/// The kind of the mount that a folder lies in: the deepest that is above it.
fn kind_of(mounts: &str, folder: &Path) -> Option<String> {
    let mounts = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let at = fields.next()?.replace("\\040", " ");
        let kind = fields.next()?;
        folder.starts_with(&at).then(|| (at.len(), kind.to_owned()))
    });
    mounts.max_by_key(|(depth, _)| *depth).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_mount_counts() {
        let mounts = "/dev/sda / ext4 rw 0 0\nsrv:/home /home nfs4 rw 0 0\n/dev/b /home/ann/my\\040disk ext4 rw 0 0\n";
        for (folder, kind) in
            [("/etc", "ext4"), ("/home/ann/shop", "nfs4"), ("/home/ann/my disk/shop", "ext4")]
        {
            assert_eq!(kind_of(mounts, Path::new(folder)).as_deref(), Some(kind), "{folder}");
        }
    }
}
