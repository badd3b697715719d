//! A plan, drawn: layers of boxes, side by side as far as they fit.

use moontide_author::plan::{Asked, Outline, WaveOutline, words};
use moontide_control::words::count;

use crate::output::style::{faint, plain, strong};
use crate::output::wrap::{padded, width, wrap};
use crate::output::{Document, Page, clean};

/// A box is so wide at least, if the terminal is.
const NARROWEST: usize = 34;
/// And so wide at most.
const WIDEST: usize = 72;

impl Document for Outline {
    fn write(&self, page: &mut Page) {
        draw(self, page, width());
    }
}

/// Draws it in lines that are no wider.
fn draw(outline: &Outline, page: &mut Page, width: usize) {
    page.line([strong(outline.name.as_str())]);
    let paragraph = |page: &mut Page, text: &str| {
        for line in wrap(&clean::line(text), width) {
            page.line([plain(line)]);
        }
    };
    if !outline.description.is_empty() {
        paragraph(page, &outline.description);
    }
    for fact in facts(outline) {
        paragraph(page, &fact);
    }
    for (number, layer) in outline.layers.iter().enumerate() {
        if number == 0 {
            page.gap();
        } else {
            page.line([faint("  ▼")]);
        }
        row(layer, page, width);
    }
    page.gap();
    write_order(outline, page, width);
}

/// What holds before the first wave.
fn facts(outline: &Outline) -> Vec<String> {
    let mut facts = Vec::new();
    let waves = outline.layers.iter().map(Vec::len).sum();
    let side = match outline.max_parallel_waves {
        Some(1) => ", one at a time".to_owned(),
        Some(most) => format!(", at most {most} side by side"),
        None => String::new(),
    };
    let to = match outline.regions.join(", ") {
        regions if regions.is_empty() => "the session's Region".to_owned(),
        regions => regions,
    };
    let from = outline.source_region.as_ref().map(|it| format!(" from {it}")).unwrap_or_default();
    facts.push(format!(
        "{} in {}{side}; recovers{from} to {to}",
        count(waves, "wave"),
        count(outline.layers.len(), "layer")
    ));
    if !outline.objectives.is_empty() {
        facts.push(outline.objectives.join(", "));
    }
    facts.extend(
        outline
            .outside
            .iter()
            .map(|it| format!("outside of what it launches, a drill may touch {it}")),
    );
    facts.extend(
        outline.start.as_ref().map(|it| format!("before anything begins it {}", question(it))),
    );
    facts
}

fn question(asked: &Asked) -> String {
    format!("{} | {}", words::asked(asked), asked.message)
}

/// The boxes of a layer, as many side by side as fit.
fn row(layer: &[WaveOutline], page: &mut Page, width: usize) {
    let fit = ((width + 1) / (NARROWEST + 1)).clamp(1, layer.len().max(1));
    let each = ((width + 1) / fit - 1).min(WIDEST);
    for waves in layer.chunks(fit) {
        let boxes: Vec<Vec<String>> = waves.iter().map(|wave| lines(wave, each - 4)).collect();
        let tallest = boxes.iter().map(Vec::len).max().unwrap_or_default();
        let edge = |left: char, right: char| {
            let edge = format!("{left}{}{right}", "─".repeat(each - 2));
            vec![edge; boxes.len()].join(" ")
        };
        page.line([plain(edge('┌', '┐'))]);
        for at in 0..tallest {
            let cell = |lines: &Vec<String>| {
                let text = lines.get(at).map_or("", String::as_str);
                format!("│ {} │", padded(text, each - 4))
            };
            page.line([plain(boxes.iter().map(cell).collect::<Vec<_>>().join(" "))]);
        }
        page.line([plain(edge('└', '┘'))]);
    }
}

/// What stands in a box.
fn lines(wave: &WaveOutline, width: usize) -> Vec<String> {
    let mut said = vec![wave.name.clone()];
    said.extend(
        (!wave.depends_on.is_empty()).then(|| format!("after {}", wave.depends_on.join(", "))),
    );
    said.extend(wave.pause.as_ref().map(question));
    said.push(words::does(wave));
    said.push(words::steps(&wave.steps));
    said.extend(words::care(wave));
    said.iter().flat_map(|text| wrap(&clean::line(text), width)).collect()
}

