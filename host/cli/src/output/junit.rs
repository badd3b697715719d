//! `JUnit` XML: what servers of continuous integration read.

use std::path::Path;

use moontide_author::testing::{Ended, Ran};
use moontide_control::error::{CommandError, Result, code};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::file::{self, Kind};
use crate::view::tested::{Tested, TestedFile, whole};

/// Writes the results into a file.
pub(crate) fn write(path: &Path, tested: &Tested) -> Result<()> {
    let text = document(tested).map_err(|error| {
        CommandError::new(code::OUTPUT, format!("{} cannot be written: {error}", path.display()))
    })?;
    file::write(path, Kind::Junit, &text)
}

fn document(tested: &Tested) -> std::io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let cases: Vec<&Ran> = tested.files.iter().flat_map(|file| &file.cases).collect();
    let all = counts(&cases);
    let head = writer.create_element("testsuites").with_attribute(("name", "moontide test"));
    let head =
        all.iter().fold(head, |head, (name, value)| head.with_attribute((*name, value.as_str())));
    head.write_inner_content(|writer| {
        tested.files.iter().try_for_each(|file| suite(writer, file))
    })?;
    let mut text = writer.into_inner();
    text.push(b'\n');
    Ok(text)
}

fn counts(cases: &[&Ran]) -> Vec<(&'static str, String)> {
    let failed = |assertion: bool| {
        let is_so =
            |ran: &&&Ran| matches!(&ran.ended, Ended::Failed(it) if it.assertion == assertion);
        cases.iter().filter(is_so).count().to_string()
    };
    let skipped = cases.iter().filter(|ran| ran.ended == Ended::Skipped).count();
    let seconds: f64 = cases.iter().map(|ran| ran.seconds).sum();
    vec![
        ("tests", cases.len().to_string()),
        ("failures", failed(true)),
        ("errors", failed(false)),
        ("skipped", skipped.to_string()),
        ("time", format!("{seconds:.3}")),
    ]
}

fn suite(writer: &mut Writer<Vec<u8>>, file: &TestedFile) -> std::io::Result<()> {
    let path = clean(&file.path);
    let cases: Vec<&Ran> = file.cases.iter().collect();
    let head = writer.create_element("testsuite").with_attribute(("name", path.as_str()));
    let all = counts(&cases);
    let head =
        all.iter().fold(head, |head, (name, value)| head.with_attribute((*name, value.as_str())));
    head.write_inner_content(|writer| cases.iter().try_for_each(|ran| case(writer, &path, ran)))?;
    Ok(())
}

fn case(writer: &mut Writer<Vec<u8>>, path: &str, ran: &Ran) -> std::io::Result<()> {
    let (name, time) = (clean(&ran.case), format!("{:.3}", ran.seconds));
    let line = ran.line.map(|line| line.to_string());
    let class = path.trim_end_matches(".luau").replace('/', ".");
    let mut head = writer
        .create_element("testcase")
        .with_attribute(("classname", class.trim_start_matches('.')))
        .with_attribute(("name", name.as_str()))
        .with_attribute(("file", path))
        .with_attribute(("time", time.as_str()));
    if let Some(line) = &line {
        head = head.with_attribute(("line", line.as_str()));
    }
    if ran.ended == Ended::Passed && ran.notes.is_empty() {
        head.write_empty()?;
        return Ok(());
    }
    head.write_inner_content(|writer| {
        end(writer, ran)?;
        if ran.notes.is_empty() {
            return Ok(());
        }
        let notes = clean(&ran.notes.join("\n"));
        writer.create_element("system-out").write_text_content(BytesText::new(&notes)).map(drop)
    })?;
    Ok(())
}

/// How it ended, unless it has passed.
fn end(writer: &mut Writer<Vec<u8>>, ran: &Ran) -> std::io::Result<()> {
    match &ran.ended {
        Ended::Passed => Ok(()),
        Ended::Skipped => writer.create_element("skipped").write_empty().map(drop),
        Ended::Failed(failed) => {
            let kind = if failed.assertion { "failure" } else { "error" };
            let place = failed.place.as_ref().map(|it| format!("{}:{}\n", it.path, it.line));
            let text = format!("{}{}", place.unwrap_or_default(), whole(failed));
            writer
                .create_element(kind)
                .with_attribute(("type", clean(&failed.code).as_str()))
                .with_attribute(("message", clean(&failed.message).as_str()))
                .write_text_content(BytesText::new(&clean(&text)))
                .map(drop)
        }
    }
}

/// Without what XML 1.0 forbids, however it is escaped.
fn clean(text: &str) -> String {
    let is_allowed = |it: &char| matches!(it, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(is_allowed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_is_left_out() {
        assert_eq!(clean("a\u{0}\u{1b}[2J\u{fffe}\u{ffff}b\n\u{1f600}"), "a[2Jb\n\u{1f600}");
    }
}
