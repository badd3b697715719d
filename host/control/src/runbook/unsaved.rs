//! A runbook as an editor sees it: what lies in its folder, and over that the texts that are typed and not saved.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use moontide_runtime::journal::Source;
use moontide_runtime::journal::execution::Module;

use super::files::Files;
use super::folder;

/// Texts by the paths of their files. A file may not be there yet.
pub type Unsaved = BTreeMap<PathBuf, Source>;

/// The folder and the module of a runbook that is typed, and was never saved.
pub(super) fn find(path: &Path, texts: &Unsaved) -> Option<(PathBuf, String)> {
    let stem = texts.contains_key(path).then(|| path.file_stem()?.to_str())??;
    Some((path.parent()?.to_path_buf(), stem.to_owned()))
}

/// Puts the texts of a folder over its modules.
pub(super) fn lay_over(folder: &Path, modules: &mut BTreeMap<String, Module>, texts: &Unsaved) {
    let title = folder::title(folder);
    // What a link leads to may lie anywhere; no runbook is read from one.
    let own = texts.iter().filter(|(path, _)| !Files::is_test(path) && !path.is_symlink());
    for (path, source) in own {
        if let Some(name) = module(folder, path) {
            let file = format!("{title}/{name}.luau");
            modules.insert(name, Module { file, source: source.clone() });
        }
    }
}

/// The name by which `require` knows a file of the folder.
fn module(folder: &Path, path: &Path) -> Option<String> {
    let within = path.strip_prefix(folder).ok()?.with_extension("");
    let is_luau = path.extension().is_some_and(|suffix| suffix == folder::SUFFIX);
    let names: Option<Vec<&str>> = within.components().map(plain).collect();
    names.filter(|names| is_luau && !names.is_empty()).map(|names| names.join("/"))
}

fn plain(part: Component<'_>) -> Option<&str> {
    let Component::Normal(name) = part else { return None };
    name.to_str().filter(|name| !name.starts_with(['.', '@']))
}

impl Files {
    /// The test files beside a runbook, as modules by the names of their bundles.
    pub fn test_modules(folder: &Path, texts: &Unsaved) -> BTreeMap<String, Module> {
        let saved = Files::tests(folder).unwrap_or_default();
        let read = |path: PathBuf| {
            let mut bundle = Files::test(&path).ok()?;
            Some((path, bundle.modules.remove(&bundle.entry)?))
        };
        let mut found: BTreeMap<PathBuf, Module> = saved.into_iter().filter_map(read).collect();
        for (path, source) in texts {
            if Files::is_test(path) && path.parent() == Some(folder) {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let file = format!("{}/{name}", folder::title(folder));
                found.insert(path.clone(), Module { file, source: source.clone() });
            }
        }
        let named = found.into_iter().filter_map(|(path, it)| Some((module(folder, &path)?, it)));
        named.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_is_typed_counts_and_not_what_is_saved() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("shop");
        fs::create_dir_all(folder.join("parts")).unwrap();
        for (name, text) in [("runbook.luau", "return 1"), ("parts/one.luau", "return 2")] {
            fs::write(folder.join(name), text).unwrap();
        }
        let typed = |name: &str| (folder.join(name), Source::from("-- typed"));
        let names = ["parts/one.luau", "new.luau", "a.test.luau", ".x.luau", "../other.luau"];
        let texts: Unsaved = names.map(typed).into();
        let files = Files::read_over(&folder.join("runbook.luau"), &texts).unwrap();
        let own: Vec<(&str, &str)> = files
            .bundle
            .modules
            .iter()
            .filter(|(name, _)| !name.starts_with('@'))
            .map(|(name, module)| (name.as_str(), &*module.source))
            .collect();
        assert_eq!(own, [("new", "-- typed"), ("parts/one", "-- typed"), ("runbook", "return 1")]);
        assert_eq!(files.bundle.modules["parts/one"].file, "shop/parts/one.luau");
        let found = Files::test_modules(&folder, &texts);
        assert_eq!(found["a.test"].file, "shop/a.test.luau");
        // It was never saved.
        let new = Files::read_over(&folder.join("new.luau"), &texts).unwrap();
        assert_eq!((new.bundle.entry.as_str(), new.folder), ("new", folder.clone()));
        assert!(Files::read_over(&folder.join("none.luau"), &texts).is_err());
    }
}
