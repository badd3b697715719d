//! Pages of lists.

use serde::Deserialize;

use super::error::Error;
use crate::fact::{Fact, source};

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "drs.paging",
        "Lists come in pages; nextToken is there if and only if more follows.",
        source::DRS_MODEL,
    ),
    Fact::assumed(
        "drs.paging.size",
        "A page holds 100 items at most, whatever maxResults asks for.",
        "the model allows any number from 1; small pages find callers that do not turn them",
    ),
    Fact::assumed(
        "drs.paging.stable",
        "A token remembers the last item of its page, so items that appear meanwhile are not \
         shown twice.",
        "kinder than offsets, and what a sane service does",
    ),
];

/// The fields of every paged request.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Paging {
    max_results: Option<i64>,
    next_token: Option<String>,
}

impl Paging {
    /// The page that is asked for, and the token of the next. `key` names an item for good.
    pub(super) fn cut<T>(
        &self,
        mut items: Vec<T>,
        key: impl Fn(&T) -> String,
        page_size: usize,
    ) -> Result<(Vec<T>, Option<String>), Error> {
        let size = match self.max_results {
            None => page_size,
            Some(wanted) => match usize::try_from(wanted) {
                Ok(wanted @ 1..) => wanted.min(page_size),
                _ => return Err(Error::invalid("maxResults", "must be at least 1")),
            },
        };
        if let Some(token) = self.next_token.as_ref().filter(|token| !token.is_empty()) {
            let last = unseal(token)
                .and_then(|key_of_last| items.iter().position(|item| key(item) == key_of_last))
                .ok_or_else(|| Error::invalid("nextToken", "is not a token of this list"))?;
            items.drain(..=last);
        }
        let more = items.len() > size;
        items.truncate(size);
        let token = items.last().filter(|_| more).map(|last| seal(&key(last)));
        Ok((items, token))
    }
}

/// Makes a token that no caller is tempted to read.
fn seal(key: &str) -> String {
    hex::encode(key)
}

fn unseal(token: &str) -> Option<String> {
    String::from_utf8(hex::decode(token).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(asked: &Paging, items: &[&str]) -> Result<(Vec<String>, Option<String>), Error> {
        asked.cut(items.iter().map(|item| (*item).to_owned()).collect(), Clone::clone, 2)
    }

    #[test]
    fn the_last_page_has_no_token() {
        let (first, token) = page(&Paging::default(), &["a", "b", "c", "d"]).unwrap();
        assert_eq!(first, ["a", "b"]);
        let asked = Paging { max_results: None, next_token: token };
        let (second, token) = page(&asked, &["a", "b", "c", "d"]).unwrap();
        assert_eq!(second, ["c", "d"]);
        assert_eq!(token, None);
    }

    #[test]
    fn an_item_that_appears_in_front_does_not_shift_the_pages() {
        let (_, token) = page(&Paging::default(), &["c", "b", "a"]).unwrap();
        let asked = Paging { max_results: None, next_token: token };
        assert_eq!(page(&asked, &["d", "c", "b", "a"]).unwrap().0, ["a"]);
    }

    #[test]
    fn a_made_up_token_and_an_empty_page_are_refused() {
        for token in ["zz", "6", "ä", "61"] {
            let asked = Paging { max_results: None, next_token: Some(token.to_owned()) };
            assert!(page(&asked, &["b"]).is_err(), "{token}");
        }
        assert!(page(&Paging { max_results: Some(0), next_token: None }, &["b"]).is_err());
    }
}
