//! How the author's files differ, in lines.

use moontide_control::view::changes::Change;

use crate::output::Page;
use crate::output::style::{bad, faint, good, plain, strong};

/// Lines of a difference that a person is shown; the files hold all of it.
const MOST_LINES: usize = 60;

/// The file and its difference, as long as there is room.
pub(crate) fn write(all: &[Change], page: &mut Page) {
    let mut room = MOST_LINES;
    for change in all {
        page.line([strong(change.text())]);
        let lines: Vec<&str> = change.diff.lines().collect();
        page.indented(|page| {
            for line in lines.iter().take(room) {
                page.line([match line.chars().next() {
                    Some('+') => good(*line),
                    Some('-') => bad(*line),
                    _ => plain(*line),
                }]);
            }
            if lines.len() > room {
                page.line([faint(format!("… and {} lines more", lines.len() - room))]);
            }
        });
        room = room.saturating_sub(lines.len());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use moontide_control::view::changes::between;
    use moontide_runtime::journal::Bundle;
    use moontide_runtime::journal::execution::Module;

    use super::*;

    fn bundle(files: &[(&str, &str)]) -> Bundle {
        let module = |(name, source): &(&str, &str)| {
            let file = format!("shop/{name}.luau");
            ((*name).to_owned(), Module { file, source: (*source).into() })
        };
        let modules: BTreeMap<_, _> = files.iter().map(module).collect();
        Bundle { entry: "runbook".into(), modules }
    }

    #[test]
    fn only_what_the_author_has_changed_is_shown() {
        let old = bundle(&[("runbook", "a\nb\nc\n"), ("same", "1\n"), ("@moontide/x", "1")]);
        let new = bundle(&[("runbook", "a\nB\nc\n"), ("same", "1\n"), ("@moontide/x", "2")]);
        let changes = between(&old, &new);
        let mut page = Page::default();
        write(&changes, &mut page);
        insta::assert_snapshot!(page.into_plain(), @r"
        shop/runbook.luau +1 -1
          @@ -1,3 +1,3 @@
           a
          -b
          +B
           c
        ");
        assert_eq!(between(&new, &new), []);
    }

    #[test]
    fn a_long_difference_is_cut() {
        let long = "line\n".repeat(500);
        let changes = between(&bundle(&[]), &bundle(&[("runbook", &long)]));
        assert_eq!((changes[0].added, changes[0].removed), (500, 0));
        let mut page = Page::default();
        write(&changes, &mut page);
        let text = page.into_plain();
        assert_eq!(text.lines().count(), MOST_LINES + 2);
        assert!(text.ends_with("  … and 441 lines more\n"), "{text}");
    }
}
