//! What stands in the line before the word that is completed.

/// The words behind the `--` of the script.
pub(super) struct Typed(Vec<String>);

impl Typed {
    /// Those that this process was given.
    pub(super) fn read() -> Typed {
        let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
        Typed(words.skip_while(|word| word != "--").skip(1).collect())
    }

    /// Whether this word is one of them.
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.iter().any(|it| it == word)
    }

    /// `--store`, in either of its spellings.
    pub(super) fn store(&self) -> Option<&str> {
        let behind = self.0.windows(2).find(|pair| pair[0] == "--store").map(|pair| &pair[1]);
        let within = || self.0.iter().find_map(|word| word.strip_prefix("--store="));
        behind.map(String::as_str).or_else(within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_is_found_in_either_of_its_spellings() {
        let typed = |line: &str| Typed(line.split(' ').map(str::to_owned).collect());
        assert_eq!(typed("moontide --store sqlite:a status").store(), Some("sqlite:a"));
        assert_eq!(typed("moontide status --store=sqlite:b x").store(), Some("sqlite:b"));
        assert_eq!(typed("moontide status x").store(), None);
    }
}
