//! How a page of Markdown looks: as it is written. A terminal shows its headings and its commands bolder; what is
//! piped is the Markdown itself.

use crate::output::Page;
use crate::output::style::{faint, plain, strong};

/// Writes Markdown.
pub(crate) fn write(page: &mut Page, text: &str) {
    let mut is_code = false;
    for line in text.lines() {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        let is_command = is_code && line.starts_with("moontide ");
        let is_heading = !is_code && line.starts_with('#');
        page.line([if is_fence {
            faint(line)
        } else if is_command || is_heading {
            strong(line)
        } else {
            plain(line)
        }]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_keeps_every_character_and_only_its_headings_and_commands_are_styled() {
        let text = "# start: ten minutes\n\nType:\n\n```sh\nmoontide list\n# a comment\n```\n";
        let mut page = Page::default();
        write(&mut page, text);
        let styled = page.into_text();
        assert_eq!(anstream::adapter::strip_str(&styled).to_string(), text);
        let bold: Vec<&str> = styled.lines().filter(|line| line.contains("\u{1b}[1m")).collect();
        assert_eq!(bold.len(), 2, "{styled:?}");
        assert!(bold[0].contains("# start") && bold[1].contains("moontide list"), "{bold:?}");
    }
}
