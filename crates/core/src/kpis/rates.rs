//! Shares and rates, in integers until the last step.

/// The user's share of the speech in percent, rounded half up; None without speech.
pub(super) fn share(talk_ms: u64, listen_ms: u64) -> Option<u64> {
    let all = talk_ms + listen_ms;
    // At most 2^54 ms in all, so 200 times that is below 2^64.
    (200 * talk_ms + all).checked_div(2 * all)
}

/// How many a minute, rounded half up; 0 without time.
pub(super) fn per_minute(count: u64, ms: u64) -> u64 {
    let (count, ms) = (u128::from(count), u128::from(ms));
    let rate = (2 * 60_000 * count + ms).checked_div(2 * ms);
    rate.map_or(0, |rate| u64::try_from(rate).unwrap_or(u64::MAX))
}

/// The same in hundredths: the double nearest to the decimal fraction.
pub(super) fn per_minute_to_hundredths(count: u64, ms: u64) -> f64 {
    per_minute(count.saturating_mul(100), ms) as f64 / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_rates_round_half_up() {
        assert_eq!(share(0, 0), None);
        assert_eq!(share(1 << 53, 1 << 53), Some(50));
        assert_eq!(share(1, 199), Some(1));
        assert_eq!(share(1, 200), Some(0));
        assert_eq!(per_minute(5, 0), 0);
        assert_eq!(per_minute(1, 40_000), 2);
        assert_eq!(per_minute(1, 40_001), 1);
        assert_eq!(per_minute(u64::MAX, 1), u64::MAX);
    }

    #[test]
    fn hundredths_are_printed_as_such() {
        let print = |count, ms| format!("{:?}", per_minute_to_hundredths(count, ms));
        assert_eq!(print(0, 0), "0.0");
        assert_eq!(print(7, 0), "0.0");
        assert_eq!(print(3, 60_000), "3.0");
        assert_eq!(print(1, 180_000), "0.33");
        assert_eq!(print(1, 12_000_000), "0.01", "0.005, up");
        assert_eq!(print(1, 12_000_001), "0.0");
        assert_eq!(print(268_435_455, 1), "16106127300000.0");
    }
}
