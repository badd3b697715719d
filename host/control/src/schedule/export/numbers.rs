//! The numbers of a field, as short as they can be said.

use crate::schedule::when::Numbers;

/// How a timetable writes numbers.
pub(super) struct Style {
    /// What stands between the ends of a range.
    pub(super) range: &'static str,
    /// How many digits a number has at least.
    pub(super) digits: usize,
}

impl Style {
    /// All of them as `*`, a range, a range with a step, or a list.
    pub(super) fn write(&self, numbers: &Numbers) -> String {
        if numbers.is_any {
            return "*".to_owned();
        }
        let all = numbers.all.as_slice();
        let word = |number: &u16| format!("{number:0digits$}", digits = self.digits);
        let steps: Vec<u16> = all.windows(2).map(|pair| pair[1] - pair[0]).collect();
        match (all, steps.as_slice()) {
            ([first, .., last], [step, rest @ ..])
                if all.len() > 2 && rest.iter().all(|it| it == step) =>
            {
                let step = if *step == 1 { String::new() } else { format!("/{step}") };
                format!("{}{}{}{step}", word(first), self.range, word(last))
            }
            _ => all.iter().map(word).collect::<Vec<_>>().join(","),
        }
    }
}
