//! How long each side speaks.

use crate::transcript::{Speaker, Ticker, Transcript};

/// Milliseconds of speech, either side's own overlaps counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Talk {
    pub(super) user: u64,
    pub(super) assistant: u64,
}

impl Talk {
    /// The length of the union of each side's intervals, in one sweep by start.
    pub(super) fn of(transcript: &Transcript<'_>, ticker: &mut Ticker<'_>) -> Talk {
        let mut talk = Talk::default();
        // Up to where each side's speech is already counted.
        let (mut user_until, mut assistant_until) = (0, 0);
        for (utterance, start, end) in transcript.timed() {
            ticker.step();
            let (sum, until) = match utterance.speaker {
                Speaker::User => (&mut talk.user, &mut user_until),
                Speaker::Assistant => (&mut talk.assistant, &mut assistant_until),
            };
            *sum += end.saturating_sub(start.max(*until));
            *until = end.max(*until);
        }
        talk
    }
}

/// The user's share of the speech in percent, rounded half up; None without speech.
pub(super) fn share(talk_ms: u64, listen_ms: u64) -> Option<u64> {
    let all = talk_ms + listen_ms;
    // At most 2^54 ms in all, so 200 times that is below 2^64.
    (200 * talk_ms + all).checked_div(2 * all)
}

/// Words a minute of speech, rounded half up; 0 without speech.
pub(super) fn per_minute(words: u64, ms: u64) -> u64 {
    let (words, ms) = (u128::from(words), u128::from(ms));
    let rate = (2 * 60_000 * words + ms).checked_div(2 * ms);
    rate.map_or(0, |rate| u64::try_from(rate).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kpis::tests::call;
    use Speaker::{Assistant, User};

    fn talk(spans: &[(Speaker, u64, u64)]) -> (u64, u64) {
        let talk = Talk::of(&call(spans), &mut Ticker::new(&mut || ()));
        (talk.user, talk.assistant)
    }

    #[test]
    fn overlaps_of_one_side_count_once_and_of_both_for_both() {
        assert_eq!(talk(&[]), (0, 0));
        assert_eq!(talk(&[(User, 0, 10), (User, 5, 20), (User, 7, 8), (User, 30, 31)]), (21, 0));
        assert_eq!(talk(&[(User, 0, 10), (Assistant, 5, 20), (User, 10, 12)]), (12, 15));
        assert_eq!(talk(&[(User, 5, 5), (Assistant, 9, 3)]), (0, 0));
        assert_eq!(talk(&[(User, 0, u64::MAX), (Assistant, 0, 1 << 60)]), (1 << 53, 1 << 53));
    }

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
}
