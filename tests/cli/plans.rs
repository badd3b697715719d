//! `moontide plan`: what a runbook will do, drawn in a terminal, as JSON and as a picture.

use std::fs;

use crate::given::{runbook, shop};
use crate::support::{Home, Ran, repository};

#[test]
fn the_plan_of_three_tier_is_drawn_with_its_layers_pauses_and_hooks() {
    let home = Home::new();
    let three_tier = repository("runbooks/three_tier");
    let mut command = home.moontide(&["plan", three_tier.to_str().expect("text")]);
    let ran = Ran::of(&command.env("COLUMNS", "90").output().expect("it starts")).expect(0);
    insta::assert_snapshot!("plan_of_three_tier", ran.stdout);
    assert_eq!(ran.stderr, "");
}

#[test]
fn programs_get_the_layers_and_the_order_of_each_mode() {
    let waves = "{ name = \"a\", run = function() end }, { name = \"b\", depends_on = { \"a\" }, \
                 before = function() end, servers = { tags = { App = \"shop\" } } },";
    let home = shop(&[("runbook.luau", &runbook("shop", waves))]);
    let plan = home.run(&["plan", &home.shop(""), "--output", "json"]).expect(0).json();
    assert_eq!(plan["layers"][1][0]["name"], "b");
    let mode = &plan["modes"][0];
    assert_eq!((&mode["mode"], &mode["order"][1]["steps"][0]), (&"drill".into(), &"before".into()));
}

#[test]
fn a_picture_is_written_beside_the_drawing_and_a_runbook_that_does_not_load_has_none() {
    let waves = "{ name = \"a\", pause = \"<b>now?</b>\", run = function() end },";
    let home = shop(&[("runbook.luau", &runbook("shop", waves))]);
    let svg = home.shop("plan.svg");
    home.run(&["plan", &home.shop(""), "--svg", &svg]).expect(0);
    let picture = fs::read_to_string(&svg).expect("it is written");
    assert!(picture.contains("<title>Plan of shop</title>"), "{picture}");
    assert!(picture.contains("&lt;b&gt;now?&lt;/b&gt;") && !picture.contains("<b>"), "{picture}");
    let other = shop(&[("runbook.luau", &runbook("shop", "{ nam = \"a\" },"))]);
    let refused = other.run(&["plan", &other.shop(""), "--svg", &other.shop("x.svg")]).expect(3);
    assert!(refused.stderr.contains("did you mean `name`?"), "{refused:?}");
    assert!(!other.path().join("shop/x.svg").exists());
}

#[test]
fn in_a_picture_a_line_passes_below_the_layer_that_it_skips_and_a_long_text_has_several_lines() {
    let waves = "{ name = \"a\", run = function() end }, \
                 { name = \"b\", depends_on = { \"a\" }, run = function() end }, \
                 { name = \"c\", depends_on = { \"a\", \"b\" }, run = function() end },";
    let home = shop(&[("runbook.luau", &runbook("shop", waves))]);
    let svg = home.shop("plan.svg");
    home.run(&["plan", &home.shop(""), "--svg", &svg]).expect(0);
    let picture = fs::read_to_string(&svg).expect("it is written");
    let way = |title: &str| {
        let (_, rest) = picture.split_once(&format!("{title}</title>")).expect("it is drawn");
        rest.split("/>").next().expect("a path").to_owned()
    };
    assert!(way("c waits for a").contains(" L "), "{picture}");
    assert!(!way("b waits for a").contains(" L "), "{picture}");
    let lines = [">a failure: what waits for it does not<", ">start<"];
    assert!(lines.iter().all(|line| picture.contains(line)), "{picture}");
}
