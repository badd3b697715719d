//! The timeline as a picture: where each bar begins and ends, in the units of the drawing.

use jiff::Timestamp;
use serde::Serialize;

use super::shown;
use crate::report::Report;
use crate::report::gantt::{Row, RowKind};
use crate::words;

/// How wide the drawing is, and how much of that the names of the rows have.
const WIDTH: f64 = 1000.0;
const NAMES: f64 = 210.0;
/// How much room is left at the right for words behind the last bar.
const MARGIN: f64 = 90.0;
/// How high a row is, and a bar in it.
const ROW: f64 = 26.0;
const BAR: f64 = 12.0;
/// Where the rows begin, below the words of the axis.
const TOP: f64 = 24.0;
/// So much of a name is shown.
const LONGEST_NAME: usize = 28;
/// So many rows are drawn; the table has all.
const MOST_ROWS: usize = 60;

/// The drawing.
#[derive(Serialize)]
pub(super) struct Chart {
    width: f64,
    height: f64,
    /// The picture in a sentence.
    title: String,
    rows: Vec<Drawn>,
    ticks: Vec<Tick>,
    /// How many rows are not drawn.
    more: usize,
}

/// A row.
#[derive(Serialize)]
struct Drawn {
    name: String,
    /// Where its words stand.
    text_y: f64,
    bar: Bar,
    /// What its attempt was busy with, below the bar.
    phases: Vec<Bar>,
    /// How it ended, behind the bar.
    end: String,
    end_x: f64,
}

/// A bar.
#[derive(Serialize)]
struct Bar {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    class: &'static str,
    title: String,
}

/// A mark of the axis.
#[derive(Serialize)]
struct Tick {
    x: f64,
    word: String,
}

/// The span of time that is drawn.
struct Scale {
    from: Timestamp,
    seconds: f64,
}

impl Scale {
    fn x(&self, at: Timestamp) -> f64 {
        let part = seconds(self.from, at) / self.seconds;
        round(NAMES + part.clamp(0.0, 1.0) * (WIDTH - NAMES - MARGIN))
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    words::between(from, to).as_secs_f64()
}

/// To a tenth: a page of the same report is the same on every machine.
fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// The picture of a report's timeline; `None` if nothing has begun.
pub(super) fn of(report: &Report) -> Option<Chart> {
    let from = report.timeline.iter().map(|row| row.from).min()?.min(report.recovery.from);
    let ends = report.timeline.iter().filter_map(|row| row.to.value().copied());
    let begins = report.timeline.iter().map(|row| row.from);
    let to = ends.chain(begins).chain(report.recovery.until.value().copied()).max()?;
    let scale = Scale { from, seconds: seconds(from, to).max(1.0) };
    let drawn = report.timeline.iter().take(MOST_ROWS).enumerate();
    #[expect(clippy::cast_precision_loss, reason = "there are few rows")]
    let rows: Vec<Drawn> =
        drawn.map(|(at, row)| Drawn::of(row, &scale, to, TOP + ROW * at as f64)).collect();
    let length = words::duration(words::between(from, to));
    #[expect(clippy::cast_precision_loss, reason = "there are few rows")]
    let height = TOP + ROW * rows.len() as f64 + 4.0;
    Some(Chart {
        width: WIDTH,
        height,
        title: format!("What ran when: {} in {length}", words::count(rows.len(), "row")),
        ticks: ticks(&scale),
        more: report.timeline.len() - rows.len(),
        rows,
    })
}

impl Drawn {
    fn of(row: &Row, scale: &Scale, last: Timestamp, y: f64) -> Drawn {
        let to = row.to.value().copied().unwrap_or(last);
        let class = match (row.kind, row.end.as_str()) {
            (RowKind::Question, _) => "question",
            (RowKind::Wave, "completed") => "good",
            (RowKind::Wave, "failed") => "bad",
            (RowKind::Wave, _) => "doubt",
        };
        let bar = |name: &str, (from, to): (Timestamp, Timestamp), y, height, class| {
            let x = scale.x(from);
            let took = words::duration(words::between(from, to));
            let title = format!("{name}: {} to {}, {took}", words::time(from), words::time(to));
            let width = round((scale.x(to) - x).max(2.0));
            Bar { x, y, width, height, class, title: shown(&title) }
        };
        let name = match row.kind {
            RowKind::Question => format!("? {}", row.name),
            RowKind::Wave if row.attempt > 1 => format!("{} attempt {}", row.name, row.attempt),
            RowKind::Wave => row.name.clone(),
        };
        let phases = row.phases.iter().map(|phase| {
            let (class, below) = match phase.source {
                crate::report::phases::Source::Journal => ("phase", 3.0),
                crate::report::phases::Source::Aws => ("job", 8.0),
            };
            bar(&phase.name, (phase.from, phase.to), y + BAR + below, 4.0, class)
        });
        let phases = phases.collect();
        let end_x = round(scale.x(to) + 6.0);
        let bar = bar(&name, (row.from, to), y + 2.0, BAR, class);
        Drawn {
            name: moontide_runtime::text::plain(&name, LONGEST_NAME),
            text_y: y + BAR,
            bar,
            phases,
            end: moontide_runtime::text::plain(
                if row.kind == RowKind::Question { "" } else { &row.end },
                LONGEST_NAME,
            ),
            end_x,
        }
    }
}

/// Marks at round distances, eight at most.
fn ticks(scale: &Scale) -> Vec<Tick> {
    const STEPS: [u32; 14] =
        [1, 5, 15, 60, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 604_800];
    let fits = |step: &&u32| scale.seconds / f64::from(**step) <= 8.0;
    let step = STEPS.iter().find(fits).copied().unwrap_or(2_592_000);
    let mut ticks = Vec::new();
    let mut at = 0_u32;
    while f64::from(at) <= scale.seconds && ticks.len() < 40 {
        let moment = scale.from.checked_add(jiff::SignedDuration::from_secs(i64::from(at)));
        if let Ok(moment) = moment {
            let word = words::offset(std::time::Duration::from_secs(u64::from(at)));
            ticks.push(Tick { x: scale.x(moment), word });
        }
        at += step;
    }
    ticks
}
