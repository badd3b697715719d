//! The page: its head, its contents, a section for each chapter.

use std::fmt::Write;

use super::code::{self, Names};
use super::prose;
use crate::docs::{Entry, Part, Topic, markdown, preface};

const STYLE: &str = include_str!("style.css");
const SEARCH: &str = include_str!("search.js");
/// Nothing from elsewhere: what is in the page is all that runs and all that colours it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// Writes these topics.
pub fn write(topics: &[Topic]) -> String {
    let names = Names::of(topics);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <title>The reference of Moontide</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<a class=\"home\" href=\"#top\">Moontide</a>\n<label>\
         <input type=\"search\" id=\"search\" aria-label=\"Search the reference\" autocomplete=\"off\" \
         placeholder=\"Search, such as threshold\"></label>\n<output id=\"count\"></output>\n</header>\n\
         <div class=\"page\" id=\"top\">\n"
    );
    contents(&mut html, topics);
    let preface = prose::escaped(&preface());
    let _ = write!(html, "<main>\n<h1>The reference of Moontide</h1>\n<p>{preface}</p>\n");
    for topic in topics {
        chapter(&mut html, topic, &names);
    }
    let _ = write!(html, "</main>\n</div>\n<script>\n{SEARCH}</script>\n</body>\n</html>\n");
    html
}

fn contents(html: &mut String, topics: &[Topic]) {
    html.push_str("<nav aria-label=\"Contents\">\n");
    for part in Part::ALL {
        let mut of_it = topics.iter().filter(|it| it.part == part).peekable();
        if of_it.peek().is_none() {
            continue;
        }
        let _ = write!(html, "<h2>{}</h2>\n<ul>\n", part.title());
        for topic in of_it {
            let name = prose::escaped(&topic.name);
            let _ = write!(
                html,
                "<li><details><summary><a href=\"#{name}\">{name}</a></summary>\n<ul>\n"
            );
            for entry in &topic.entries {
                let whole = prose::escaped(&entry.name);
                let begin = format!("{}.", topic.name);
                let short = entry.name.strip_prefix(&begin).unwrap_or(&entry.name);
                let short = prose::escaped(short);
                let _ = writeln!(html, "<li><a href=\"#{whole}\">{short}</a></li>");
            }
            html.push_str("</ul>\n</details></li>\n");
        }
        html.push_str("</ul>\n");
    }
    html.push_str("</nav>\n");
}

fn chapter(html: &mut String, topic: &Topic, names: &Names) {
    let name = prose::escaped(&topic.name);
    let _ = write!(
        html,
        "<section>\n<h2 id=\"{name}\"><a href=\"#{name}\">{name}</a></h2>\n<div class=\"about\" data-entry>\n{}",
        prose::html(&topic.about, names)
    );
    if let Some(guide) = topic.guide {
        let _ = writeln!(
            html,
            "<p class=\"more\"><code>moontide guide {}</code> says more.</p>",
            prose::escaped(guide)
        );
    }
    html.push_str("</div>\n");
    for entry in &topic.entries {
        one(html, topic, entry, names);
    }
    html.push_str("</section>\n");
}

fn one(html: &mut String, topic: &Topic, entry: &Entry, names: &Names) {
    let name = prose::escaped(&entry.name);
    // A function begins with its own name.
    let (is, gap) = match entry.signature.strip_prefix(&entry.name) {
        Some(rest) if rest.starts_with(['(', '<', '.']) => (rest, ""),
        _ => (entry.signature.as_str(), " "),
    };
    let is = code::signature(is, topic, names);
    let _ = writeln!(
        html,
        "<article id=\"{name}\" data-entry>\n<h3><a href=\"#{name}\">{name}</a>{gap}<code>{is}</code>{}</h3>",
        word(entry)
    );
    html.push_str(&prose::html(&entry.about, names));
    html.push_str(&prose::html(&entry.throws, names));
    if !entry.effects.is_empty() {
        let effects = format!("*Asks for* {}.", markdown::effects(&entry.effects));
        html.push_str(&prose::html(&effects, names));
    }
    if !entry.example.is_empty() {
        let _ = writeln!(html, "<pre><code>{}</code></pre>", code::luau(&entry.example));
    }
    if !entry.fields.is_empty() {
        html.push_str("<dl>\n");
        for field in &entry.fields {
            let (id, short) = (prose::escaped(&field.name), prose::escaped(field.short()));
            let is = code::signature(&field.signature, topic, names);
            let about = prose::html(&field.about, names);
            let _ = writeln!(
                html,
                "<dt id=\"{id}\"><b>{short}</b> <code>{is}</code>{}</dt>\n<dd>{about}</dd>",
                word(field)
            );
        }
        html.push_str("</dl>\n");
    }
    html.push_str("</article>\n");
}

/// Whether a field has to be there.
fn word(entry: &Entry) -> String {
    match entry.presence.word() {
        "" => String::new(),
        word => format!(" <span class=\"{}\">{word}</span>", word.replace(' ', "-")),
    }
}
