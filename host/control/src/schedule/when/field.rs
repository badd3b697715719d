//! The numbers of one field of a cron expression: `*`, `5`, `1-5`, `0/15`, `10-30/10`, and lists of these.

use moontide_runtime::plan::suggest;

use super::Mistake;

/// A field: what it is called, and what it takes.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in complaints.
    pub name: &'static str,
    /// The least number.
    pub least: u16,
    /// The greatest number.
    pub most: u16,
    /// The names of its numbers, the least first; empty: it has none.
    pub names: &'static [&'static str],
}

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

pub(super) const MINUTE: &Field = &Field { name: "minute", least: 0, most: 59, names: &[] };
pub(super) const HOUR: &Field = &Field { name: "hour", least: 0, most: 23, names: &[] };
pub(super) const DAY: &Field = &Field { name: "day of month", least: 1, most: 31, names: &[] };
pub(super) const MONTH: &Field = &Field { name: "month", least: 1, most: 12, names: &MONTHS };
pub(super) const WEEKDAY: &Field = &Field { name: "day of week", least: 1, most: 7, names: &DAYS };
pub(super) const YEAR: &Field = &Field { name: "year", least: 1970, most: 2199, names: &[] };

/// The fields of a cron expression, in their order.
pub const FIELDS: [&Field; 6] = [MINUTE, HOUR, DAY, MONTH, WEEKDAY, YEAR];

/// The numbers that a field names, in their order, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// The numbers.
    pub all: Vec<u16>,
    /// Whether it was written `*`.
    pub is_any: bool,
}

impl Numbers {
    /// Whether it is one of them.
    pub fn contains(&self, number: u16) -> bool {
        self.all.binary_search(&number).is_ok()
    }
}

impl Field {
    /// Reads the numbers.
    pub(super) fn read(&'static self, text: &str) -> Result<Numbers, Mistake> {
        let mut all = Vec::new();
        for item in text.split(',') {
            all.extend(self.item(item)?);
        }
        all.sort_unstable();
        all.dedup();
        Ok(Numbers { all, is_any: text == "*" })
    }

    /// Reads one item of a list.
    fn item(&'static self, item: &str) -> Result<Vec<u16>, Mistake> {
        let (base, step) = match item.split_once('/') {
            Some((base, step)) => (base, Some(self.step(step)?)),
            None => (item, None),
        };
        let (first, last) = match base.split_once('-') {
            _ if base == "*" => (self.least, self.most),
            Some((first, last)) => (self.number(first)?, self.number(last)?),
            None => {
                let first = self.number(base)?;
                (first, if step.is_some() { self.most } else { first })
            }
        };
        if first > last {
            let message = format!(
                "`{base}` runs backwards: write `{}-{},{}-{}`",
                self.word(first),
                self.word(self.most),
                self.word(self.least),
                self.word(last)
            );
            return Err(Mistake::of(self.name, message));
        }
        Ok((first..=last).step_by(step.unwrap_or(1)).collect())
    }

    fn step(&'static self, text: &str) -> Result<usize, Mistake> {
        let most = self.most - self.least;
        let step = digits(text).filter(|step| (1..=most).contains(step));
        let message = || format!("a step is a number from 1 to {most}, and `{text}` is none");
        step.map(usize::from).ok_or_else(|| Mistake::of(self.name, message()))
    }

    /// Reads a number, or its name.
    pub(super) fn number(&'static self, text: &str) -> Result<u16, Mistake> {
        let named = self.names.iter().position(|name| *name == text);
        let number = named.and_then(|at| u16::try_from(at).ok()).map(|at| at + self.least);
        if let Some(number) = number.or_else(|| digits(text)) {
            let fits = (self.least..=self.most).contains(&number);
            return if fits { Ok(number) } else { Err(self.outside(number)) };
        }
        Err(self.no_number(text))
    }

    fn outside(&'static self, number: u16) -> Mistake {
        let Field { name, least, most, .. } = self;
        let more = match (*name, number) {
            ("day of week", 0) => "; Sunday is 1, or SUN",
            ("hour", 24) => "; midnight is 0",
            ("minute", 60) => "; the full hour is 0",
            _ => "",
        };
        Mistake::of(name, format!("{number} is not from {least} to {most}{more}"))
    }

    fn no_number(&'static self, text: &str) -> Mistake {
        let name = self.name;
        let of_days = "only the days of month and week take";
        let message = match text {
            "" => "it is empty between two commas, or at an end".to_owned(),
            "?" => format!("{of_days} `?`, one of the two"),
            "L" if self.names.len() != 7 => format!("{of_days} `L`"),
            "L" => "the last day of a month is `L` in the day of month; the last Friday is `6L`"
                .to_owned(),
            _ => {
                let near = suggest::nearest(text, self.names.iter().copied());
                match near.or_else(|| self.in_capitals(text)) {
                    Some(near) => format!("`{text}` is no {name}, did you mean `{near}`?"),
                    None if self.names.is_empty() => format!("`{text}` is no number"),
                    None => format!(
                        "`{text}` is no {name}: a number from {} to {}, or a name such as `{}`",
                        self.least, self.most, self.names[0]
                    ),
                }
            }
        };
        Mistake::of(name, message)
    }

    /// The name that was written in small letters, or in full.
    fn in_capitals(&self, text: &str) -> Option<&'static str> {
        let text = text.to_ascii_uppercase();
        self.names.iter().copied().find(|name| text.starts_with(name))
    }

    /// A number as a person writes it.
    fn word(&self, number: u16) -> String {
        let at = usize::from(number - self.least);
        self.names.get(at).map_or_else(|| number.to_string(), |name| (*name).to_owned())
    }
}

/// A number of at most four digits.
pub(super) fn digits(text: &str) -> Option<u16> {
    let fits = (1..=4).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
    text.parse().ok().filter(|_| fits)
}
