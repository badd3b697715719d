//! Did you mean …?

/// The known word that `word` is most likely a misspelling of, if any is close.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut left = MOST_WORK;
    known
        .into_iter()
        .take_while(|candidate| {
            let compared = candidate.len() <= LONGEST && word.len() <= LONGEST;
            let cost = if compared { candidate.len() * word.len() } else { 0 };
            left = left.saturating_sub(cost + 1);
            left > 0
        })
        .filter(|candidate| *candidate != word)
        .map(|candidate| (likeness(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= CLOSE)
        // The first of equals wins, so that the answer does not depend on `max_by`.
        .fold(None, |best: Option<(f64, &str)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
        .map(|(_, candidate)| candidate)
}

/// From this likeness on, a word is worth suggesting.
const CLOSE: f64 = 0.6;
/// Longer words are not compared: comparing is quadratic, and they are no slips of the pen.
const LONGEST: usize = 128;
/// Pairs of letters that are compared for one suggestion: enough for the names of a thousand waves.
const MOST_WORK: usize = 500_000;

/// 1 for the same word, 0 for one that shares nothing; case and the kind of dash do not count.
fn likeness(a: &str, b: &str) -> f64 {
    if a.len() > LONGEST || b.len() > LONGEST {
        return 0.0;
    }
    let plain = |word: &str| word.to_lowercase().replace('-', "_");
    strsim::normalized_damerau_levenshtein(&plain(a), &plain(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = ["depends_on", "pause", "servers", "on_failure"];
        assert_eq!(nearest("depend_on", known), Some("depends_on"));
        assert_eq!(nearest("Depends-On", known), Some("depends_on"));
        assert_eq!(nearest("puase", known), Some("pause"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("pause", known), None);
        assert_eq!(nearest(&"x".repeat(200), ["x"]), None);
    }

    #[test]
    fn the_work_for_one_suggestion_is_bounded_and_a_thousand_names_are_no_work() {
        let other = "o".repeat(LONGEST);
        let endless = std::iter::repeat(other.as_str());
        assert_eq!(nearest(&"x".repeat(LONGEST), endless), None);
        let names: Vec<String> = (0..1_000).map(|number| format!("database-{number:04}")).collect();
        let names = names.iter().map(String::as_str).chain(["frontend"]);
        assert_eq!(nearest("fronted", names), Some("frontend"));
    }
}
