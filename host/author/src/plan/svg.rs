//! A plan as a picture: one SVG file, layers from left to right, without script and without meaning in colours.

use std::collections::HashMap;
use std::fmt::Write;

use super::outline::{Outline, WaveOutline};
use super::words;

/// What a box is wide, and how much of a text a line of it shows.
const WIDTH: usize = 264;
const LETTERS: usize = 40;
/// How many lines of a box a text may take.
const MOST_LINES: usize = 3;
/// Heights and distances.
const LINE: usize = 17;
const PADDING: usize = 10;
const ACROSS: usize = 72;
const BELOW: usize = 20;
const MARGIN: usize = 24;
const HEAD: usize = 64;

/// Where a box stands.
struct Place {
    x: usize,
    y: usize,
    height: usize,
}

/// Draws a plan. Whatever a runbook says is text in it, and nothing else.
pub fn draw(outline: &Outline) -> String {
    let (places, width, height) = places(outline);
    let title = format!("Plan of {}", outline.name);
    let mut svg = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" \
         viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
         font-family=\"system-ui, sans-serif\" font-size=\"12\">\n<title>{}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n",
        text(&title)
    );
    let subtitle = subtitle(outline);
    let _ = writeln!(
        svg,
        "<text x=\"{MARGIN}\" y=\"30\" font-size=\"18\" font-weight=\"bold\" fill=\"#111111\">{}</text>\n\
         <text x=\"{MARGIN}\" y=\"50\" fill=\"#333333\"><title>{}</title>{}</text>",
        text(&cut(&outline.name, 80)),
        text(&subtitle),
        text(&cut(&subtitle, width.saturating_sub(2 * MARGIN) / 7))
    );
    for wave in outline.layers.iter().flatten() {
        for name in &wave.depends_on {
            if let (Some(from), Some(to)) = (places.get(name.as_str()), places.get(&*wave.name)) {
                let title = format!("{} waits for {name}", wave.name);
                edge(&mut svg, &title, from, to, under(&places, from, to));
            }
        }
    }
    for wave in outline.layers.iter().flatten() {
        if let Some(place) = places.get(wave.name.as_str()) {
            node(&mut svg, wave, place);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// How low a line has to go so that it passes below the boxes between two layers; `None`: there are none.
fn under(places: &HashMap<&str, Place>, from: &Place, to: &Place) -> Option<usize> {
    let between = places.values().filter(|it| from.x < it.x && it.x < to.x);
    between.map(|it| it.y + it.height + BELOW / 2).max()
}

/// What stands under the title.
fn subtitle(outline: &Outline) -> String {
    let mut parts = Vec::new();
    parts.extend(Some(outline.description.clone()).filter(|it| !it.is_empty()));
    parts.extend(
        outline
            .start
            .as_ref()
            .map(|it| format!("before anything begins it {}: {}", words::asked(it), it.message)),
    );
    let regions = Some(outline.regions.join(", ")).filter(|it| !it.is_empty());
    parts.extend(regions.map(|it| format!("recovers to {it}")));
    parts.join(" · ")
}

/// Where each wave stands, and how large the picture is.
fn places(outline: &Outline) -> (HashMap<&str, Place>, usize, usize) {
    let (mut places, mut lowest) = (HashMap::new(), HEAD);
    for (column, layer) in outline.layers.iter().enumerate() {
        let x = MARGIN + column * (WIDTH + ACROSS);
        let mut y = HEAD;
        for wave in layer {
            let height = 2 * PADDING + LINE * (lines(wave).len() + 1);
            places.insert(wave.name.as_str(), Place { x, y, height });
            y += height + BELOW;
        }
        lowest = lowest.max(y);
    }
    let columns = outline.layers.len().max(1);
    let width = 2 * MARGIN + columns * WIDTH + (columns - 1) * ACROSS;
    (places, width.max(480), lowest - BELOW.min(lowest) + MARGIN)
}

/// What a box says below the name.
fn lines(wave: &WaveOutline) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(pause) = &wave.pause {
        lines.push(format!("pause: {}", words::asked(pause)));
        lines.push(format!("“{}”", pause.message));
    }
    lines.push(words::does(wave));
    lines.push(words::steps(&wave.steps));
    lines.extend(words::care(wave));
    lines.iter().flat_map(|line| wrapped(line)).collect()
}

/// A text in lines of a box, three at most; the last one is cut where it is drawn.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let fits = |line: &str| line.chars().count() + word.chars().count() < LETTERS;
        let is_last = lines.len() == MOST_LINES;
        match lines.last_mut().filter(|line| line.is_empty() || is_last || fits(line.as_str())) {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => *line = format!("{line} {word}"),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

fn node(svg: &mut String, wave: &WaveOutline, place: &Place) {
    let Place { x, y, height } = place;
    let lines = lines(wave);
    let whole = format!("{}\n{}", wave.name, lines.join("\n"));
    // A pause is dashed, and says so in words.
    let dashes = if wave.pause.is_some() { " stroke-dasharray=\"6 3\"" } else { "" };
    let _ = write!(
        svg,
        "<g><title>{}</title>\n<rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{height}\" rx=\"6\" \
         fill=\"#f5f7fa\" stroke=\"#333333\"{dashes}/>\n",
        text(&whole)
    );
    let left = x + PADDING;
    let first = std::iter::once((&wave.name, " font-weight=\"bold\"", LETTERS - 6));
    let more = lines.iter().map(|line| (line, "", LETTERS));
    for (number, (line, style, most)) in first.chain(more).enumerate() {
        let below = y + PADDING + LINE * (number + 1) - 4;
        let _ = writeln!(
            svg,
            "<text x=\"{left}\" y=\"{below}\" fill=\"#111111\"{style}>{}</text>",
            text(&cut(line, most))
        );
    }
    svg.push_str("</g>\n");
}

/// A line from one box to another, which passes below what stands between them.
fn edge(svg: &mut String, title: &str, from: &Place, to: &Place, under: Option<usize>) {
    let (x1, y1) = (from.x + WIDTH, from.y + from.height / 2);
    let (x2, y2) = (to.x, to.y + to.height / 2);
    let half = ACROSS / 2;
    let (out, into) = (x1 + half, x2 - half);
    let way = match under {
        None => format!("C {out} {y1}, {into} {y2}, {x2} {y2}"),
        Some(low) => format!(
            "C {out} {y1}, {out} {low}, {} {low} L {} {low} C {into} {low}, {into} {y2}, {x2} {y2}",
            x1 + ACROSS,
            x2 - ACROSS
        ),
    };
    let _ = writeln!(
        svg,
        "<g fill=\"none\" stroke=\"#333333\"><title>{}</title><path d=\"M {x1} {y1} {way}\"/>\
         <path d=\"M {1} {2} L {x2} {y2} L {1} {3}\"/></g>",
        text(title),
        x2 - 7,
        y2 - 4,
        y2 + 4
    );
}

/// The beginning of a text that is too long for its line; the whole of it is in the title.
fn cut(line: &str, most: usize) -> String {
    if line.chars().count() <= most {
        return line.to_owned();
    }
    let beginning: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{beginning}…")
}

/// A text as XML has it: nothing in it is markup, and what XML forbids, turns or hides text is a mark.
pub fn text(said: &str) -> String {
    let mut clean = String::with_capacity(said.len());
    for it in said.chars() {
        match it {
            '&' => clean.push_str("&amp;"),
            '<' => clean.push_str("&lt;"),
            '>' => clean.push_str("&gt;"),
            '"' => clean.push_str("&quot;"),
            '\'' => clean.push_str("&#39;"),
            '\n' | '\t' => clean.push(it),
            _ if it.is_control() || is_hidden(it) => clean.push('\u{fffd}'),
            _ => clean.push(it),
        }
    }
    clean
}

/// Characters that turn the text around them, have no width, or are none of XML's.
fn is_hidden(it: char) -> bool {
    matches!(
        it,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fffe}' | '\u{ffff}' | '\u{61c}'
    )
}
