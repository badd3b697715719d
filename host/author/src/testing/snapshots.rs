//! What `test.snapshot` compares with: a file beside the test, which `--update` writes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use moontide_control::error::{CommandError, Result, code};
use serde_json::Value;

use super::suite::Suite;

/// Of each case, in the order of its calls, the lines of each value.
pub type Snapshots = BTreeMap<String, Vec<Vec<String>>>;

/// The file of a test file: `runbook.test.luau` has `runbook.test.snapshots.json`.
pub fn path(test: &Path) -> PathBuf {
    test.with_extension("snapshots.json")
}

/// Those of a test file; none, if there is no such file.
pub fn read(test: &Path) -> Result<Snapshots> {
    let path = path(test);
    let unreadable = |why: &dyn std::fmt::Display| {
        let message = format!("{} cannot be read: {why}", path.display());
        CommandError::new(code::RUNBOOK_UNREADABLE, message)
            .hint("`moontide test --update` writes it anew, once it is gone")
    };
    match fs::read_to_string(&path) {
        Ok(json) => serde_json::from_str(&json).map_err(|error| unreadable(&error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Snapshots::new()),
        Err(error) => Err(unreadable(&error)),
    }
}

/// Writes those of a test file, if they have changed; an empty file is none.
pub fn write(test: &Path, snapshots: &Snapshots) -> Result<bool> {
    let path = path(test);
    if read(test).is_ok_and(|known| known == *snapshots) {
        return Ok(false);
    }
    let failed = |error: std::io::Error| {
        CommandError::new(code::OUTPUT, format!("{} cannot be written: {error}", path.display()))
    };
    if snapshots.is_empty() {
        fs::remove_file(&path).map_err(failed)?;
        return Ok(true);
    }
    let mut json = serde_json::to_string_pretty(snapshots).unwrap_or_default();
    json.push('\n');
    fs::write(&path, json).map_err(failed)?;
    Ok(true)
}

/// What is said of snapshots whose case there is no more: a case that is called otherwise has lost them.
pub fn orphans(suite: &Suite, known: &Snapshots) -> Vec<String> {
    let is_there = |name: &String| suite.cases.iter().any(|case| case.name == *name);
    let orphan = |name: &String| {
        format!(
            "{} has snapshots of `{name}`, and {} has no such case: `moontide test --update` takes them away",
            path(&suite.path).display(),
            suite.file
        )
    };
    known.keys().filter(|name| !is_there(name)).map(orphan).collect()
}

/// A value as lines: a list of texts is one for each, all else is JSON.
pub(super) fn lines(value: &Value) -> Vec<String> {
    let texts = value.as_array().map(|items| items.iter().map(Value::as_str).collect());
    if let Some(Some(texts)) = texts.map(|texts: Vec<Option<&str>>| {
        texts.into_iter().map(|text| text.map(str::to_owned)).collect::<Option<Vec<String>>>()
    }) {
        return texts;
    }
    let text = match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    text.lines().map(str::to_owned).collect()
}

/// Where two differ first: what was written down, and what is there now.
pub(super) fn difference(known: &[String], now: &[String]) -> (String, String) {
    let at = known.iter().zip(now).take_while(|(one, other)| one == other).count();
    let line = |lines: &[String]| match lines.get(at) {
        Some(line) => format!("line {}: {line}", at + 1),
        None => format!("it ends with line {at}"),
    };
    (line(known), line(now))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_of_texts_is_a_line_for_each_and_the_first_difference_is_told() {
        let [one, other] = [json!(["a", "b"]), json!(["a", "c", "d"])].map(|it| lines(&it));
        assert_eq!(one, ["a", "b"]);
        assert_eq!(difference(&one, &other), ("line 2: b".into(), "line 2: c".into()));
        assert_eq!(difference(&one[..1], &one).0, "it ends with line 1");
        assert_eq!(lines(&json!({ "a": [1] })), ["{", "  \"a\": [", "    1", "  ]", "}"]);
    }
}
