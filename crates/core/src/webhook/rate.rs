//! A limit on how often requests begin: a token bucket, kept as the one time at which it would
//! be full again (the generic cell rate algorithm), so that nothing runs between requests and
//! no fraction of a token is lost.

use std::num::NonZeroU32;

/// Nanoseconds, so that a thousand requests a second have whole intervals; i128, so that no
/// time overflows.
type Nanos = i128;

const SECOND: Nanos = 1_000_000_000;

/// A bucket with room for a second's requests: so many at once after a rest, and never more
/// than twice as many in any second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    per_second: NonZeroU32,
    /// When it would be full again.
    full_at: Nanos,
}

impl Bucket {
    /// A full bucket of so many requests a second.
    pub fn new(per_second: NonZeroU32) -> Self {
        Self { per_second, full_at: Nanos::MIN }
    }

    /// The requests a second.
    pub fn per_second(&self) -> NonZeroU32 {
        self.per_second
    }

    /// Takes a token, if there is one. Times are microseconds since 1970.
    pub fn take(&mut self, now: i64) -> bool {
        let full_at = self.full_at(now);
        let has_token = full_at + self.interval() <= nanos(now) + self.capacity();
        if has_token {
            self.full_at = full_at.max(nanos(now)) + self.interval();
        }
        has_token
    }

    /// When there will be a token: now, or later.
    pub fn ready_at(&self, now: i64) -> i64 {
        let wait = self.full_at(now) + self.interval() - self.capacity() - nanos(now);
        let micros = i64::try_from((wait.max(0) + 999) / 1_000).unwrap_or(i64::MAX);
        now.saturating_add(micros)
    }

    /// Whether nothing was taken that has not come back.
    pub fn is_full(&self, now: i64) -> bool {
        self.full_at(now) <= nanos(now)
    }

    /// The time at which it is full, which is never further away than an empty bucket's. Where
    /// it is, the clock was set back: then there is one token, and nobody waits for the clock
    /// to catch up.
    fn full_at(&self, now: i64) -> Nanos {
        let empty = nanos(now) + self.capacity();
        let full_at = self.full_at.max(nanos(i64::MIN));
        if full_at > empty { empty - self.interval() } else { full_at }
    }

    fn interval(&self) -> Nanos {
        SECOND / Nanos::from(self.per_second.get())
    }

    /// All the tokens' intervals: a second, but for what the division leaves.
    fn capacity(&self) -> Nanos {
        self.interval() * Nanos::from(self.per_second.get())
    }
}

fn nanos(micros: i64) -> Nanos {
    Nanos::from(micros) * 1_000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::webhook::SECOND;

    fn bucket(per_second: u32) -> Bucket {
        Bucket::new(NonZeroU32::new(per_second).unwrap())
    }

    #[test]
    fn a_burst_and_then_one_at_a_time() {
        let mut bucket = bucket(10);
        assert!((0..10).all(|_| bucket.take(0)));
        assert!(!bucket.take(0) && !bucket.take(99_999));
        assert_eq!(bucket.ready_at(0), 100_000);
        assert!(bucket.take(100_000) && !bucket.take(100_000));
        assert!(!bucket.is_full(1_099_999) && bucket.is_full(1_100_000));
        assert!((0..10).all(|_| bucket.take(5 * SECOND)) && !bucket.take(5 * SECOND));
    }

    #[test]
    fn one_a_second_leaves_a_whole_burst() {
        // 60 do not divide a second.
        for per_second in [1, 3, 7, 60, 999] {
            let mut bucket = bucket(per_second);
            for second in 0..3_600 {
                assert!(bucket.take(second * SECOND));
                assert!(bucket.is_full((second + 1) * SECOND), "{per_second}");
            }
            let now = 3_600 * SECOND;
            assert!((0..per_second).all(|_| bucket.take(now)), "{per_second}");
            assert!(!bucket.take(now));
        }
    }

    #[test]
    fn a_clock_set_back_gives_one_token() {
        let mut bucket = bucket(2);
        assert!(bucket.take(3_600 * SECOND));
        assert_eq!(bucket.ready_at(0), 0);
        assert!(bucket.take(0) && !bucket.take(0));
        assert_eq!(bucket.ready_at(0), SECOND / 2);
        assert!(bucket.take(SECOND / 2));
    }

    #[test]
    fn the_ends_of_time() {
        for now in [i64::MIN, 0, i64::MAX] {
            let mut bucket = bucket(u32::MAX);
            assert!(bucket.take(now) && bucket.ready_at(now) == now);
        }
        let mut bucket = bucket(1);
        assert!(bucket.take(i64::MAX) && !bucket.take(i64::MAX));
        assert_eq!(bucket.ready_at(i64::MAX), i64::MAX);
        assert_eq!(bucket.ready_at(i64::MIN), i64::MIN);
        assert!(bucket.take(i64::MIN) && !bucket.take(i64::MIN));
    }

    proptest! {
        #[test]
        fn never_more_than_the_rate_and_never_later_than_it_says(
            per_second in 1u32..2_000, pauses in prop::collection::vec(0i64..200_000, 1..300),
        ) {
            let mut bucket = bucket(per_second);
            let mut now = 0;
            let mut taken: Vec<i64> = Vec::new();
            for pause in pauses {
                now += pause;
                let ready = bucket.ready_at(now);
                prop_assert_eq!(bucket.clone().take(ready), true);
                prop_assert!(ready == now || !bucket.clone().take(ready - 1));
                if bucket.take(now) {
                    taken.push(now);
                }
            }
            // In any stretch of time: a full bucket, and what came back meanwhile.
            for (first, from) in taken.iter().enumerate() {
                let most = i64::from(per_second) + (now - from) * i64::from(per_second) / 999_000 + 1;
                prop_assert!((taken.len() - first) as i64 <= most);
            }
        }
    }
}
