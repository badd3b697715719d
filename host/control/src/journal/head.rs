//! Where a chain ends, to be noted elsewhere, and reading it as it was noted.

use moontide_runtime::journal::canonical::Hash;
use moontide_runtime::journal::chain::ChainHead;
use moontide_runtime::store::Store;

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
