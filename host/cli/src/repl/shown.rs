//! A value that a line has returned: a list of records as a table, everything else as Luau, its names sorted.

use std::fmt::Write;

use serde_json::{Map, Value};

use crate::output::Page;
use crate::output::style::{faint, plain, strong};

/// No column of a table is wider.
const WIDEST: usize = 44;

/// Writes it on a page that is so wide.
pub(super) fn write(page: &mut Page, value: &Value, width: usize) {
    if let Some((records, more)) = records(value) {
        table(page, &records, width);
        is_more(page, more);
        return;
    }
    for line in luau(value, 0).lines() {
        page.line([plain(line.to_owned())]);
    }
    if let Some((_, more)) = list(value) {
        is_more(page, more);
    }
}

fn is_more(page: &mut Page, more: u64) {
    if more > 0 {
        page.line([faint(format!("… {more} more: `:more` shows them"))]);
    }
}

/// The items of a list, and how many there are besides.
fn list(value: &Value) -> Option<(&Vec<Value>, u64)> {
    (value["kind"] == "list").then_some(())?;
    Some((value["items"].as_array()?, value["more"].as_u64().unwrap_or_default()))
}

/// The fields of a record.
fn fields(value: &Value) -> Option<&Map<String, Value>> {
    (value["kind"] == "record").then_some(())?;
    value["fields"].as_object()
}

/// A list of records, of which there are several.
fn records(value: &Value) -> Option<(Vec<&Map<String, Value>>, u64)> {
    let (items, more) = list(value)?;
    let records: Vec<_> = items.iter().map(fields).collect::<Option<_>>()?;
    (!records.is_empty()).then_some((records, more))
}

/// What stands in a cell: a plain value, or nothing.
fn cell(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        _ => return None,
    })
}

/// Names first what tells records apart: ids, then names, then the rest as the alphabet has it.
fn rank(name: &str) -> (u8, &str) {
    let first = match name {
        "Name" | "name" | "hostname" => 1,
        _ if name.ends_with("_id") => 0,
        "state" | "status" | "verdict" => 2,
        // Long, and says nothing that the id does not.
        "arn" => 4,
        _ => 3,
    };
    (first, name)
}

/// A row of one column, of each record that has it.
fn column(name: &str, records: &[&Map<String, Value>]) -> Vec<String> {
    let value = |record: &&Map<String, Value>| match name {
        "Name" => cell(record.get("tags").and_then(fields)?.get("Name")?),
        name => cell(record.get(name)?),
    };
    records.iter().map(|record| value(record).unwrap_or_default()).collect()
}

