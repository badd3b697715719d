//! Layers and pictures of small plans.

use moontide_runtime::plan::{Plan, Wave};
use serde_json::{Value, json};

use super::layers::layers;
use super::{Outline, svg};

fn plan(waves: &Value) -> Plan {
    serde_json::from_value(json!({ "name": "shop", "waves": waves })).expect("it is a plan")
}

fn waves(edges: &[(&str, &[&str])]) -> Vec<Wave> {
    let wave = |(name, behind): &(&str, &[&str])| json!({ "name": name, "depends_on": behind });
    plan(&edges.iter().map(wave).collect()).waves
}

#[test]
fn a_wave_stands_behind_the_longest_way_to_it_in_the_order_of_the_file() {
    let diamond =
        waves(&[("d", &["b", "c"]), ("c", &["a"]), ("b", &["c"]), ("a", &[]), ("e", &[])]);
    assert_eq!(layers(&diamond), [vec![3, 4], vec![1], vec![2], vec![0]]);
    assert_eq!(layers(&[]), Vec::<Vec<usize>>::new());
    let circle = waves(&[("a", &["b"]), ("b", &["a"]), ("c", &[])]);
    assert_eq!(layers(&circle), [vec![2], vec![0, 1]], "what cannot be ordered is not lost");
}

#[test]
fn what_a_runbook_says_is_text_in_the_picture_and_no_markup() {
    let hostile = "</title><script>alert(1)</script>\"'&\u{1b}\u{0}\u{202e}\u{ffff}";
    let waves = json!([
        { "name": hostile, "hooks": ["run"] },
        { "name": "web", "depends_on": [hostile], "pause": { "message": hostile }, "servers": { "tags": { hostile: hostile } } },
    ]);
    let plan = Plan { description: hostile.to_owned(), ..plan(&waves) };
    let picture = svg::draw(&Outline::of(&plan));
    assert!(!picture.contains("<script") && !picture.contains("alert(1)</"), "{picture}");
    let allowed = |it: char| !it.is_control() && !matches!(it, '\u{202e}' | '\u{ffff}');
    assert!(picture.chars().all(|it| it == '\n' || allowed(it)), "{picture}");
    // Every piece between the angles is an element of ours.
    for piece in picture.split('<').skip(1) {
        let name: String = piece.chars().take_while(char::is_ascii_alphanumeric).collect();
        let ours = ["svg", "title", "rect", "text", "g", "path", ""];
        assert!(ours.contains(&name.as_str()), "{piece}");
    }
    assert_eq!(picture.matches("web waits for").count(), 1, "each edge has a title");
    assert!(picture.contains("stroke-dasharray"), "a pause shows");
}

#[test]
fn a_picture_is_as_large_as_its_layers_and_the_same_each_time() {
    let one = Outline::of(&plan(&json!([{ "name": "a", "hooks": ["run"] }])));
    let two = Outline::of(&plan(&json!([
        { "name": "a", "hooks": ["run"] },
        { "name": "b", "depends_on": ["a"], "hooks": ["run"] },
    ])));
    let width = |outline: &Outline| {
        let picture = svg::draw(outline);
        let (_, rest) = picture.split_once("width=\"").expect("it has a width");
        rest.split_once('"').expect("it ends").0.parse::<usize>().expect("a number")
    };
    assert!(width(&two) > width(&one));
    assert_eq!(svg::draw(&two), svg::draw(&two));
}
