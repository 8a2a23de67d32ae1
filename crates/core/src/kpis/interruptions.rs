//! Interruptions: an utterance that starts strictly inside one of the other side's, overlaps
//! it by [`OVERLAP_MS`] or more, and is more than a backchannel.

use crate::transcript::{Speaker, Ticker, Transcript};

/// The shortest overlap that interrupts, in ms.
const OVERLAP_MS: u64 = 500;

/// How many utterances of `by` interrupt the other side; `is_backchannel` answers for the
/// utterance at an index and is asked only where the times say yes. One sweep: of all that the other
/// side began before, the utterance that lasts longest gives the longest overlap.
pub(super) fn count(
    transcript: &Transcript<'_>,
    by: Speaker,
    ticker: &mut Ticker<'_>,
    mut is_backchannel: impl FnMut(usize) -> bool,
) -> u64 {
    let mut interruptions = 0;
    // The other side's latest end among starts before `at`, and among starts up to it.
    let (mut at, mut before, mut up_to) = (0, 0, 0);
    // Utterances of `by` at `at` may precede the other side's there, which must not matter.
    for (index, (utterance, start, end)) in transcript.timed().enumerate() {
        ticker.step();
        if start > at {
            (at, before) = (start, up_to);
        }
        if utterance.speaker != by {
            up_to = end.max(up_to);
        } else if end.min(before) >= start.saturating_add(OVERLAP_MS) && !is_backchannel(index) {
            interruptions += 1;
        }
    }
    interruptions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kpis::tests::call;
    use Speaker::{Assistant, User};

    fn interruptions(spans: &[(Speaker, u64, u64)]) -> (u64, u64) {
        let transcript = call(spans);
        let by = |side| count(&transcript, side, &mut Ticker::new(&mut || ()), |_| false);
        (by(User), by(Assistant))
    }

    #[test]
    fn starts_strictly_inside_and_overlaps_for_half_a_second() {
        assert_eq!(interruptions(&[(Assistant, 0, 1_000), (User, 500, 2_000)]), (1, 0));
        assert_eq!(interruptions(&[(Assistant, 0, 1_000), (User, 501, 2_000)]), (0, 0));
        assert_eq!(interruptions(&[(Assistant, 0, 9_000), (User, 500, 999)]), (0, 0));
        assert_eq!(interruptions(&[(User, 0, 5_000), (Assistant, 0, 5_000)]), (0, 0));
        assert_eq!(interruptions(&[(User, 7, 5_000), (Assistant, 8, 5_000)]), (0, 1));
        assert_eq!(interruptions(&[(Assistant, 0, 900), (User, 900, 5_000)]), (0, 0));
    }

    #[test]
    fn one_utterance_interrupts_once_and_the_longest_overlap_decides() {
        let spans =
            [(Assistant, 0, 9_000), (Assistant, 100, 300), (Assistant, 200, 8_000), (User, 250, 5_000)];
        assert_eq!(interruptions(&spans), (1, 0));
        assert_eq!(interruptions(&[(Assistant, 0, 9_000), (User, 100, 700), (User, 800, 1_400)]), (2, 0));
    }

    #[test]
    fn the_text_decides_last() {
        let transcript = call(&[(Assistant, 0, 9_000), (User, 100, 700), (User, 800, 900)]);
        let mut asked = 0;
        let none = count(&transcript, User, &mut Ticker::new(&mut || ()), |_| {
            asked += 1;
            true
        });
        assert_eq!((none, asked), (0, 1));
    }
}
