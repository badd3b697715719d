//! What the checker says of fields, in the words that the library has for it when a runbook runs.

/// No field of that name in a table whose type reads `table`.
pub(super) fn unknown_field(table: &str, key: &str) -> String {
    if table.starts_with('{') && !table.contains(':') {
        return format!("this is a list, and has no `{key}`: walk it, as in `for _, item in … do`");
    }
    format!("{} has no `{key}`", called(table))
}

/// What is written to a field of something that the library hands out.
pub(super) fn not_written(table: &str, key: &str) -> String {
    format!("{} cannot be written to: keep `{key}` in a local of the file", called(table))
}

/// What a person calls a value of a type: `a source server`, `wave`, `@moontide/ssm`.
fn called(table: &str) -> String {
    let is_name = |name: &str| name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
    let module = format!("@moontide/{table}");
    if moontide_stdlib::MODULES.iter().any(|(name, _)| *name == module) {
        return module;
    }
    match table {
        "moontide" => "@moontide".to_owned(),
        "log" | "moontide.log" => "moontide.log".to_owned(),
        "table" => "this".to_owned(),
        "Wave" | "Ended" => "wave".to_owned(),
        // What `on_finish` gets is a wave, and more.
        ended if ended.starts_with("Wave & ") => "wave".to_owned(),
        "Failure" => "an error".to_owned(),
        "typeof(string)" => "a text".to_owned(),
        name if is_name(name) && name.starts_with(|it: char| it.is_ascii_uppercase()) => {
            let words = words(name);
            let article = if words.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
            format!("{article} {words}")
        }
        other => format!("`{other}`"),
    }
}

/// `SourceServer` as words.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_called_as_the_library_calls_it() {
        for (table, said) in [
            ("Wave", "wave has no `x`"),
            ("SourceServer", "a source server has no `x`"),
            ("Answer", "an answer has no `x`"),
            ("ssm", "@moontide/ssm has no `x`"),
            ("moontide", "@moontide has no `x`"),
            (
                "{SourceServer}",
                "this is a list, and has no `x`: walk it, as in `for _, item in … do`",
            ),
            ("{ a: number }", "`{ a: number }` has no `x`"),
        ] {
            assert_eq!(unknown_field(table, "x"), said);
        }
        assert_eq!(
            not_written("Wave", "checked"),
            "wave cannot be written to: keep `checked` in a local of the file"
        );
    }
}
