//! Markdown into HTML, by the rules of `CommonMark`. Nothing in it is taken for HTML.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Parser, Tag, TagEnd, html};

use super::code::{self, Names};

/// Writes Markdown as HTML. What names an entry of the reference leads there.
pub(super) fn html(text: &str, names: &Names) -> String {
    let mut html = String::new();
    html::push_html(&mut html, events(text, names).into_iter());
    html
}

fn events<'t>(text: &'t str, names: &Names) -> Vec<Event<'t>> {
    let mut events = Vec::new();
    let mut block: Option<(bool, String)> = None;
    for event in Parser::new(text) {
        match (event, &mut block) {
            (Event::Start(Tag::CodeBlock(kind)), _) => {
                let is_luau = matches!(&kind, CodeBlockKind::Fenced(of) if &**of == "luau");
                block = Some((is_luau, String::new()));
            }
            (Event::End(TagEnd::CodeBlock), Some((is_luau, text))) => {
                let shown = if *is_luau { code::luau(text.trim_end()) } else { escaped(text) };
                events.push(raw(format!("<pre><code>{shown}</code></pre>\n")));
                block = None;
            }
            (Event::Start(Tag::Heading { .. }), None) => events.push(Event::Start(Tag::Paragraph)),
            (Event::End(TagEnd::Heading(_)), None) => events.push(Event::End(TagEnd::Paragraph)),
            (Event::Text(text), Some((_, block))) => block.push_str(&text),
            (Event::Code(text), None) => events.push(linked(text, names)),
            // A type such as `Page<T>` is no HTML.
            (Event::Html(text) | Event::InlineHtml(text), None) => events.push(Event::Text(text)),
            (event, _) => events.push(event),
        }
    }
    events
}

/// A piece of code in a sentence, as a link if it names something.
fn linked<'t>(text: CowStr<'t>, names: &Names) -> Event<'t> {
    let name = text.strip_prefix("moontide docs ").unwrap_or(&text);
    let is_whole = name.len() < text.len() || name.contains('.');
    match names.place(name).filter(|_| is_whole) {
        Some(place) => {
            raw(format!("<a href=\"#{}\"><code>{}</code></a>", escaped(place), escaped(&text)))
        }
        None => Event::Code(text),
    }
}

fn raw<'t>(html: String) -> Event<'t> {
    Event::InlineHtml(html.into())
}

/// Text in HTML, also in an attribute.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