fn table(page: &mut Page, records: &[&Map<String, Value>], width: usize) {
    let mut names: Vec<&str> = Vec::new();
    for name in records.iter().flat_map(|record| record.keys()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    if names.contains(&"tags") {
        names.push("Name");
    }
    names.sort_by_key(|name| rank(name));
    let (mut shown, mut left, mut room) = (Vec::new(), Vec::new(), width);
    for name in names {
        let cells = column(name, records);
        if cells.iter().all(String::is_empty) {
            left.extend((name != "Name").then_some(name));
            continue;
        }
        let cells: Vec<String> = cells.into_iter().map(|cell| clipped(&cell)).collect();
        let widest = cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
        let needs = widest.max(name.len()) + 2;
        if shown.is_empty() || needs <= room {
            room = room.saturating_sub(needs);
            shown.push((name, cells));
        } else {
            left.push(name);
        }
    }
    let mut rows = vec![shown.iter().map(|(name, _)| strong((*name).to_owned())).collect()];
    rows.extend((0..records.len()).map(|at| {
        let cells = shown.iter().map(|(_, cells)| plain(cells[at].clone()));
        cells.collect::<Vec<_>>()
    }));
    page.table(&rows);
    if !left.is_empty() {
        left.sort_unstable();
        page.line([faint(format!("not shown: {}; `_[1]` shows all of one", left.join(", ")))]);
    }
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(WIDEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A value as Luau writes it, as far as it can be written.
pub(super) fn luau(value: &Value, depth: usize) -> String {
    match value {
        Value::Null => "nil".to_owned(),
        Value::String(text) => quoted(text),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        // No list of ours is empty, and no value is a bare one.
        Value::Array(_) => "{}".to_owned(),
        Value::Object(_) => {
            if let Some((items, more)) = list(value) {
                let mut parts: Vec<String> =
                    items.iter().map(|item| luau(item, depth + 1)).collect();
                parts.extend((more > 0).then(|| format!("-- … {more} more")));
                braced(&parts, depth)
            } else if let Some(fields) = fields(value) {
                let more = value["more"].as_u64().unwrap_or_default();
                let mut parts: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| format!("{} = {}", key(name), luau(value, depth + 1)))
                    .collect();
                parts.extend((more > 0).then(|| format!("-- … {more} more")));
                braced(&parts, depth)
            } else {
                match value["kind"].as_str() {
                    Some("record") => "{}".to_owned(),
                    Some("…") => "{ … }".to_owned(),
                    Some("nil") | None => "nil".to_owned(),
                    Some(kind) => format!("<{kind}>"),
                }
            }
        }
    }
}

/// The arguments of a call, as Luau writes them.
pub(super) fn json(value: &Value) -> String {
    luau(&described(value), 0)
}

/// Plain data, described as a session describes its values.
fn described(value: &Value) -> Value {
    match value {
        Value::Array(items) if !items.is_empty() => {
            let items: Vec<Value> = items.iter().map(described).collect();
            serde_json::json!({ "kind": "list", "items": items, "more": 0 })
        }
        Value::Object(fields) if !fields.is_empty() => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), described(value)));
            let fields: Map<String, Value> = fields.collect();
            serde_json::json!({ "kind": "record", "fields": fields, "more": 0 })
        }
        Value::Object(_) => serde_json::json!({ "kind": "record", "more": 0 }),
        plain => plain.clone(),
    }
}

/// On one line where it fits, else a line for each part.
fn braced(parts: &[String], depth: usize) -> String {
    let one = format!("{{ {} }}", parts.join(", "));
    if one.len() + 2 * depth <= 80 && !one.contains('\n') && !one.contains("--") {
        return one;
    }
    let (inner, outer) = ("  ".repeat(depth + 1), "  ".repeat(depth));
    let lines: String = parts.iter().fold(String::new(), |mut lines, part| {
        let comma = if part.starts_with("--") { "" } else { "," };
        let _ = writeln!(lines, "{inner}{part}{comma}");
        lines
    });
    format!("{{\n{lines}{outer}}}")
}

fn key(name: &str) -> String {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let starts = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    if starts && name.chars().all(is_word) {
        name.to_owned()
    } else {
        format!("[{}]", quoted(name))
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            letter if letter.is_control() => {
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(value: &Value, width: usize) -> String {
        let mut page = Page::default();
        write(&mut page, value, width);
        page.into_plain()
    }

    fn server(id: &str, name: &str) -> Value {
        let tags = json!({ "kind": "record", "fields": { "Name": name }, "more": 0 });
        let fields =
            json!({ "source_server_id": id, "state": "READY", "tags": tags, "arn": "arn:aws:drs" });
        json!({ "kind": "record", "fields": fields, "more": 0 })
    }

    #[test]
    fn records_are_a_table_with_ids_and_names_first() {
        let servers = json!({ "kind": "list", "items": [server("s-1", "db"), server("s-2", "web")], "more": 240 });
        insta::assert_snapshot!(text(&servers, 40), @r"
        source_server_id  Name  state
        s-1               db    READY
        s-2               web   READY
        not shown: arn, tags; `_[1]` shows all of one
        … 240 more: `:more` shows them
        ");
    }

    #[test]
    fn everything_else_is_luau() {
        let value = json!({ "kind": "record", "more": 0, "fields": {
            "b": 1.5, "a": "x\"\u{1b}[2J\n", "f": { "kind": "function" }, "two words": true,
            "empty": { "kind": "record", "more": 0 }, "none": { "kind": "nil" },
        }});
        insta::assert_snapshot!(text(&value, 80), @r#"
        {
          a = "x\"\u{1b}[2J\n",
          b = 1.5,
          empty = {},
          f = <function>,
          none = nil,
          ["two words"] = true,
        }
        "#);
        let list = json!({ "kind": "list", "items": [1, 2], "more": 0 });
        assert_eq!(text(&list, 80), "{ 1, 2 }\n");
    }
}
