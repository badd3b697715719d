//! The reports that schedules make.

use std::fs;

use super::{Desk, once};

#[test]
fn a_report_is_made_of_the_last_drill_and_fails_where_one_is_overdue() {
    let desk = Desk::with("");
    let folder = desk.home.path().join("reports");
    let more = format!("kind = \"report\"\nto = \"{}\"", folder.display());
    let all = [
        once("drill", 2, ""),
        once("early", 3, &more),
        once("audit", 2, &more),
        once("strict", 2, &format!("{more}\noverdue_after = \"1s\"")),
    ];
    desk.write(&all.concat());
    desk.import();
    let early = desk.run("early").expect(1);
    assert!(early.stdout.contains("failed: no drill of `hello` has completed"), "{early:?}");
    assert!(!folder.exists(), "there is nothing to report of");
    desk.run("drill").expect(0);
    desk.run("audit").expect(0);
    let said = desk.history("audit")[0]["why"].to_string();
    assert!(said.contains("completed: 1 of 1 drill of `hello`"), "{said}");
    let files = fs::read_dir(&folder).expect("a folder").map(|it| it.expect("a file").path());
    let files: Vec<_> = files.collect();
    assert_eq!(files.len(), 2, "{files:?}");
    for file in &files {
        let name = file.file_name().and_then(|it| it.to_str()).expect("text");
        assert!(name.starts_with("report-audit-20"), "{name}");
        let text = fs::read_to_string(file).expect("it is there");
        assert!(text.contains("DRILL AGAINST A SIMULATOR of hello"), "{text}");
        desk.home.run(&["report", "verify", &file.display().to_string()]).expect(0);
        let is_page = file.extension().is_some_and(|it| it == "html");
        assert!(!is_page || said.contains(name), "{said}");
    }
    let strict = desk.run("strict").expect(1);
    assert!(strict.stdout.contains("failed: a drill of `hello` is overdue"), "{strict:?}");
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 4, "two of each");
}
