//! Pages of lists.

use serde::Deserialize;

use super::error::Error;

/// The fields of every paged request.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Paging {
    max_results: Option<usize>,
    next_token: Option<String>,
}

impl Paging {
    /// The page that is asked for, and the token of the next. A page is 50 items at most.
    pub(super) fn cut<T>(&self, mut items: Vec<T>) -> Result<(Vec<T>, Option<String>), Error> {
        let size = self.max_results.unwrap_or(50);
        if !(1..=50).contains(&size) {
            return Err(Error::validation("maxResults must be from 1 to 50"));
        }
        let first = match self.next_token.as_deref() {
            None | Some("") => 0,
            Some(token) => token
                .parse::<usize>()
                .ok()
                .filter(|first| *first <= items.len())
                .ok_or_else(|| Error::new("InvalidNextToken", "The token is not valid."))?,
        };
        items.drain(..first);
        let more = items.len() > size;
        items.truncate(size);
        Ok((items, more.then(|| (first + size).to_string())))
    }
}
