//! The comments that describe things: lines that begin with `---` right above them, and the block at the head of a
//! module.

/// What the comment above a line says, as Markdown. Lines count from 0.
pub(super) fn above(source: &str, line: u32) -> Option<String> {
    let before: Vec<&str> = source.lines().take(line as usize).collect();
    let mut said: Vec<&str> =
        before.iter().rev().map_while(|line| line.trim_start().strip_prefix("---")).collect();
    said.reverse();
    let said: Vec<&str> = said.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let text = said.join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// What the block at the head of a module says of it.
pub(super) fn head(source: &str) -> Option<String> {
    let rest = source.lines().skip_while(|line| line.starts_with("--!") || line.trim().is_empty());
    let mut rest = rest.peekable();
    rest.next_if(|line| line.trim() == "--[[")?;
    let said = rest.take_while(|line| line.trim() != "]]");
    let said: Vec<&str> = said.map(|line| line.strip_prefix('\t').unwrap_or(line)).collect();
    let text = said.join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_ends_where_another_line_stands() {
        let source = "--- Of another.\nlocal x = 1\n--- One.\n---\n---     code\nfunction f() end\n\n\nlocal y";
        assert_eq!(above(source, 5).as_deref(), Some("One.\n\n    code"));
        assert_eq!(above(source, 1).as_deref(), Some("Of another."));
        assert_eq!(above(source, 2), None);
        assert_eq!(above(source, 400), None);
    }

    #[test]
    fn a_module_is_described_by_its_head() {
        let source = "--!strict\n--[[\n\t`@moontide/x`: an x.\n\n\tMore.\n]]\nreturn {}\n";
        assert_eq!(head(source).as_deref(), Some("`@moontide/x`: an x.\n\nMore."));
        assert_eq!(head("return {}"), None);
        for (name, source) in moontide_stdlib::MODULES {
            assert!(head(source).is_some_and(|text| text.contains(name)), "{name}");
        }
    }
}
