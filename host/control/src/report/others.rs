//! What a report says of other executions, beside what they said when it was made: what came later is no contradiction.

use serde_json::Value;

use super::Report;
use super::compare::renumbered;
use super::verify::Verified;

/// What depends on other executions too, such as cleanups.
const OF_OTHERS: [&str; 3] = ["leftovers", "cost", "before"];

/// Compares a report with one made anew of what other executions said when it was made.
pub(super) fn compare((data, report): (&Value, &Report), anew: &Value, found: &mut Verified) {
    let (said, now) = (owed(data), owed(anew));
    let (data, anew) = (without_obligation(data), without_obligation(anew));
    let differs = |field: &&str| {
        if report.made.redacted {
            return renumbered(&anew, &[*field]) != renumbered(&data, &[*field]);
        }
        anew[*field] != data[*field]
    };
    let differing: Vec<&str> = OF_OTHERS.iter().copied().filter(differs).collect();
    if differing.is_empty() {
        let what = format!("other executions say all of {}", OF_OTHERS.join(", "));
        found.proved.push(format!("{what}, as they were then"));
    } else {
        found.not_proved.push(format!(
            "{}: they depend on other executions, which say otherwise",
            differing.join(", ")
        ));
    }
    // An obligation keeps nothing of how it stood.
    if said != now && !report.made.redacted {
        let now = now.as_str().unwrap_or("nothing is owed");
        found.later.push(format!("what is owed is otherwise by now: {now}"));
    }
}

fn owed(report: &Value) -> &Value {
    &report["leftovers"]["obligation"]
}

fn without_obligation(report: &Value) -> Value {
    let mut of_others = serde_json::Map::new();
    for field in OF_OTHERS {
        let mut value = report[field].clone();
        if let Some(fields) = value.as_object_mut().filter(|_| field == "leftovers") {
            fields.remove("obligation");
        }
        of_others.insert(field.to_owned(), value);
    }
    Value::Object(of_others)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report() -> (Value, Report) {
        let data: Value = serde_json::from_str(include_str!("redact/fixture.json")).expect("JSON");
        let report = serde_json::from_value(data.clone()).expect("a report");
        (data, report)
    }

    #[test]
    fn what_is_owed_may_be_done_by_now_and_what_was_left_then_may_not_differ() {
        let (data, report) = report();
        let mut found = Verified::default();
        let mut anew = data.clone();
        anew["leftovers"]["obligation"] = json!("cleanup done: at 2026-11-21 08:00:00Z by it");
        compare((&data, &report), &anew, &mut found);
        assert!(found.not_proved.is_empty() && found.proved.len() == 1, "{found:?}");
        assert!(found.later[0].contains("cleanup done"), "{found:?}");
        anew["leftovers"]["terminated"] = json!(7);
        anew["cost"]["amount"] = json!("0.01");
        let mut found = Verified::default();
        compare((&data, &report), &anew, &mut found);
        assert!(found.not_proved[0].starts_with("leftovers, cost: "), "{found:?}");
    }
}
