//! The page of a report: its judges, and what hostile names do to it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Home, repository};
use crate::told::Told;

/// What a stranger may call a server, or write into a comment.
const HOSTILE: &str = "\"><img src=x onerror=alert(1)></title></script></pre></svg>{{ 7*7 }}\u{202e}=cmd|' /C calc'!A0";

/// The judges of pages; installed first, if they are not there.
fn judges() -> PathBuf {
    const PACKAGES: [&str; 3] = ["html-validate@10.9.0", "axe-core@4.14.1", "jsdom@26.1.0"];
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a target directory");
    let home = target.join("tools").join("pages-1");
    fs::create_dir_all(&home).expect("the target directory can be written");
    let lock = File::create(home.join("lock")).expect("the target directory can be written");
    lock.lock().expect("the file can be locked");
    if !home.join("node_modules/jsdom/package.json").is_file() {
        let output = Command::new("npm")
            .args(["install", "--no-save", "--no-audit", "--no-fund", "--prefix"])
            .arg(&home)
            .args(PACKAGES)
            .output()
            .unwrap_or_else(|error| {
                panic!("npm, which installs the judges, cannot start: {error}")
            });
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the judges could not be installed from npm: {said}");
    }
    home
}

/// Everything that the judges have against these pages.
pub(crate) fn judged(pages: &[&Path]) -> String {
    let output = Command::new("node")
        .arg(repository("tests/reports/judge.cjs"))
        .arg(judges())
        .args(pages)
        .output()
        .expect("node starts");
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let is_clean = output.status.success();
    assert_eq!(is_clean, said.is_empty(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn the_judges_have_nothing_against_the_pages() {
    let told = Told::new();
    let hostile = hostile();
    let rehearsal = told.home.path().join("rehearsal.html");
    rehearse(&told.home, &rehearsal);
    let pages = [
        told.page("report.html", &[]),
        told.page("redacted.html", &["--redact"]),
        hostile.page("hostile.html", &[]),
        rehearsal,
    ];
    let pages: Vec<&Path> = pages.iter().map(PathBuf::as_path).collect();
    assert_eq!(judged(&pages), "");
}

#[test]
fn what_was_written_into_a_file_is_told_in_a_line() {
    let told = Told::new();
    let file = told.home.path().join("report.html");
    let ran = told.report(&[&format!("--html={}", file.display())]).expect(0);
    assert_eq!(ran.stdout, "", "{ran:?}");
    assert_eq!(ran.stderr.trim_end(), format!("written into {}", file.display()));
    let statement = told.home.path().join("statement.json");
    let ran = told.report(&[&format!("--intoto={}", statement.display())]).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count()), ("", 1), "{ran:?}");
    let both = [&format!("--html={}", file.display()), "--output=json"];
    assert_eq!(
        told.report(&both).expect(0).json()["status"],
        "completed",
        "a program gets its data"
    );
}

#[test]
fn what_is_wide_is_scrolled_and_no_heading_stands_alone_on_paper() {
    let told = Told::new();
    let all = told.home.path().join("all.html");
    let flag = format!("--html={}", all.display());
    told.home.run(&["compliance", "--since=2026-01-01T00:00:00Z", &flag]).expect(0);
    for page in [told.page("report.html", &[]), all] {
        let text = fs::read_to_string(&page).expect("it is there");
        let before: Vec<&str> = text.split("<table>").collect();
        assert!(before.len() > 2, "{}", page.display());
        for before in &before[..before.len() - 1] {
            let last = before.trim_end().lines().last().expect("a line");
            assert!(last.starts_with("<div class=\"wide"), "{last}");
        }
        let (_, paper) = text.split_once("@media print").expect("it is printed too");
        assert!(paper.contains("h2, .note, caption, thead { break-after: avoid; }"));
        assert!(paper.contains(".wide { overflow: visible; }"), "what scrolls is never divided");
    }
}

#[test]
fn the_judges_find_what_is_wrong() {
    let told = Told::new();
    let page = told.page("report.html", &[]);
    let text = fs::read_to_string(&page).expect("it is there");
    let wrong = text.replace(" lang=\"en\"", "").replace("<h1>", "<img src=x><h1>");
    fs::write(&page, wrong).expect("it writes");
    let said = judged(&[&page]);
    for rule in ["html-has-lang", "image-alt", "a page has no img"] {
        assert!(said.contains(rule), "{said}");
    }
}

/// A drill in which a server, a comment and the operator are called so.
pub(crate) fn hostile() -> Told {
    let name = serde_json::to_string(HOSTILE).expect("JSON");
    let name = name.trim_matches('"').to_owned();
    Told::with(move |text| {
        text.replace("\"db-1\"", &format!("\"{name}\""))
            .replace("\"replica caught up\"", &format!("\"{name}\""))
            .replace("\"created_by\":\"ann\"", &format!("\"created_by\":\"{name}\""))
    })
}

#[test]
fn hostile_names_are_text_and_nothing_else() {
    let told = hostile();
    let page = fs::read_to_string(told.page("hostile.html", &[])).expect("it is there");
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"), "the name is shown");
    for live in ["<img", "<script", "\u{202e}"] {
        assert!(!page.contains(live), "{live}");
    }
    assert!(page.contains("{{ 7*7 }}") && page.contains("\\u{202e}"), "it is no template");
    assert_eq!(page.matches("</pre>").count(), 1);
    assert_eq!(page.matches("</title>").count(), page.matches("<title").count());
    let text = told.report(&[]).expect(0).stdout;
    assert!(!text.contains('\u{202e}') && text.contains("\\u{202e}"), "{text}");
    told.home
        .run(&["report", "verify", told.page("again.html", &[]).to_str().expect("a path")])
        .expect(0);
}

fn rehearse(home: &Home, page: &Path) {
    let runbook = repository("runbooks/three_tier");
    let flag = format!("--report={}", page.display());
    home.run(&["rehearse", runbook.to_str().expect("a path"), &flag]).expect(0);
}

#[test]
fn a_rehearsal_is_marked_on_every_page() {
    let home = Home::new();
    let page = home.path().join("rehearsal.html");
    rehearse(&home, &page);
    let text = fs::read_to_string(&page).expect("it is there");
    assert!(text.contains("<h1>REHEARSAL OF A DRILL of three-tier: completed</h1>"), "{text}");
    assert!(
        text.contains("@top-center { content: \"REHEARSAL: nothing of this happened\""),
        "{text}"
    );
    let data = home.path().join("rehearsal.json");
    rehearse(&home, &data);
    rehearse(&home, &data);
    let verified = home.run(&["report", "verify", "--alone", data.to_str().expect("a path")]);
    assert!(verified.expect(0).stdout.contains("the data has the digest that it carries"));
    fs::write(home.path().join("notes.html"), "mine").expect("it writes");
    let runbook = repository("runbooks/three_tier");
    let flag = format!("--report={}", home.path().join("notes.html").display());
    home.run(&["rehearse", runbook.to_str().expect("a path"), &flag]).expect(2);
}
