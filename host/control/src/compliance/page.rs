//! The findings as one page that needs nothing else: no script, no network.

use serde::Serialize;

use super::document::{Compliance, Point, Runbook};
use crate::error::Result;
use crate::report::Known;
use crate::report::html::{render, shown};
use crate::report::identity::World;
use crate::words;

/// The page, as people can read it.
const TEMPLATE: &str = include_str!("compliance.html");
/// How it looks: as a report does.
const STYLE: &str = include_str!("../report/html/report.css");
/// How large the picture of a trend is.
const WIDTH: f64 = 180.0;
const HEIGHT: f64 = 36.0;

/// What is put into the page.
#[derive(Serialize)]
struct Page {
    store: String,
    made: String,
    since: String,
    looked_at: String,
    unreadable: Vec<Vec<Cell>>,
    runbooks: Vec<Line>,
    servers: Vec<Vec<Cell>>,
    awaited: Vec<Vec<Cell>>,
    leftovers: Vec<Vec<Cell>>,
    moved: Vec<Vec<Cell>>,
    moontide: &'static str,
}

/// A cell of a table.
#[derive(Serialize)]
struct Cell {
    text: String,
    class: &'static str,
}

/// A runbook with its picture.
#[derive(Serialize)]
struct Line {
    cells: Vec<Cell>,
    spark: Option<Spark>,
}

/// The last drills as dots on a line, from the oldest to the newest.
#[derive(Serialize)]
struct Spark {
    id: String,
    title: String,
    width: f64,
    height: f64,
    points: String,
    dots: Vec<Dot>,
    /// Where the RTO is, if it is in the picture.
    rto_y: Option<f64>,
}

/// A drill.
#[derive(Serialize)]
struct Dot {
    x: f64,
    y: f64,
    class: &'static str,
    title: String,
}

/// The page of the findings.
pub fn written(found: &Compliance) -> Result<String> {
    let runbooks: Vec<Line> =
        found.runbooks.iter().enumerate().map(|(at, it)| line(at, it)).collect();
    let servers = found.servers.iter().map(|it| {
        vec![
            text(format!("{} ({})", it.name, it.server)),
            text(&it.runbook),
            text(world(it.world)),
            text(words::time(it.at)),
            styled(&it.verdict, if it.verdict == "launched" { "good" } else { "bad" }),
            known(&it.data_age_seconds, length),
            met(&it.rpo_met),
            text(&it.execution),
        ]
    });
    let awaited = found.awaited.iter().map(|it| {
        let whom =
            if it.approvers.is_empty() { "all people".to_owned() } else { it.approvers.join(", ") };
        vec![
            text(&it.execution),
            text(it.world.map_or("unknown", world)),
            text(&it.prompt),
            text(&it.message),
            text(whom),
            text(words::time(it.since)),
            text(length(&it.waited_seconds)),
            if it.overdue { styled("overdue", "bad") } else { text("awaited") },
        ]
    });
    let leftovers = found.leftovers.iter().map(|it| {
        vec![
            text(&it.execution),
            text(&it.runbook),
            text(it.world.map_or("unknown", world)),
            text(words::time(it.at)),
            text(it.instances.to_string()),
            text(&it.sentence),
        ]
    });
    let moved = found.moved.iter().map(|it| {
        vec![text(&it.execution), text(&it.runbook), text(words::time(it.at)), text(&it.to)]
    });
    let unreadable = found.unread.iter().map(|it| {
        vec![text(&it.execution), text(&it.runbook), text(words::time(it.at)), text(&it.why)]
    });
    let page = Page {
        store: shown(&found.store),
        made: words::time(found.made_at),
        since: words::time(found.since),
        looked_at: words::count(found.looked_at, "execution"),
        unreadable: unreadable.collect(),
        runbooks,
        servers: servers.collect(),
        awaited: awaited.collect(),
        leftovers: leftovers.collect(),
        moved: moved.collect(),
        moontide: env!("CARGO_PKG_VERSION"),
    };
    render("compliance.html", TEMPLATE, STYLE, page)
}

