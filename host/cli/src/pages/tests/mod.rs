//! Reads every page: the guides, the pages of codes, and the READMEs.

mod codes;
mod commands;
mod links;
mod sources;

use std::fs;
use std::path::{Path, PathBuf};

/// A page, as it lies in the repository.
struct Page {
    path: PathBuf,
    text: String,
}

/// A place of this repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// The Markdown files of a folder, by name.
fn pages_in(folder: &str) -> Vec<Page> {
    let folder = repository(folder);
    let files = fs::read_dir(&folder).expect("the folder is there");
    let mut paths: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|suffix| suffix == "md"));
    paths.sort();
    paths.into_iter().map(page).collect()
}

fn page(path: PathBuf) -> Page {
    let text = fs::read_to_string(&path).expect("a page can be read");
    Page { path, text }
}

/// Every page that an operator or a newcomer reads.
fn all() -> Vec<Page> {
    let mut all = pages_in("host/cli/guides");
    all.extend(pages_in("host/cli/guides/errors"));
    let readmes = ["", "runbooks/hello", "runbooks/shared_state", "runbooks/three_tier"];
    all.extend(readmes.iter().map(|folder| page(repository(folder).join("README.md"))));
    all
}

/// A page's lines in fences of this language, and its indented ones; a line that ends in `\` goes on with the next.
fn fenced(page: &Page, language: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let (mut fence, mut goes_on) = (None, false);
    for line in page.text.lines() {
        if let Some(opened) = line.strip_prefix("```") {
            fence = if fence.is_none() { Some(opened) } else { None };
        } else if fence == Some(language) || (fence.is_none() && line.starts_with("    ")) {
            let (part, more) = line.strip_suffix('\\').map_or((line, false), |part| (part, true));
            match lines.last_mut().filter(|_| goes_on) {
                Some(last) => last.push_str(part),
                None => lines.push(part.to_owned()),
            }
            goes_on = more;
        }
    }
    lines
}

/// A page's text outside of fences.
fn prose(page: &Page) -> String {
    let parts = page.text.split("```");
    parts.step_by(2).collect()
}
