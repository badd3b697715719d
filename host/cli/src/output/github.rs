//! Annotations: lines that GitHub shows beside the source, where a workflow has printed them.

use std::fmt::Write;

use moontide_control::error::Place;

/// One annotation. `kind` is `error`, `warning` or `notice`.
pub(crate) fn annotation(
    kind: &str,
    place: Option<&Place>,
    end: Option<(usize, usize)>,
    title: &str,
    message: &str,
) -> String {
    let mut properties = Vec::new();
    if let Some(place) = place {
        properties.push(("file", place.file.clone()));
        properties.extend(place.line.map(|line| ("line", line.to_string())));
        properties.extend(place.column.map(|column| ("col", column.to_string())));
    }
    if let Some((line, column)) = end {
        properties.push(("endLine", line.to_string()));
        properties.push(("endColumn", column.to_string()));
    }
    properties.push(("title", title.to_owned()));
    let mut text = format!("::{kind} ");
    for (at, (name, value)) in properties.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(text, "{comma}{name}={}", property(value));
    }
    let _ = writeln!(text, "::{}", data(message));
    text
}

/// What a message may hold: a line of its own would end it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What a property may hold.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_an_annotation_ends_it_or_begins_another() {
        let place = Place {
            file: "a,b:c/runbook.luau".to_owned(),
            line: Some(3),
            column: Some(7),
            source_line: None,
            message: None,
        };
        let text = annotation("error", Some(&place), Some((3, 9)), "M0210", "100 %\n::error::no");
        assert_eq!(
            text,
            "::error file=a%2Cb%3Ac/runbook.luau,line=3,col=7,endLine=3,endColumn=9,title=M0210::100 %25%0A::error::no\n"
        );
        assert_eq!(text.lines().count(), 1);
    }
}
