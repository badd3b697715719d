//! cronsim, which knows zones and five fields, and aws-croniter, which knows the grammar of AWS and no zone but UTC.

use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::drawn::Drawn;
use super::environments;
use super::{Answers, Question};

const REQUIREMENTS: [&str; 3] = ["cronsim==2.8", "aws-croniter==2.1.0", "tzdata==2026.6"];

/// What they answer.
pub(crate) fn answers(questions: &[Question], (from, to): (Timestamp, Timestamp)) -> Answers {
    let why = "cannot prepare cronsim and aws-croniter, so they have judged no expression.";
    let python = environments::environment("crons", &REQUIREMENTS, why).join("bin/python");
    let asked: Vec<(&'static str, usize, Value)> =
        questions.iter().enumerate().flat_map(|(at, it)| asked(at, it)).collect();
    let input = json!({
        "from": from.as_second(),
        "to": to.as_second(),
        "questions": asked.iter().map(|(_, _, it)| it).collect::<Vec<_>>(),
    });
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crons.json");
    std::fs::write(&file, input.to_string()).expect("the target directory can be written");
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crons/judge.py");
    let judged = Command::new(python).arg(judge).arg(&file).output().expect("python starts");
    assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
    let answered: Vec<Option<Vec<i64>>> =
        serde_json::from_slice(&judged.stdout).expect("a list of lists");
    assert_eq!(answered.len(), asked.len());
    let answered = answered.into_iter().map(|it| it.map(|it| it.into_iter().collect()));
    asked.into_iter().zip(answered).map(|((by, at, _), it)| (by, at, it)).collect()
}

/// Whom a question is put to, and how.
fn asked(at: usize, question: &Question) -> Vec<(&'static str, usize, Value)> {
    let mut asked = Vec::new();
    // It knows no working days; and no years, but each expression names this one.
    if question.drawn.working_day().is_none() {
        let expression = five_fields(&question.drawn);
        let it = json!({ "by": "cronsim", "expression": expression, "zone": question.zone_name });
        asked.push(("cronsim", at, it));
    }
    if question.zone_name == "UTC" {
        let text = question.drawn.text();
        let inner = text.trim_start_matches("cron(").trim_end_matches(')');
        let it = json!({ "by": "aws-croniter", "expression": inner, "zone": "UTC" });
        asked.push(("aws-croniter", at, it));
    }
    asked
}

/// The expression as cron has it: Sunday is 0, and there is neither `?` nor a year.
fn five_fields(drawn: &Drawn) -> String {
    let Drawn { minute, hour, day, month, weekday, .. } = drawn;
    let any = |field: &str| field.replace('?', "*");
    let (days, nth) = match weekday.split_once('#') {
        Some((day, nth)) => (day, format!("#{nth}")),
        None => (weekday.as_str(), String::new()),
    };
    let one_less = |it: char| match it.to_digit(10) {
        Some(digit) => (digit - 1).to_string(),
        None => it.to_string(),
    };
    let days: String = days.chars().map(one_less).collect();
    format!("{minute} {hour} {} {month} {}{nth}", any(day), any(&days))
}
