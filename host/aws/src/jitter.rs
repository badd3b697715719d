//! Jitter, so that two processes do not look in step.

use std::time::Duration;

/// Jitter from a seed: two runs with the same seed poll at the same moments, two processes with
/// different seeds do not poll in step.
#[derive(Debug)]
pub(crate) struct Jitter(u64);

impl Jitter {
    pub(crate) fn new(seed: u64) -> Jitter {
        Jitter(seed)
    }

    /// `duration`, up to a tenth longer or shorter.
    pub(crate) fn around(&mut self, duration: Duration) -> Duration {
        // SplitMix64: a dozen operations, and good enough to spread polls.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        // 0.9 to 1.1 in 65,536 steps.
        let [.., high, low] = mixed.to_be_bytes();
        let step = f64::from(u16::from_be_bytes([high, low]));
        duration.mul_f64(0.9 + 0.2 * step / 65_536.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_stays_within_a_tenth_and_follows_its_seed() {
        let draw = |seed| {
            let mut jitter = Jitter::new(seed);
            std::iter::repeat_with(move || jitter.around(Duration::from_secs(10)).as_secs_f64())
                .take(200)
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert!(draw(7).iter().all(|it| (9.0..=11.0).contains(it)));
        assert!(draw(7).iter().any(|it| *it < 9.3) && draw(7).iter().any(|it| *it > 10.7));
    }
}
