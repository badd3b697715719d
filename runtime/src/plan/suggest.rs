//! "Did you mean …?"

/// The candidate that `word` is most probably a misspelling of, if any is close.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = candidates.map(|known| (strsim::jaro_winkler(word, known), known));
    scored
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_is_close_and_nothing_else() {
        let known = ["depends_on", "servers", "verify"];
        assert_eq!(nearest("depend_on", known.into_iter()), Some("depends_on"));
        assert_eq!(nearest("sever", known.into_iter()), Some("servers"));
        assert_eq!(nearest("banana", known.into_iter()), None);
    }
}
