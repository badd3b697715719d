//! How long a recovery worked: pure over values. Whether that is good enough: [`crate::objective`].

use jiff::Timestamp;

use super::known::Known;

/// How long it took without the time in which a person was waited for. What went on before it began no journal tells.
pub(super) fn worked(
    (from, began): (Timestamp, Timestamp),
    took: &Known<u64>,
    waited: &Known<u64>,
) -> Known<u64> {
    match (took, waited) {
        _ if from < began => Known::unknown(
            "the time counts from before it began, of which the journal tells nothing",
        ),
        (Known::Known(took), Known::Known(waited)) => Known::Known(took.saturating_sub(*waited)),
        (Known::Unknown { unknown }, _) | (_, Known::Unknown { unknown }) => {
            Known::unknown(unknown.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_it_worked_is_not_known_where_the_time_counts_from_before_it_began() {
        let at = |second| Timestamp::from_second(second).expect("a moment");
        let (took, waited) = (Known::Known(60), Known::Known(25));
        assert_eq!(worked((at(9), at(9)), &took, &waited), Known::Known(35));
        assert!(worked((at(8), at(9)), &took, &waited).why().is_some());
        let open = Known::unknown("it is not over");
        assert_eq!(worked((at(9), at(9)), &open, &open), open);
    }
}