/// Which hooks run in which order, in each mode and after a cancel.
fn write_order(outline: &Outline, page: &mut Page, width: usize) {
    let same = outline.modes.windows(2).all(|two| two[0].order == two[1].order);
    for mode in &outline.modes {
        labelled(page, words::mode(mode.mode), mode.means, width);
        if !same {
            write_steps(&mode.order, page, width);
        }
    }
    if let Some(mode) = outline.modes.first().filter(|_| same) {
        let means = "these run, in this order; waves of a layer side by side";
        labelled(page, "both", means, width);
        write_steps(&mode.order, page, width);
    }
    if !outline.after_cancel.is_empty() {
        let means = "these run after it; of waves only if they had begun";
        labelled(page, "a cancel", means, width);
        write_steps(&outline.after_cancel, page, width);
    }
}

/// A text behind its label, in lines that stand below one another.
fn labelled(page: &mut Page, label: &str, text: &str, width: usize) {
    for (at, line) in wrap(text, width.saturating_sub(10)).into_iter().enumerate() {
        let label = if at == 0 { label } else { "" };
        page.line([strong(padded(label, 10)), plain(line)]);
    }
}

fn write_steps(steps: &[moontide_author::plan::Step], page: &mut Page, width: usize) {
    for step in steps {
        for line in wrap(&clean::line(&words::step(step)), width.saturating_sub(10)) {
            page.line([plain(format!("          {line}"))]);
        }
    }
}

#[cfg(test)]
mod tests {
    use moontide_runtime::plan::Plan;
    use serde_json::{Value, json};
    use unicode_width::UnicodeWidthStr;

    use super::*;

    /// A plan of these waves, in lines of this width.
    fn drawn(waves: &Value, columns: usize) -> String {
        let plan: Plan = serde_json::from_value(json!({ "name": "shop", "waves": waves }))
            .expect("it is a plan");
        let mut page = Page::default();
        draw(&Outline::of(&plan), &mut page, columns);
        let text = page.into_plain();
        assert!(text.lines().all(|line| line.width() <= columns), "{text}");
        text
    }

    #[test]
    fn a_diamond_is_three_layers_and_what_waits_for_nothing_else_stands_side_by_side() {
        let waves = json!([
            { "name": "web", "depends_on": ["app", "cache"], "hooks": ["run"] },
            { "name": "cache", "depends_on": ["database"], "hooks": ["run", "verify"] },
            { "name": "app", "depends_on": ["database"], "servers": { "tags": { "Tier": "app" }, "optional": ["app-3"] },
              "min_success": { "percent": 75.0 }, "on_failure": "retry", "timeout": { "secs": 1800, "nanos": 0 } },
            { "name": "database", "servers": { "ids": ["s-0123456789abcdef0"] }, "hooks": ["before", "verify", "on_cancel"],
              "pause": { "message": "Is the old site down?", "approvers": ["dba"], "approvals": 2,
                         "timeout": { "secs": 14400, "nanos": 0 }, "on_timeout": "skip" } },
        ]);
        insta::assert_snapshot!("a_diamond", drawn(&waves, 80));
        assert!(drawn(&waves, 24).contains("▼"), "a narrow terminal has all of it too");
    }

    #[test]
    fn twenty_waves_are_drawn_in_rows() {
        let wave = |at: usize| match at {
            1..=8 => json!({ "name": format!("wave-{at}"), "hooks": ["run"] }),
            _ => {
                json!({ "name": format!("wave-{at}"), "depends_on": [format!("wave-{}", at - 4)], "hooks": ["run"] })
            }
        };
        let waves = (1..=20).map(wave).collect();
        insta::assert_snapshot!("twenty_waves", drawn(&waves, 120));
    }

    #[test]
    fn long_names_are_broken_and_hostile_ones_are_escaped() {
        let long = "a-name-of-sixty-characters-that-goes-on-and-on-and-on-to-its";
        let waves = json!([
            { "name": format!("{long}1"), "hooks": ["run"] },
            { "name": "\u{1b}[2J\u{202e}evil\n│ └ forged", "depends_on": [format!("{long}1")],
              "pause": { "message": "</title><script>alert(1)</script>" }, "hooks": ["run"] },
            { "name": "東京-データベース", "hooks": ["run"] },
        ]);
        let text = drawn(&waves, 60);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
        insta::assert_snapshot!("names", text);
    }
}
