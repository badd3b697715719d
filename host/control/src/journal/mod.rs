//! What a stored journal is worth: proof for an auditor, and for the operator who wonders.
//!
//! - [`head`]: where the chain of an execution ends, to be noted elsewhere. [`verify`]: whether a journal is as it was
//!   written, and whether a head that was noted is one of it. [`all`](fn@all): the same of all journals of a store.

mod all;
mod verify;

use moontide_runtime::journal::canonical::Hash;
use moontide_runtime::journal::chain::ChainHead;
use moontide_runtime::store::Store;

pub use all::{All, Unread, all};
pub use moontide_runtime::store::verified::{How, Noted, Trouble, Verdict, Verified};
pub use verify::{complaint, verify};

use crate::error::{CommandError, Result, code};

/// The last link of an execution's chain, to be quoted in reports and notifications: it proves later that nothing
/// before it was changed. `None`: its format keeps no chain.
pub async fn head(store: &dyn Store, id: &str) -> Result<Option<ChainHead>> {
    Ok(store.chain_head(id).await?)
}

/// Reads a hash as it was noted.
pub fn hash(text: &str) -> Result<Hash> {
    let digits = text.trim().to_ascii_lowercase();
    serde_json::from_value(digits.into()).map_err(|_| {
        CommandError::new(code::BAD_ARGUMENT, format!("`{text}` is no hash of a journal's entry"))
            .hint("it has 64 hexadecimal digits, as `moontide show` and reports have it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_printed_and_nothing_else_is() {
        let of = Hash::of(b"x");
        assert_eq!(hash(&of.to_string()), Ok(of));
        assert_eq!(hash(&format!(" {}\n", of.to_string().to_uppercase())), Ok(of));
        for wrong in ["", "12", &"g".repeat(64), &"0".repeat(65)] {
            assert_eq!(hash(wrong).unwrap_err().code, code::BAD_ARGUMENT, "{wrong}");
        }
    }
}
