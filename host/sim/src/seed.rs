//! Chance without chance: everything that looks random comes from the world's seed and a name.

use sha2::{Digest, Sha256};

/// The first `length` hexadecimal digits of a name's SHA-256. At most 64.
pub(crate) fn digest(name: &str, length: usize) -> String {
    let mut digits = hex::encode(Sha256::digest(name));
    digits.truncate(length);
    digits
}

/// The world's seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    /// The seed of another Region of the same world, so that no id is given twice.
    pub(crate) fn of_region(self, region: &str) -> Self {
        let digits = digest(&format!("{}/region/{region}", self.0), 16);
        Self(u64::from_str_radix(&digits, 16).unwrap_or_default())
    }

    /// An id of AWS's usual length: `i-`, and 17 digits that follow from `name`.
    pub(crate) fn id(self, prefix: &str, name: &str) -> String {
        format!("{prefix}{}", digest(&format!("{}/{prefix}/{name}", self.0), 17))
    }

    /// A UUID that follows from `name`.
    pub(crate) fn uuid(self, name: &str) -> String {
        let digits = digest(&format!("{}/uuid/{name}", self.0), 32);
        let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
        parts.join("-")
    }

    /// A factor between `1 - share` and `1 + share` that follows from `name`.
    pub(crate) fn jitter(self, share: f64, name: &str) -> f64 {
        let digits = digest(&format!("{}/jitter/{name}", self.0), 8);
        let draw = u32::from_str_radix(&digits, 16).unwrap_or_default();
        1.0 + share * (f64::from(draw) / f64::from(u32::MAX) * 2.0 - 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_name_give_the_same_chance() {
        assert_eq!(Seed(7).id("i-", "a"), Seed(7).id("i-", "a"));
        assert_ne!(Seed(7).id("i-", "a"), Seed(8).id("i-", "a"));
        assert_eq!(Seed(7).id("drsjob-", "a").len(), 24);
        assert_eq!(Seed(7).uuid("a").len(), 36);
    }

    #[test]
    fn jitter_stays_within_its_share_and_none_is_exactly_one() {
        for n in 0..1000 {
            let factor = Seed(7).jitter(0.03, &n.to_string());
            assert!((0.97..=1.03).contains(&factor), "{factor}");
        }
        assert!((Seed(7).jitter(0.0, "a") - 1.0).abs() < f64::EPSILON);
    }
}