fn line(at: usize, it: &Runbook) -> Line {
    let last = it.last.value();
    let why = it.last.why().unwrap_or_default();
    let unknown = || styled(format!("unknown: {why}"), "unknown");
    let percent = match &it.pass_percent {
        Known::Known(percent) => {
            let class = if *percent == 100 { "good" } else { "doubt" };
            styled(format!("{percent} % ({} of {})", it.completed, it.counted()), class)
        }
        Known::Unknown { unknown } => styled(format!("unknown: {unknown}"), "unknown"),
    };
    let status = last.map_or_else(unknown, |it| {
        let word = words::word(&it.status);
        let class = if word == "completed" { "good" } else { "bad" };
        styled(word, class)
    });
    let cells = vec![
        text(&it.runbook),
        text(world(it.world)),
        last.map_or_else(unknown, |it| text(format!("{} ({})", words::time(it.at), it.execution))),
        known(&it.days_since, |days| {
            words::count(usize::try_from(*days).unwrap_or(usize::MAX), "day")
        }),
        status,
        percent,
        last.map_or_else(unknown, |it| known(&it.took_seconds, length)),
        last.map_or_else(unknown, |it| met(&it.rto_met)),
        last.map_or_else(unknown, |it| met(&it.rpo_met)),
        text(format!("{} RTO, {} RPO", it.rto_missed, it.rpo_missed)),
        styled(apart(it), if it.unreadable + it.cancelled_by_schedule > 0 { "bad" } else { "" }),
    ];
    let rto = last.and_then(|it| it.rto_seconds.value().copied());
    Line { cells, spark: Spark::of(at, &it.trend, rto) }
}

/// What is counted apart, in words; empty: nothing is.
pub fn apart(it: &Runbook) -> String {
    let mut apart = Vec::new();
    if it.unreadable > 0 {
        apart.push(format!("{} cannot be read", it.unreadable));
    }
    if it.cancelled_by_schedule > 0 {
        apart.push(format!("{} cancelled by a schedule", it.cancelled_by_schedule));
    }
    if it.partial > 0 {
        let last = it
            .last_partial
            .as_ref()
            .map(|last| format!(", the last one of {} ({})", words::time(last.at), last.execution));
        apart.push(format!("{} partial{}", it.partial, last.unwrap_or_default()));
    }
    apart.join("; ")
}

impl Spark {
    #[expect(clippy::cast_precision_loss, reason = "it is a small picture")]
    fn of(at: usize, trend: &[Point], rto: Option<u64>) -> Option<Spark> {
        let most = trend.iter().map(|it| it.seconds).chain(rto).max()?.max(1) as f64;
        let (first, last) = (trend.first()?, trend.last()?);
        let x = |place: usize| match trend.len() {
            1 => WIDTH / 2.0,
            count => round(6.0 + place as f64 * (WIDTH - 12.0) / (count - 1) as f64),
        };
        let y = |seconds: u64| round(HEIGHT - 5.0 - seconds as f64 / most * (HEIGHT - 10.0));
        let dots: Vec<Dot> = trend
            .iter()
            .enumerate()
            .map(|(place, it)| Dot {
                x: x(place),
                y: y(it.seconds),
                class: if it.completed { "good" } else { "bad" },
                title: shown(&format!(
                    "{}: {}, {}",
                    words::time(it.at),
                    length(&it.seconds),
                    if it.completed { "completed" } else { "did not complete" }
                )),
            })
            .collect();
        let points: Vec<String> = dots.iter().map(|dot| format!("{},{}", dot.x, dot.y)).collect();
        let wanted = rto.map(|rto| format!("; the line is the RTO of {}", length(&rto)));
        Some(Spark {
            id: format!("trend-{at}"),
            title: format!(
                "How long the last {} took: first {}, last {}{}",
                words::count(trend.len(), "drill"),
                length(&first.seconds),
                length(&last.seconds),
                wanted.unwrap_or_default()
            ),
            width: WIDTH,
            height: HEIGHT,
            points: points.join(" "),
            dots,
            rto_y: rto.map(y),
        })
    }
}

fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

fn text(text: impl AsRef<str>) -> Cell {
    styled(text, "")
}

fn styled(words: impl AsRef<str>, class: &'static str) -> Cell {
    Cell { text: shown(words.as_ref()), class }
}

fn known<T>(known: &Known<T>, words: impl FnOnce(&T) -> String) -> Cell {
    match known {
        Known::Known(value) => text(words(value)),
        Known::Unknown { unknown } => styled(format!("unknown: {unknown}"), "unknown"),
    }
}

fn met(met: &Known<bool>) -> Cell {
    match met {
        Known::Known(true) => styled("met", "good"),
        Known::Known(false) => styled("missed", "bad"),
        Known::Unknown { unknown } => styled(format!("unknown: {unknown}"), "unknown"),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that `known` asks for")]
fn length(seconds: &u64) -> String {
    words::duration(std::time::Duration::from_secs(*seconds))
}

/// Where drills happened.
pub fn world(world: World) -> &'static str {
    match world {
        World::Aws => "AWS",
        World::Simulator => "simulator",
        World::Rehearsal => "rehearsal",
    }
}
