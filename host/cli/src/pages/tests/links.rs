//! Pages lead to each other, and fit a terminal.

use super::{all, pages_in, prose, repository};
use crate::pages::{errors, guides};

#[test]
fn every_topic_and_every_family_of_codes_is_in_its_list() {
    let names = |folder: &str| -> Vec<String> {
        let pages = pages_in(folder);
        let stem = |page: &super::Page| {
            page.path.file_stem().and_then(|it| it.to_str().map(str::to_owned))
        };
        pages.iter().filter_map(stem).collect()
    };
    let mut topics: Vec<_> = guides::ALL.iter().map(|guide| guide.topic).collect();
    topics.sort_unstable();
    assert_eq!(names("host/cli/guides"), topics);
    let mut families = errors::FILES.to_vec();
    families.sort_unstable();
    assert_eq!(names("host/cli/guides/errors"), families);
    for guide in guides::ALL {
        let head = format!("# {}: ", guide.topic);
        assert!(guide.text.starts_with(&head) && !guide.about().is_empty(), "{}", guide.topic);
    }
}

#[test]
fn every_link_leads_somewhere() {
    let (mut broken, mut seen) = (Vec::new(), 0);
    for page in all() {
        let prose = prose(&page);
        for (at, _) in prose.match_indices("](") {
            let rest = &prose[at + 2..];
            let target = rest.split_once(')').map_or(rest, |(target, _)| target);
            if target.starts_with("https://") {
                continue;
            }
            seen += 1;
            let folder = page.path.parent().expect("a page lies in a folder");
            if !folder.join(target).exists() {
                broken.push(format!("{}: {target}", page.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(seen > 40, "only {seen} links were found");
}

/// A table of long cells cannot be read on a terminal, and neither can a paragraph that is one line.
#[test]
fn no_line_of_a_guide_is_longer_than_a_terminal_is_wide() {
    let guides = repository("host/cli");
    let long: Vec<String> = all()
        .iter()
        .filter(|page| page.path.starts_with(&guides))
        .flat_map(|page| page.text.lines().map(|line| (page.path.display(), line)))
        .filter(|(_, line)| line.chars().count() > 100 && !line.starts_with("## "))
        .map(|(path, line)| format!("{path}: {line}"))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn the_readme_is_a_front_door_and_no_manual() {
    let readme = super::page(repository("README.md"));
    assert!(readme.text.lines().count() <= 100);
    for guide in guides::ALL {
        let link = format!("host/cli/guides/{}.md", guide.topic);
        assert!(readme.text.contains(&link), "the README does not lead to {link}");
    }
}
